"""Supervised processes that read fragments and combine them.

A file of many gigabytes blocks no other work, and a damaged one affects only itself: reading it
may spin, crash or need any amount of memory. Then it is quarantined with the reason, and the
rest is processed.
"""

from __future__ import annotations

import json
import os
import selectors
import signal
import subprocess
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from ..errors import DamnitError
from ..model import RunKey
from ..own_python import module_command, own_environment
from ..paths import FRAGMENT_NAME, RESULTS_NAME, DamnitFolder
from ..runner.processes import used_cpu_s
from .combine_result import CombineResult

SPINNING_S = 20.0
"""CPU time allowed for one part of a file, plus a share in proportion to its size."""

BYTES_A_S = 5e6
"""Lower bound on the speed at which any machine reads a file."""

STUCK_S = 1800.0
"""After this time without progress the file system counts as stuck; no file is blamed."""

POLL_INTERVAL_S = 0.5
MOST_RESTARTS = 1000
"""Limit on damaged files of one folder that are set aside at once."""

_CRASHES = {signal.SIGSEGV, signal.SIGBUS, signal.SIGABRT, signal.SIGFPE, signal.SIGILL}


class CombinerFailed(DamnitError):  # noqa: N818 – house style
    """The combiner failed or died; the fragments still exist."""


