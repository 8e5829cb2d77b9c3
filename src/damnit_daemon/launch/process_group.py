"""A child process with its own group: its state, exit code and termination."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterable
from pathlib import Path

EXIT_GRACE_S = 2.0
LOOK_INTERVAL_S = 0.01


class ProcessGroup:
    """A process that leads its own group and session.

    It is reaped only after its group was killed, so that its process id is not
    reused in between.
    """

    def __init__(
        self,
        command: list[str],
        *,
        folder: Path,
        environment: dict[str, str],
        output: int,
        keep: Iterable[int],
    ) -> None:
        """Start the process; `output` is its stdout and stderr, `keep` are inherited descriptors.

        Raises:
            OSError: If it cannot be started.
        """
        self._process = subprocess.Popen(
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=output,
            pass_fds=tuple(keep),
            start_new_session=True,  # and without a controlling terminal
        )

    def send(self, line: bytes) -> None:
        """Write to its stdin; a reader that is gone is detected elsewhere."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(line)
            self._process.stdin.flush()
        except BrokenPipeError:
            pass

    @property
    def gone(self) -> bool:
        """True if the leader has ended."""
        return self._exit_code() is not None

    def exit_code(self) -> int:
        """Return the leader's exit code as subprocess does; wait a moment for it."""
        deadline = time.monotonic() + EXIT_GRACE_S
        while (code := self._exit_code()) is None and time.monotonic() < deadline:
            time.sleep(LOOK_INTERVAL_S)
        return -signal.SIGKILL if code is None else code  # still alive: `end` kills it

    def end(self, *, others: Iterable[int], grace_s: float, quiet: Callable[[], bool]) -> None:
        """End the group: TERM, then KILL after the grace period.

        Args:
            others: Groups created by its children, to be ended too.
            grace_s: Grace period in seconds.
            quiet: Returns True if all remaining processes have closed their output.
        """
        groups = {self._process.pid, *others} - {0}
        try:
            self._close_stdin()
            _signal(groups, signal.SIGTERM)
            deadline = time.monotonic() + grace_s
            while not (self.gone and quiet()) and time.monotonic() < deadline:
                time.sleep(LOOK_INTERVAL_S)
        finally:
            _signal(groups, signal.SIGKILL)
            self._process.wait()

    def _exit_code(self) -> int | None:
        if self._process.returncode is not None:
            return self._process.returncode
        options = os.WEXITED | os.WNOHANG | os.WNOWAIT
        status = os.waitid(os.P_PID, self._process.pid, options)
        if status is None:
            return None
        return status.si_status if status.si_code == os.CLD_EXITED else -status.si_status

    def _close_stdin(self) -> None:
        assert self._process.stdin is not None
        try:
            self._process.stdin.close()
        except BrokenPipeError:
            pass


def _signal(groups: Iterable[int], number: signal.Signals) -> None:
    for group in groups:
        try:
            os.killpg(group, number)
        except (ProcessLookupError, PermissionError):
            pass
