"""The run that variables are evaluated on; its files are opened on first use."""

from __future__ import annotations

from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from .run_files import DataFiles, sentence
from .variable import RunData

ORIGINS = ("raw", "proc")
"""Folders of a run's files, below the proposal's folder."""


class RunUnavailable(Exception):  # noqa: N818 - the message says it
    """The run cannot be opened; the message has the reason.

    Attributes:
        is_absent: True if there are no files yet.
    """

    def __init__(self, message: str, *, is_absent: bool = False) -> None:
        super().__init__(message)
        self.is_absent = is_absent


class OpenedRun:
    """The files of one run: raw for variables that need raw, raw and proc for the others.

    A raw variable never gets corrected data, so that its value does not depend
    on whether the correction has finished.
    """

    def __init__(self, proposal: int, run: int) -> None:
        self.proposal = proposal
        self.run = run
        self.files: dict[str, DataFiles] = {}
        """Contents of its folders before opening, by `raw` and `proc`; see `record_files`."""
        self._opened: dict[RunData, Any] = {}

    def record_files(self) -> None:
        """Record the run's files, to report later which existed and which were unreadable."""
        try:
            folder = _find_proposal(self.proposal)
        except Exception:  # noqa: BLE001 - opening the run reports it
            return
        for origin in ORIGINS:
            self.files[origin] = DataFiles.scan(folder / origin / f"r{self.run:04d}")

    def of(self, data: RunData) -> Any:
        """Return the open run for variables that need `data`.

        Raises:
            RunUnavailable: If there is no such run, or its files cannot be read.
        """
        files = RunData.RAW if data is RunData.RAW else RunData.ALL
        if files not in self._opened:
            self._opened[files] = self._open(files)
        return self._opened[files]

    def has_proc(self) -> bool:
        """Return True if corrected data exists."""
        try:
            self.require_proc()
        except RunUnavailable:
            return False
        return True

    def require_proc(self) -> None:
        """Check that corrected data exists.

        Raises:
            RunUnavailable: If there is none yet, or its files cannot be read.
        """
        try:
            self._open_origin("proc")
        except FileNotFoundError as error:
            raise RunUnavailable(
                f"There is no proc data of run {self.run} of proposal {self.proposal} yet.",
                is_absent=True,
            ) from error
        except Exception as error:
            raise RunUnavailable(self._reason(error, RunData.PROC)) from error

    def start_time(self) -> float:
        """Return the start of the run, Unix seconds UTC: its first train's time, else a file's."""
        import numpy as np

        run = self._first()
        stamps = run.train_timestamps()
        if len(stamps) and not np.isnat(stamps[0]):
            return int(stamps[0].astype("datetime64[us]").astype(np.int64)) / 1e6
        return min(Path(f.filename).stat().st_mtime for f in run.files)

    def proposal_path(self) -> Path:
        """Return the proposal's folder: two above the run's own."""
        return Path(self._first().files[0].filename).parents[2]

    def _open(self, data: RunData) -> Any:
        try:
            return self._open_origin(data.value)
        except FileNotFoundError as error:
            if (
                data is RunData.ALL and self.has_proc()
            ):  # raw files go to tape before corrected ones
                return self._open_origin("proc")
            raise RunUnavailable(self._reason(error, data), is_absent=True) from error
        except Exception as error:
            raise RunUnavailable(self._reason(error, data)) from error

    def _open_origin(self, origin: str) -> Any:
        """Open the existing files, and record which could be opened."""
        from extra_data import open_run

        files = self.files.get(origin)
        try:
            run = open_run(self.proposal, self.run, data=origin)
        except FileNotFoundError:
            raise
        except Exception:
            if files is not None:
                files.opened([])
            raise
        if files is not None:
            files.opened(Path(each.filename).name for each in run.files)
        return run

    def _first(self) -> Any:
        """Return the raw files, or else the existing ones."""
        try:
            return self.of(RunData.RAW)
        except RunUnavailable as no_raw:
            try:
                return self.of(RunData.ALL)
            except RunUnavailable:
                raise no_raw from None

    def _reason(self, error: Exception, data: RunData) -> str:
        run = f"run {self.run} of proposal {self.proposal}"
        detail = str(error).splitlines()[0] if str(error) else type(error).__name__
        if isinstance(error, FileNotFoundError):
            return f"There is no {data.value} data of {run}: {detail}"
        if unreadable := sentence(self.files.values()):
            return f"The files of {run} cannot be read: {unreadable}"
        return f"The files of {run} cannot be read: {type(error).__name__}: {detail}"


class GivenRun(OpenedRun):
    """Data provided by the caller: any object, passed to functions unchanged."""

    def __init__(self, proposal: int, run: int, data: Any) -> None:
        super().__init__(proposal, run)
        self._data = data

    def of(self, data: RunData) -> Any:  # noqa: ARG002 - there is only this
        """Return the object."""
        return self._data

    def record_files(self) -> None:
        """Do nothing: the caller is responsible for its files."""

    def require_proc(self) -> None:
        """Do nothing: the caller is responsible for its contents."""

    def start_time(self) -> float:
        """Return the start of its run, if it is an EXtra-data object; else now."""
        try:
            return super().start_time()
        except Exception:  # noqa: BLE001 - any object of the user's
            return datetime.now(tz=timezone.utc).timestamp()

    def proposal_path(self) -> Path:
        """Return the proposal's folder, by the object's files if it has any, else by the number.

        Raises:
            RunUnavailable: If there is no such proposal.
        """
        try:
            return super().proposal_path()
        except Exception:  # noqa: BLE001 - any object of the user's
            return self._by_number()

    def _by_number(self) -> Path:
        try:
            return _find_proposal(self.proposal)
        except Exception as error:
            raise RunUnavailable(
                f"The given data has no files, and proposal {self.proposal} is not found: {error}"
            ) from error


class MockRun(OpenedRun):
    """A made-up run, to test a context file without files."""

    def of(self, data: RunData) -> Any:  # noqa: ARG002 - it is both
        """Return an object that has any attribute, and ten trains."""
        if not self._opened:
            self._opened[RunData.ALL] = _mock_run()
        return self._opened[RunData.ALL]

    def record_files(self) -> None:
        """Do nothing: it has no files."""

    def require_proc(self) -> None:
        """Do nothing: a made-up run has everything."""

    def start_time(self) -> float:
        """Return the current time."""
        return datetime.now(tz=timezone.utc).timestamp()

    def proposal_path(self) -> Path:
        """Return a path that does not exist."""
        return Path("/mock") / f"p{self.proposal:06d}"


def _find_proposal(proposal: int) -> Path:
    from extra_data.read_machinery import find_proposal

    return Path(find_proposal(f"p{proposal:06d}"))


def _mock_run() -> Any:
    from unittest.mock import MagicMock

    import numpy as np

    run = MagicMock(name="run")
    run.train_ids = list(range(10))
    seconds = np.array(1493892000 + np.arange(10), dtype="datetime64[s]")
    run.train_timestamps.return_value = seconds.astype("datetime64[ns]")
    return run
