"""Development tasks; `nox -l` lists them.

Environments are created once and reused. Besides nox's own there are two in `build/`: the
peer (DAMNIT itself, which shares folders with this project) and an old Python such as a
user may have.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import nox
from nox.command import CommandFailed

nox.needs_version = ">=2025.2.9"
nox.options.default_venv_backend = "uv|virtualenv"
nox.options.reuse_existing_virtualenvs = True
nox.options.sessions = ["lint", "docs", "tests", "user_env"]

PROJECT = nox.project.load_toml("pyproject.toml")
BUILD = Path(__file__).parent / "build"
SCRIPTS = "Scripts" if os.name == "nt" else "bin"

PEER = ["damnit[backend]==0.4.0", "plotly>=6"]
NEED_PEER = ("tests/interop", "tests/corpus")
"""Test folders that compare with DAMNIT."""

REAL_LIFE = ["euxfel-extra", "joblib", "dask", "pandas", "pyarrow", "pint", "pint-xarray"]
"""Packages that context files of experiments use."""
USER = ["extra_data", "pyyaml", "requests"]
"""The only packages that a user's Python needs."""

PYTHONS = ["3.10", "3.11", "3.12", "3.13", "3.14"]
"""Supported Pythons for a user's context file, oldest first."""

OWN_PYTHONS = PYTHONS[1:]
"""Supported Pythons for the programs themselves."""

KAFKA_VERSIONS = ["==2.3.0", ">=2.3,<3", ">=3,<4"]
WITH_MINIMUMS = ["tests/ctx", "tests/daemon/api", "tests/daemon/broker", "tests/daemon/hdf5",
                 "tests/daemon/store", "tests/daemon/test_demo.py", "tests/daemon/test_export.py",
                 "tests/runner", "tests/tui/terminal", "tests/tui/test_demo.py"]  # fmt: skip
OLD_USAGE = "ignore::DeprecationWarning"

IN_WHEEL = ["damnit_ctx.py", "damnit_ctx-stubs/__init__.pyi", "damnit_tui/app.tcss",
            "damnit_tui/py.typed", "damnit_daemon/py.typed"]  # fmt: skip


@nox.session
def tests(session: nox.Session) -> None:
    """Run the default tests; `-- --all` runs every test, `-- PATH` those of a path."""
    install_project(session, "test", *PROJECT["build-system"]["requires"])
    arguments = [argument for argument in session.posargs if argument != "--all"]
    if not arguments:
        # Three on two cores: a worker waits for processes two thirds of its time.
        arguments = ["-n", "3", "--dist", "loadscope"]
        if "--all" not in session.posargs:
            arguments += ["-m", "not extended"]
    session.run("pytest", *arguments, env={"DAMNIT_PEER_PYTHON": peer_python(session)})


@nox.session
def faults(session: nox.Session) -> None:
    """Run the long fault tests; `-- --seconds N` for the system calls (900)."""
    install_project(session, "test")
    places = ["tests/faults", "tests/slurm"]
    run_with_figures(session, "faults", *places, default="900", env={"DAMNIT_SLOW_TESTS": "1"})


@nox.session
def fuzz(session: nox.Session) -> None:
    """Fuzz parsers, stores and keys with random input; `-- --seconds N` for each test (60)."""
    install_project(session, "test")
    run_with_figures(session, "fuzz", "tests/fuzz", "-n", "2", default="60")


@nox.session
def soak(session: nox.Session) -> None:
    """Run two accelerated beamtimes; `-- --seconds N` for how long runs arrive (1800)."""
    install_project(session, "test")
    run_with_figures(session, "soak", "tests/soak", default="1800")


@nox.session
def lint(session: nox.Session) -> None:
    """Check format, style, types, import contracts and declared dependencies."""
    install_project(session, "lint")
    session.run("ruff", "format", "--check", ".")
    session.run("ruff", "check", ".")
    session.run("mypy")
    session.run("lint-imports")
    session.run("deptry", ".")


@nox.session
def user_env(session: nox.Session) -> None:
    """Run the runner's tests and the context file corpus in the oldest and newest Python."""
    install_project(session, "test")
    found = user_pythons()
    if not found:
        session.skip(f"there is no Python {PYTHONS[0]} or newer besides this one")
    for version, python in found:
        session.log(f"the user's Python is {version}: {python}")
        user = environment(session, f"user-python-{version}", [*USER, "tqdm"], python=python)
        places = ["tests/runner", "tests/corpus"]
        arguments = session.posargs or ["-n", "2", "--dist", "loadscope"]
        session.run("pytest", *places, *arguments, env={"DAMNIT_USER_PYTHON": user})


