"""The code that is shipped to the user's Python: two zips, named by their contents.

The runner's zip goes to the front of the user's `sys.path`; h5netcdf's goes to the
end, so it is used only if the user's Python has none of its own. Nothing else of
the daemon's environment is visible there.
"""

from __future__ import annotations

import errno
import hashlib
import importlib.util
import io
import os
import stat
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from ..atomic_write import atomic_write
from ..errors import DamnitError
from ..paths import DamnitFolder
from ..permissions import file_bits, make_shared_folder

PACKAGE = Path(__file__).resolve().parent.parent
SAME_DATE = (1980, 1, 1, 0, 0, 0)
"""The oldest date a zip can hold: equal contents make equal bytes, on every machine."""
MAIN = b"from damnit_daemon.runner.__main__ import main\n\nraise SystemExit(main())\n"


@dataclass(frozen=True)
class Bundle:
    """Paths of the zips."""

    runner: Path
    """`damnit_ctx`, `damnit_daemon.runner` and, for subprocesses, `context_file`."""
    fallback: Path
    """h5netcdf, which writes xarray objects."""

    @property
    def program(self) -> list[str]:
        """Arguments that make a Python run the zip itself, which limits where it searches.

        `-m` would put the working directory before all installed packages.
        """
        return [os.fspath(self.runner)]


def place_bundle(folder: DamnitFolder, *, cache: Path | None = None) -> Bundle:
    """Put the zips where the user's Python can read them, once.

    They go to the folder's `.damnit`, where other machines see them too, or to the
    user's cache if the folder is not writable or has a `:` in its path.

    Args:
        folder: The DAMNIT folder.
        cache: Replaces the user's cache directory.

    Raises:
        DamnitError: If neither can be written, or damnit-tui is not completely installed.
    """
    runner, fallback = runner_files(), fallback_files()
    return Bundle(
        _place(_zip_name("runner", runner), zip_bytes(runner), folder, cache),
        _place(_zip_name("h5netcdf", fallback), zip_bytes(fallback), folder, cache),
    )


def runner_name() -> str:
    """Return the name of the runner's zip, which changes with its contents."""
    return _zip_name("runner", runner_files())


def runner_files() -> dict[str, bytes]:
    """Return the files of the runner: contents by name in the zip."""
    files = {
        "__main__.py": MAIN,
        "damnit_ctx.py": _damnit_ctx().read_bytes(),
        "context_file.py": (PACKAGE / "runner" / "context_file.py").read_bytes(),
        "damnit_daemon/__init__.py": (PACKAGE / "__init__.py").read_bytes(),
    }
    for path in PACKAGE.glob("runner/*.py"):
        files[f"damnit_daemon/runner/{path.name}"] = path.read_bytes()
    return files


def fallback_files() -> dict[str, bytes]:
    """Return the files of the installed h5netcdf: contents by name in the zip, without tests."""
    spec = importlib.util.find_spec("h5netcdf")
    if spec is None or not spec.submodule_search_locations:
        raise DamnitError("The package h5netcdf is missing.", hint="Install damnit-tui again.")
    package = Path(spec.submodule_search_locations[0])
    return {f"h5netcdf/{path.name}": path.read_bytes() for path in package.glob("*.py")}


def zip_bytes(files: Mapping[str, bytes]) -> bytes:
    """Pack files; equal files make equal bytes.

    They are stored, not compressed: zlib's output differs between its versions, and
    rewriting a zip under a running Python breaks its imports.
    """
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, SAME_DATE)
            entry.create_system = 3
            entry.external_attr = (stat.S_IFREG | 0o644) << 16
            archive.writestr(entry, files[name])
    return buffer.getvalue()


def _zip_name(stem: str, files: Mapping[str, bytes]) -> str:
    digest = hashlib.sha256()
    for name in sorted(files):
        digest.update(f"{name}\0{len(files[name])}\0".encode())
        digest.update(files[name])
    return f"{stem}-{digest.hexdigest()[:16]}.zip"


def _damnit_ctx() -> Path:
    for place in (PACKAGE.parent, PACKAGE.parent.parent):  # installed; a checkout
        if (path := place / "damnit_ctx.py").is_file():
            return path
    raise DamnitError("The module damnit_ctx is missing.", hint="Install damnit-tui again.")


def _place(name: str, content: bytes, folder: DamnitFolder, cache: Path | None) -> Path:
    cache = cache or Path(platformdirs.user_cache_dir("damnit-tui"))
    for directory in (folder.internals, cache):
        path = directory / name
        if os.pathsep in str(path):
            problem = OSError(errno.EINVAL, f"Python's search path cannot hold a {os.pathsep!r}")
            continue
        try:
            if _holds(path, content):
                return path
            _write(path, content)
        except OSError as error:
            problem = error
        else:
            return path
    raise DamnitError(
        f"Cannot write the runner to {folder.internals} or {cache}: {problem.strerror}.",
        hint="Make one of them writable, or free some space.",
    ) from problem


def _holds(path: Path, content: bytes) -> bool:
    try:
        return path.read_bytes() == content
    except FileNotFoundError:
        return False


def _write(path: Path, content: bytes) -> None:
    path.parent.parent.mkdir(parents=True, exist_ok=True)  # for a new cache
    make_shared_folder(path.parent)
    atomic_write(path, content, file_bits(path.parent))
