"""The run that variables are evaluated on, its files opened when they are first needed."""

from __future__ import annotations

from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from damnit_ctx import RunData


class RunUnavailable(Exception):  # noqa: N818 - the message says it
    """The run cannot be opened; the message says why."""


class OpenedRun:
    """The files of one run: raw for variables that need raw, raw and proc for the others.

    A raw variable never sees corrected data, so that its value does not depend
    on whether the correction has finished.
    """

    def __init__(self, proposal: int, run: int) -> None:
        self.proposal = proposal
        self.run = run
        self._opened: dict[RunData, Any] = {}

    def of(self, data: RunData) -> Any:
        """The open run for variables that need `data`.

        Raises:
            RunUnavailable: If there is no such run, or its files cannot be read.
        """
        wanted = RunData.RAW if data is RunData.RAW else RunData.ALL
        if wanted not in self._opened:
            self._opened[wanted] = self._open(wanted)
        return self._opened[wanted]

    def has_proc(self) -> bool:
        """Whether corrected data is there."""
        from extra_data import open_run

        try:
            open_run(self.proposal, self.run, data="proc")
        except Exception:  # noqa: BLE001 - EXtra-data and h5py raise what they like
            return False
        return True

    def start_time(self) -> float:
        """When the run began, Unix seconds UTC: its first train's time, else a file's."""
        import numpy as np

        run = self._first()
        stamps = run.train_timestamps()
        if len(stamps) and not np.isnat(stamps[0]):
            return int(stamps[0].astype("datetime64[us]").astype(np.int64)) / 1e6
        return min(Path(f.filename).stat().st_mtime for f in run.files)

    def proposal_path(self) -> Path:
        """The proposal's folder: two above the run's own."""
        return Path(self._first().files[0].filename).parents[2]

    def _open(self, data: RunData) -> Any:
        from extra_data import open_run

        try:
            return open_run(self.proposal, self.run, data=data.value)
        except FileNotFoundError as error:
            if (
                data is RunData.ALL and self.has_proc()
            ):  # raw files go to tape before corrected ones
                return open_run(self.proposal, self.run, data="proc")
            raise RunUnavailable(self._reason(error, data)) from error
        except Exception as error:
            raise RunUnavailable(self._reason(error, data)) from error

    def _first(self) -> Any:
        """The raw files, or what there is."""
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
        return f"The files of {run} cannot be read: {type(error).__name__}: {detail}"


class GivenRun(OpenedRun):
    """Data that somebody has opened, or made: any object; functions get it as it is."""

    def __init__(self, proposal: int, run: int, data: Any) -> None:
        super().__init__(proposal, run)
        self._data = data

    def of(self, data: RunData) -> Any:  # noqa: ARG002 - there is only this
        """The object."""
        return self._data

    def has_proc(self) -> bool:
        """Whoever gave it knows what is in it."""
        return True

    def start_time(self) -> float:
        """When its run began, if it is one of EXtra-data's; else now."""
        try:
            return super().start_time()
        except Exception:  # noqa: BLE001 - any object of the user's
            return datetime.now(tz=timezone.utc).timestamp()

    def proposal_path(self) -> Path:
        """The proposal's folder: by the files of the object if it has some, else by the number.

        Raises:
            RunUnavailable: If there is no such proposal.
        """
        try:
            return super().proposal_path()
        except Exception:  # noqa: BLE001 - any object of the user's
            return self._by_number()

    def _by_number(self) -> Path:
        from extra_data.read_machinery import find_proposal

        try:
            return Path(find_proposal(f"p{self.proposal:06d}"))
        except Exception as error:
            raise RunUnavailable(
                f"The data that was given has no files, and proposal {self.proposal} "
                f"is not found: {error}"
            ) from error


class MockRun(OpenedRun):
    """A made-up run, to try a context file where there are no files."""

    def of(self, data: RunData) -> Any:  # noqa: ARG002 - it is both
        """An object that has any attribute, and ten trains."""
        if not self._opened:
            self._opened[RunData.ALL] = _mock_run()
        return self._opened[RunData.ALL]

    def has_proc(self) -> bool:
        """A made-up run has everything."""
        return True

    def start_time(self) -> float:
        """Now."""
        return datetime.now(tz=timezone.utc).timestamp()

    def proposal_path(self) -> Path:
        """A place that does not exist."""
        return Path("/mock") / f"p{self.proposal:06d}"


def _mock_run() -> Any:
    from unittest.mock import MagicMock

    import numpy as np

    run = MagicMock(name="run")
    run.train_ids = list(range(10))
    seconds = np.array(1493892000 + np.arange(10), dtype="datetime64[s]")
    run.train_timestamps.return_value = seconds.astype("datetime64[ns]")
    return run