@nox.session
def peer_tests(session: nox.Session) -> None:
    """Run DAMNIT's own tests against this project, and the corpus through both programs.

    `-- --checkout FOLDER` is a checkout of its repository: the PyPI package has no tests.
    """
    install_project(session, "test")
    checkout, arguments = option("--checkout", session.posargs, os.environ.get("DAMNIT_CHECKOUT"))
    if not checkout:
        session.warn("DAMNIT's own tests are skipped: give -- --checkout FOLDER")
    places = [
        "tests/peer_tests",
        "tests/interop/test_contexts.py",
        "tests/interop/test_programs.py",
    ]
    env = {"DAMNIT_PEER_PYTHON": peer_python(session), "DAMNIT_CHECKOUT": checkout}
    session.run("pytest", "-rA", "--no-header", *places, *arguments, env=env)


@nox.session
def corpus(session: nox.Session) -> None:
    """Run real-life context files through both programs, and compare every stored value."""
    install_project(session, "test")
    python = os.environ.get("DAMNIT_REAL_LIFE_PYTHON") or environment(
        session, "real-life", [*PEER, *REAL_LIFE]
    )
    env = {"DAMNIT_PEER_PYTHON": python, "DAMNIT_REAL_LIFE_PYTHON": python}
    session.run("pytest", "-rA", "tests/real_life", *session.posargs, env=env)


@nox.session
def minimums(session: nox.Session) -> None:
    """Run telling tests, and the demo, with the oldest versions that pyproject.toml allows."""
    if session.venv_backend != "uv":
        session.skip("only uv resolves to the oldest versions")
    extras = PROJECT["project"]["optional-dependencies"]
    direct = [each for name in extras if name != "all" for each in extras[name]]
    options = ["--resolution", "lowest-direct", "--upgrade"]
    install(session, *options, "-e", ".", *direct, *dependency_group("test"))
    places = session.posargs or WITH_MINIMUMS
    # An old package may use what a newer one below it deprecates.
    options = ["-n", "2", "--dist", "loadscope", "-m", "not extended", "-W", OLD_USAGE]
    session.run("pytest", *options, *places)


@nox.session
def kafka(session: nox.Session) -> None:
    """Run the tests of the broker with each supported major version of kafka-python."""
    install_project(session, "test")
    for versions in KAFKA_VERSIONS:
        session.install("--upgrade", f"kafka-python{versions}")
        session.run("pytest", "tests/daemon/broker", *session.posargs)


@nox.session
def wheels(session: nox.Session) -> None:
    """Install the wheel in a fresh environment of each Python, and run its commands."""
    install(session, "build")
    wheel = build_wheel(session)
    for version, python in dict(starting_pythons(OWN_PYTHONS)).items():
        session.log(f"Python {version}: {python}")
        folder = BUILD / f"wheel-{version}"
        shutil.rmtree(folder, ignore_errors=True)
        run_outside(session, python, "-m", "venv", str(folder))
        scripts = folder / SCRIPTS
        run_outside(session, str(scripts / "python"), "-m", "pip", "install", "-q", str(wheel))
        for command in ("damnit-tui", "damnit-daemon", "damnit"):
            run_outside(session, str(scripts / command), "--version")
        demo = str(folder / "proposal")
        run_outside(
            session, str(scripts / "python"), "-I", "-m", "damnit_daemon.demo", demo,
            "--runs", "1", "--process",
        )  # fmt: skip


@nox.session
def demo(session: nox.Session) -> None:
    """Open the app on a synthetic experiment."""
    install_project(session)
    session.run("damnit-tui", "demo", *session.posargs)


@nox.session
def bench(session: nox.Session) -> None:
    """Benchmark start, processing and memory against their limits; `-- --peer`: beside DAMNIT."""
    install_project(session)
    arguments = list(session.posargs)
    if "--peer" in arguments:
        place = arguments.index("--peer") + 1
        python = os.environ.get("DAMNIT_PEER_PYTHON") or environment(session, "peer", PEER)
        arguments.insert(place, python)
    session.run("python", "-m", "bench", *arguments)


@nox.session
def pictures(session: nox.Session) -> None:
    """Regenerate the images of the documentation: check them before committing."""
    install_project(session, "docs")
    session.run("python", "docs/make_pictures.py", *session.posargs)


@nox.session
def docs(session: nox.Session) -> None:
    """Build the documentation in `build/docs`; a warning or a link to nowhere is an error."""
    install_project(session, "docs")
    options = ["-q", "-W", "--keep-going", "-d", str(BUILD / "doctrees")]
    session.run("sphinx-build", *options, "docs", str(BUILD / "docs"), *session.posargs)


@nox.session
def build(session: nox.Session) -> None:
    """Build the wheel and the source archive, and check the wheel's contents."""
    install(session, "build")
    wheel = build_wheel(session)
    names = set(zipfile.ZipFile(wheel).namelist())
    if missing := [name for name in IN_WHEEL if name not in names]:
        session.error(f"{wheel.name} lacks {', '.join(missing)}")


def build_wheel(session: nox.Session) -> Path:
    """Build wheel and source archive in `dist/`; returns the wheel."""
    distributions = Path("dist")
    shutil.rmtree(distributions, ignore_errors=True)
    session.run("python", "-m", "build", "--outdir", str(distributions))
    (wheel,) = distributions.glob("*.whl")
    return wheel