class _FileFault(Exception):  # noqa: N818
    """Reading one file ended the process, or would never have finished."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(reason)
        self.path = path
        self.reason = reason


class Combiner:
    """Combines in separate processes, one request at a time; for any thread.

    One process combines and another ingests new values. They start when first needed,
    and are restarted if they die.

    Args:
        folder: The DAMNIT folder.
        spinning_s: CPU seconds after which a file counts as damaged.
        is_alone: If True, one process does both: nothing is ingested while a run is combined.
    """

    def __init__(
        self, folder: DamnitFolder, *, spinning_s: float = SPINNING_S, is_alone: bool = False
    ) -> None:
        self._folder = folder
        self._combining = _Lane(folder, "combiner", spinning_s)
        self._ingesting = self._combining if is_alone else _Lane(folder, "ingester", spinning_s)
        self._damaged: dict[Path, tuple[tuple[int, int], str]] = {}
        """Unreadable results files, with their present identity and the reason."""

    def combine_run(self, key: RunKey, fragments: list[Path]) -> CombineResult:
        """Combine the fragments of a run.

        Raises:
            CombinerFailed: With the reason.
        """
        if reason := self._known_damage(key):
            raise CombinerFailed(reason)
        broken: list[tuple[str, str]] = []
        while True:
            question = {
                "proposal": key.proposal,
                "run": key.run,
                "fragments": [str(path) for path in fragments],
            }
            try:
                found = CombineResult.from_plain(self._combining.ask(question))
                return replace(found, broken=[*broken, *found.broken])
            except _FileFault as fault:
                if fault.path not in fragments:
                    raise CombinerFailed(self._note_damage(fault)) from fault
                broken.append(_quarantine(fault))
                fragments = [path for path in fragments if path != fault.path]

    def ingest(self, fragments: Sequence[Path]) -> list[str]:
        """Save the values of fragments to the database at once; return their names.

        Unreadable fragments are skipped: combining reports what is wrong with them.

        Raises:
            CombinerFailed: With the reason.
        """
        fragments = list(fragments)
        while True:
            try:
                answer = self._ingesting.ask({"ingest": [str(path) for path in fragments]})
            except _FileFault as fault:
                if fault.path not in fragments:
                    raise CombinerFailed(fault.reason) from fault
                fragments.remove(fault.path)
            else:
                return [str(name) for name in answer["saved"]]

    def restore(self, key: RunKey, names: Sequence[str]) -> list[str]:
        """Save values of a run's results file to the database again; return their names.

        Raises:
            CombinerFailed: With the reason, such as a damaged file.
        """
        question = {"restore": list(names), "proposal": key.proposal, "run": key.run}
        try:
            return [str(name) for name in self._ingesting.ask(question)["saved"]]
        except _FileFault as fault:
            raise CombinerFailed(fault.reason) from fault

    def sweep(self) -> CombineResult:
        """Combine all waiting fragments of the folder.

        Raises:
            CombinerFailed: With the reason.
        """
        broken: list[tuple[str, str]] = []
        postponed: dict[RunKey, str] = {}
        for path in list(self._damaged):
            key = _run_of(path)
            if key is not None and (reason := self._known_damage(key)):
                postponed[key] = reason
        for _ in range(MOST_RESTARTS):
            question = {"fragments": None, "leave": [list(key) for key in postponed]}
            try:
                found = CombineResult.from_plain(self._combining.ask(question))
            except _FileFault as fault:
                if FRAGMENT_NAME.fullmatch(fault.path.name):
                    broken.append(_quarantine(fault))
                    continue
                key = _run_of(fault.path)
                if key is None or key in postponed:
                    raise CombinerFailed(fault.reason) from fault
                postponed[key] = self._note_damage(fault)
            else:
                return replace(
                    found,
                    broken=[*broken, *found.broken],
                    postponed=[*postponed.values(), *found.postponed],
                )
        raise CombinerFailed(f"More than {MOST_RESTARTS} files cannot be read.")

    def warm_up(self) -> None:
        """Start the process that ingests, which takes a moment, before it is needed."""
        self._ingesting.warm_up()

    def close(self) -> None:
        """Let current requests finish, then end the processes."""
        for lane in {self._combining, self._ingesting}:
            lane.close()

    def _note_damage(self, fault: _FileFault) -> str:
        """Remember an unreadable results file until it is replaced."""
        reason = (
            f"{fault.path} cannot be read: {fault.reason}. "
            "Move it away: a new one is created from the next results."
        )
        if (seen := _identity(fault.path)) is not None:
            self._damaged[fault.path] = (seen, reason)
        return reason

    def _known_damage(self, key: RunKey) -> str:
        path = self._folder.results_file(key)
        seen, reason = self._damaged.get(path, (None, ""))
        if seen is None or seen != _identity(path):
            self._damaged.pop(path, None)
            return ""
        return reason


class _Lane:
    """A process that handles one request at a time, and a thread that supervises it."""

    def __init__(self, folder: DamnitFolder, name: str, spinning_s: float) -> None:
        self._folder = folder
        self._spinning_s = spinning_s
        self._process: subprocess.Popen[bytes] | None = None
        # Linux ends the process with the thread that started it, so it gets its own thread.
        self._thread = ThreadPoolExecutor(1, name)

    def ask(self, question: dict[str, Any]) -> dict[str, Any]:
        """Send a request and return the response.

        Raises:
            CombinerFailed: With the reason.
            _FileFault: If a file is to blame.
        """
        question = {"folder": str(self._folder.path), **question}
        try:
            turn = self._thread.submit(self._exchange, question)
        except RuntimeError as error:
            raise CombinerFailed("The combiner was closed.") from error
        answer = turn.result()
        if "error" in answer:
            raise CombinerFailed(answer["error"])
        return answer

    def warm_up(self) -> None:
        """Start the process; if that fails, the first request reports it."""
        self._thread.submit(self._start)

    def close(self) -> None:
        """Let the current request finish, then end the process."""
        self._thread.submit(self._end)
        self._thread.shutdown()

    def _exchange(self, question: dict[str, Any]) -> dict[str, Any]:
        is_new = self._process is None or self._process.poll() is not None
        if is_new:
            self._start()
        answer = self._send(question)
        if answer is None and not is_new:  # it may have ended before the request
            self._start()
            answer = self._send(question)
        if answer is None:
            assert self._process is not None
            code = self._process.wait()
            raise CombinerFailed(f"The combiner exited with {code} while working.")
        return answer

    def _start(self) -> None:
        self._end()
        self._process = subprocess.Popen(
            module_command("damnit_daemon.services.combiner_process"),
            env=own_environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            process_group=0,  # signals to our group, as from a terminal, are for us alone
        )

    def _send(self, question: dict[str, Any]) -> dict[str, Any] | None:
        """Send a request and wait; None if the process is gone and no file is to blame."""
        process = self._process
        assert process is not None
        assert process.stdin is not None
        try:
            process.stdin.write(json.dumps(question).encode() + b"\n")
            process.stdin.flush()
        except BrokenPipeError:
            return None
        return self._listen(process)

    def _listen(self, process: subprocess.Popen[bytes]) -> dict[str, Any] | None:
        assert process.stdout is not None
        reading: Path | None = None
        cpu_s, progress_s = used_cpu_s(process.pid), time.monotonic()
        buffer = b""
        with selectors.DefaultSelector() as selector:
            selector.register(process.stdout, selectors.EVENT_READ)
            while True:
                if not selector.select(POLL_INTERVAL_S):
                    self._require_progress(process, reading, cpu_s, progress_s)
                    continue
                chunk = os.read(process.stdout.fileno(), 1 << 16)
                if not chunk:
                    _require_no_crash(process, reading)
                    return None
                *lines, buffer = (buffer + chunk).split(b"\n")
                for line in lines:
                    reply: dict[str, Any] = json.loads(line)
                    if "reading" not in reply:
                        if "raised" in reply:
                            _raise_fault(reading, reply["raised"])
                        return reply
                    reading = None if reply["reading"] is None else Path(reply["reading"])
                    cpu_s, progress_s = used_cpu_s(process.pid), time.monotonic()

    def _require_progress(
        self,
        process: subprocess.Popen[bytes],
        reading: Path | None,
        cpu_s: float,
        progress_s: float,
    ) -> None:
        """End a process that spins; one that waits for its file system is given half an hour."""
        if reading is None:
            return
        if used_cpu_s(process.pid) - cpu_s > self._spinning_s + _size(reading) / BYTES_A_S:
            process.kill()
            process.wait()
            raise _FileFault(reading, "reading it never ends")
        if time.monotonic() - progress_s > STUCK_S:
            process.kill()
            raise CombinerFailed(f"{reading} was not read within {STUCK_S / 60:.0f} minutes.")

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            with suppress(OSError, ValueError):
                process.communicate()


def _require_no_crash(process: subprocess.Popen[bytes], reading: Path | None) -> None:
    """Blame the file that was being read when the process crashed."""
    code = process.wait()
    if reading is not None and -code in _CRASHES:
        name = signal.Signals(-code).name
        raise _FileFault(reading, f"reading it crashes the program ({name})")


def _raise_fault(reading: Path | None, reason: str) -> None:
    if reading is None:
        raise CombinerFailed(f"Combining failed: {reason}")
    raise _FileFault(reading, reason)


def _quarantine(fault: _FileFault) -> tuple[str, str]:
    from ..combine import quarantine  # with h5py: only when needed

    quarantine(fault.path, fault.reason)
    return str(fault.path), fault.reason


def _run_of(path: Path) -> RunKey | None:
    match = RESULTS_NAME.fullmatch(path.name)
    return None if match is None else RunKey(int(match[1]), int(match[2]))


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        info = path.stat()
    except OSError:
        return None
    return info.st_mtime_ns, info.st_ino


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
