"""State that a fork shares with its parent or lacks: random numbers, threads, pools."""

from __future__ import annotations

import h5py
import pytest

from damnit_daemon.runner.protocol import RunnerJob

from .conftest import PROPOSAL

HEAD = "from damnit_ctx import Variable\nimport os, random, uuid\nimport numpy as np\n"
TWO_RUNS = (RunnerJob("1", PROPOSAL, 1), RunnerJob("2", PROPOSAL, 2))


def draw(runner, top: str, expression: str) -> list[float]:
    """What two runs draw."""
    source = f"{HEAD}{top}\n@Variable\ndef draw(run):\n    return {expression}\n"
    outcome = runner.run(source, *TWO_RUNS)
    paths = [e.fragment for e in outcome.events if getattr(e, "fragment", "") and e.name == "draw"]
    values = []
    for path in paths:
        with h5py.File(path) as file:
            values.append(file["draw/data"][()].item())
    return values


@pytest.mark.extended
@pytest.mark.parametrize(
    ("top", "expression"),
    [
        ("", "np.random.rand()"),
        ("np.random.rand(5000)", "np.random.rand()"),
        ("rng = np.random.default_rng()", "rng.random()"),
        ("class Fit:\n    rng = [np.random.default_rng()]", "Fit.rng[0].random()"),
        ("state = np.random.RandomState()\nstate.rand(7)", "state.rand()"),
        ("", "random.random()"),
        ("random.random()", "random.random()"),
        ("", "uuid.uuid4().int % 10**15"),
        ("uuid.uuid1()", "uuid.uuid1().int % 10**15"),
    ],
)
def test_unseeded_random_numbers_differ_between_runs(runner, top, expression):
    first, second = draw(runner, top, expression)
    assert first != second


@pytest.mark.extended
@pytest.mark.parametrize(
    ("top", "expression"),
    [
        ("np.random.seed(42)", "np.random.rand()"),
        ("np.random.seed(42)\nnp.random.rand(5000)", "np.random.rand()"),
        ("rng = np.random.default_rng(42)", "rng.random()"),
        ("state = np.random.RandomState(42)", "state.rand()"),
        ("random.seed(42)", "random.random()"),
    ],
)
def test_random_numbers_seeded_in_context_file_are_equal_in_each_run(runner, top, expression):
    first, second = draw(runner, top, expression)
    namespace: dict = {}
    exec(f"{HEAD.partition(chr(10))[2]}{top}\nvalue = {expression}", namespace)
    assert first == second == pytest.approx(namespace["value"])


POOL = (
    "from concurrent.futures import ThreadPoolExecutor\n"
    "pool = ThreadPoolExecutor(2)\npool.submit(int).result()\n"
)


@pytest.mark.extended
def test_module_level_thread_pool_works_with_a_warning(runner):
    outcome = runner.run(
        HEAD + POOL + "@Variable\ndef pooled(run): return pool.submit(lambda: 5).result()\n",
        *TWO_RUNS,
    )
    assert [e.outcome for e in outcome.ended] == ["done", "done"]
    assert outcome.data("pooled") == 5
    (warning,) = outcome.loaded.problems
    assert (warning.severity, "ThreadPoolExecutor-0_0" in warning.message) == ("warning", True)
    assert "in a new Python" in warning.message


@pytest.mark.extended
def test_module_level_process_pool_works(runner):
    outcome = runner.run(
        HEAD + "import multiprocessing\npool = multiprocessing.get_context('fork').Pool(2)\n"
        "@Variable\ndef pooled(run): return sum(pool.map(abs, [-1, -2]))\n",
    )
    assert outcome.data("pooled") == 3


@pytest.mark.extended
def test_deadlocked_fork_is_repeated_in_a_python_of_its_own(runner):
    source = HEAD + (
        "import threading\nlock, me = threading.Lock(), os.getpid()\n"
        "os.register_at_fork(before=lock.acquire, after_in_parent=lock.release)\n"
        "@Variable\ndef first(run): return 1\n"
        "@Variable\ndef waits(run, x: 'var#first'):\n    lock.acquire()\n    return x + 1\n"
        "@Variable\ndef last(run): return 3\n"
    )
    outcome = runner.run(source, *TWO_RUNS)
    assert [e.outcome for e in outcome.ended] == ["done", "done"]
    assert [outcome.data(n) for n in ("first", "waits", "last")] == [1, 2, 3]
    (note,) = outcome.notes
    assert note.startswith("'waits' waited for a thread")


@pytest.mark.extended
def test_variable_waiting_for_a_lock_that_no_thread_can_free_is_killed(runner):
    source = HEAD + (
        "import threading\nlock = threading.Lock()\nlock.acquire()\n"
        "@Variable\ndef waits(run):\n    lock.acquire()\n    return 1\n"
    )
    (ended,) = runner.run(source).ended
    assert (ended.outcome, ended.running) == ("killed", "waits")
    assert ended.reason == "killed: it waited for a lock that no thread could release"


@pytest.mark.extended
def test_job_without_fork_loads_context_file_again(runner):
    runner.options = ["--no-fork"]
    outcome = runner.run(HEAD + "print('reading')\n@Variable\ndef n(run): return 1\n", *TWO_RUNS)
    assert [e.outcome for e in outcome.ended] == ["done", "done"]
    assert outcome.stderr.count("reading") == 3


def test_job_without_fork_works_when_context_file_changes_directory(runner):
    runner.options = ["--no-fork"]
    (runner.folder / "helper.py").write_text("VALUE = 7\n")
    outcome = runner.run(
        HEAD + "os.chdir('/')\nos.environ['PYTHONPATH'] = ''\nimport sys\n"
        "from helper import VALUE\n@Variable\ndef n(run): return VALUE\n"
    )
    assert outcome.data("n") == 7
