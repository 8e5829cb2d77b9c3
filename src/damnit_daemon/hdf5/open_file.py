"""Open HDF5 files for reading, waiting for other programs' locks."""

from __future__ import annotations

import errno
import os
import stat
import time
from pathlib import Path

import h5py

from .errors import (
    ResultsBusy,
    ResultsDenied,
    ResultsMissing,
    ResultsUnreadable,
    error_number,
    is_denied,
    system_reason,
)
from .heartbeat import note_reading

PAUSE_S = 0.05
_LOCKED = {errno.EAGAIN, errno.EACCES}


def open_for_reading(path: Path, *, timeout_s: float, follow_links: bool = False) -> h5py.File:
    """Open a results file or a fragment; the caller closes it.

    Args:
        path: The file.
        timeout_s: How long to retry while another program holds the HDF5 lock.
        follow_links: True to allow a symbolic link. In a folder that many may write to,
            a link could make the daemon copy files that only it may read.

    Raises:
        ResultsError: If it cannot be opened; the subclass says why.
    """
    give_up_at = time.monotonic() + timeout_s
    note_reading(path)
    while True:
        kind = _stat(path, follow_links)
        try:
            file = h5py.File(path, "r")
        except FileNotFoundError:
            raise ResultsMissing(path) from None
        except OSError as error:
            if error_number(error) not in _LOCKED or not os.access(path, os.R_OK):
                raise _translated(path, error) from error
            if time.monotonic() >= give_up_at:
                raise ResultsBusy(path, timeout_s) from error
            time.sleep(PAUSE_S)
            continue
        if follow_links or _same_file(file, kind):
            return file
        file.close()  # replaced between stat and open: try again


def _stat(path: Path, follow_links: bool) -> os.stat_result:
    """Return the file's identity; refuse anything but a regular file."""
    try:
        info = path.stat() if follow_links else path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        raise ResultsMissing(path) from None
    except OSError as error:
        raise ResultsDenied(path, system_reason(error)) from error
    if stat.S_ISLNK(info.st_mode):
        raise ResultsUnreadable(path, "it is a symbolic link")
    if not stat.S_ISREG(info.st_mode):
        raise ResultsUnreadable(path, "it is not a file")
    return info


def _same_file(file: h5py.File, looked_at: os.stat_result) -> bool:
    return os.path.samestat(os.fstat(file.id.get_vfd_handle()), looked_at)


def _translated(path: Path, error: OSError) -> ResultsDenied | ResultsUnreadable:
    if is_denied(error):
        return ResultsDenied(path, "permission denied")
    reason = "it is not an HDF5 file, or it is damaged"
    if "truncated" in str(error):
        reason = "it is truncated"
    return ResultsUnreadable(path, reason)
