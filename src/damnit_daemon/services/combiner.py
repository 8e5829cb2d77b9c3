"""A process that combines, so that a file of many gigabytes does not hold up the daemon."""

from __future__ import annotations

import json
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from ..errors import DamnitError
from ..model import RunKey
from ..own_python import module_command, own_environment
from ..paths import DamnitFolder
from .combined import Combined


class CombinerFailed(DamnitError):  # noqa: N818 – house style
    """It could not combine, or died of it; the fragments are still there."""


class Combiner:
    """Combines in a process of its own, one thing after the other; for any thread.

    The process is started when it is first needed, and again if it dies.
    """

    def __init__(self, folder: DamnitFolder) -> None:
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        # Linux ends it with the thread that started it: so that is one of its own.
        self._thread = ThreadPoolExecutor(1, "combiner")

    def combine_run(self, key: RunKey, fragments: list[Path]) -> Combined:
        """Combine the fragments of a run.

        Raises:
            CombinerFailed: With the reason.
        """
        return self._ask(
            {"proposal": key.proposal, "run": key.run, "fragments": [str(p) for p in fragments]}
        )

    def sweep(self) -> Combined:
        """Combine all that waits in the folder.

        Raises:
            CombinerFailed: With the reason.
        """
        return self._ask({"fragments": None})

    def close(self) -> None:
        """Let it finish what it is at, then end it."""
        self._thread.submit(self._end)
        self._thread.shutdown()

    def _ask(self, question: dict[str, Any]) -> Combined:
        question = {"folder": str(self._folder.path), **question}
        try:
            turn = self._thread.submit(self._exchange, question)
        except RuntimeError as error:
            raise CombinerFailed("The combiner was closed.") from error
        answer = turn.result()
        if "error" in answer:
            raise CombinerFailed(answer["error"])
        return Combined.from_plain(answer)

    def _exchange(self, question: dict[str, Any]) -> dict[str, Any]:
        is_new = self._process is None or self._process.poll() is not None
        if is_new:
            self._start()
        line = self._say(question)
        if not line and not is_new:  # it may have ended before it was asked
            self._start()
            line = self._say(question)
        if not line:
            assert self._process is not None
            code = self._process.wait()
            raise CombinerFailed(f"The combiner ended with {code} while it was at work.")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def _start(self) -> None:
        self._end()
        self._process = subprocess.Popen(
            module_command("damnit_daemon.services.combining"),
            env=own_environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            process_group=0,  # what a terminal or supervisor tells our group is ours to heed
        )

    def _say(self, question: dict[str, Any]) -> bytes:
        """Ask, and wait for the answer; none if it is gone."""
        process = self._process
        assert process is not None
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            process.stdin.write(json.dumps(question).encode() + b"\n")
            process.stdin.flush()
            return process.stdout.readline()
        except BrokenPipeError:
            return b""

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.communicate()