def run_with_figures(
    session: nox.Session,
    name: str,
    *arguments: str,
    default: str,
    env: dict[str, str] | None = None,
) -> None:
    """Run tests for the seconds asked for, and print the figures that they collect in `build/`."""
    seconds, more = seconds_option(session.posargs, default=default)
    BUILD.mkdir(exist_ok=True)
    figures = BUILD / f"{name}.jsonl"
    figures.unlink(missing_ok=True)
    budget = {"DAMNIT_FUZZ_SECONDS": seconds, "DAMNIT_FUZZ_FIGURES": str(figures)}
    session.run("pytest", *arguments, "--timeout", "0", *more, env={**(env or {}), **budget})
    print(figures.read_text() if figures.is_file() else "no figures")


def seconds_option(arguments: list[str], *, default: str) -> tuple[str, list[str]]:
    """Split `--seconds N` from the arguments for pytest."""
    seconds, rest = option("--seconds", arguments, default)
    return str(seconds), rest


def option(
    name: str, arguments: list[str], default: str | None = None
) -> tuple[str | None, list[str]]:
    """Split `name VALUE` from the arguments for pytest."""
    if name not in arguments:
        return default, arguments
    place = arguments.index(name)
    return arguments[place + 1], arguments[:place] + arguments[place + 2 :]


def peer_python(session: nox.Session) -> str | None:
    """Find or create a Python with DAMNIT; tests that need it are skipped without one.

    Creating it takes a minute: not done for a few tests that do not need it.
    """
    if given := os.environ.get("DAMNIT_PEER_PYTHON"):
        return given
    paths = [argument for argument in session.posargs if Path(argument.split("::")[0]).exists()]
    made = (BUILD / "peer" / "requirements.txt").is_file()
    if paths and not made and not any(path.startswith(NEED_PEER) for path in paths):
        return None
    try:
        return environment(session, "peer", PEER)
    except CommandFailed:
        session.warn("DAMNIT could not be installed: nothing is compared with it")
        return None


def install_project(session: nox.Session, group: str | None = None, *more: str) -> None:
    """Install the project, editable, with one of its dependency groups."""
    requirements = dependency_group(group) if group else ()
    install(session, "-e", ".", *requirements, *more)


def dependency_group(name: str) -> tuple[str, ...]:
    """Return the requirements of a dependency group."""
    return nox.project.dependency_groups(PROJECT, name)


def install(session: nox.Session, *requirements: str) -> None:
    """Install with compiled bytecode, as an environment may forbid Python to write it later.

    Without it every start recompiles everything: seconds, and false timings.
    """
    session.env["PYTHONDONTWRITEBYTECODE"] = None
    options = ["--compile-bytecode"] if session.venv_backend == "uv" else []
    session.install(*options, *requirements)


def environment(
    session: nox.Session, name: str, requirements: list[str], *, python: str = sys.executable
) -> str:
    """Create an environment in `build/` once per list of requirements; returns its Python."""
    folder = BUILD / name
    interpreter = folder / SCRIPTS / "python"
    note = folder / "requirements.txt"
    wanted = "\n".join(requirements) + "\n"
    if not (note.is_file() and note.read_text() == wanted and starts(str(interpreter))):
        session.log(f"making {folder.relative_to(BUILD.parent)}: {', '.join(requirements)}")
        shutil.rmtree(folder, ignore_errors=True)
        run_outside(session, python, "-m", "venv", str(folder))
        run_outside(session, str(interpreter), "-m", "pip", "install", "-q", *requirements)
        note.write_text(wanted)
    return str(interpreter)


def run_outside(session: nox.Session, *command: str) -> None:
    """Run a command outside the session's environment."""
    session.run_install(*command, external=True, env={"PYTHONDONTWRITEBYTECODE": None})


def user_pythons() -> list[tuple[str, str]]:
    """Return versions and paths of the oldest and newest Python that the runner supports."""
    oldest = next(starting_pythons(PYTHONS), None)
    newest = next(starting_pythons(PYTHONS[::-1]), None)
    return list(dict.fromkeys(found for found in (oldest, newest) if found))


def starting_pythons(versions: list[str]) -> Iterator[tuple[str, str]]:
    """Yield versions and paths of the Pythons that start, in this order."""
    for version in versions:
        for python in candidates(version):
            if starts(python):
                yield version, python


def candidates(version: str) -> list[str]:
    """Return candidate paths: on `PATH`, and pyenv's versions that are not on it."""
    pyenv = Path(os.environ.get("PYENV_ROOT", "~/.pyenv")).expanduser()
    on_path = shutil.which(f"python{version}")
    kept = [str(path) for path in sorted(pyenv.glob(f"versions/{version}.*/bin/python"))]
    return [on_path, *kept] if on_path else kept


def starts(python: str) -> bool:
    """Return True if a Python runs and can create environments; pyenv's shims may do neither."""
    try:
        command = [python, "-c", "import ensurepip, venv"]
        return subprocess.run(command, capture_output=True, timeout=60, check=False).returncode == 0
    except OSError:
        return False
