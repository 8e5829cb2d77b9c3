"""Modules under DAMNIT's names, backed by damnit-tui, that context files may import.

DAMNIT's own modules would import this `damnit_ctx` instead of theirs and fail; without DAMNIT
there are none. `from damnit.context import Variable` works in both cases. The rest of the
package `damnit`, above all its Python API, stays as installed.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

MODULES = {"damnit.context", "damnit_writing", "damnit_exceptions", "ctxrunner"}
"""The modules; all have the same contents."""
PACKAGE, SUPPORT = "damnit", "damnit.ctxsupport"
API, CONTENTS = "damnit_ctx", f"{__package__}.namesake_contents"
"""Imported lazily: both use this package, and reading a context file installs these finders."""


def provide() -> None:
    """Redirect imports of these modules here, even if DAMNIT is installed."""
    if not any(isinstance(finder, NamesakeFinder) for finder in sys.meta_path):
        sys.meta_path.insert(0, NamesakeFinder())
        sys.meta_path.append(PackageFinder())


class NamesakeFinder(MetaPathFinder):
    """Finds the modules of `MODULES`."""

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None,  # noqa: ARG002 - wherever it may lie
        target: ModuleType | None = None,  # noqa: ARG002
    ) -> ModuleSpec | None:
        """Find a module by its name."""
        is_package = fullname == SUPPORT
        if is_package or fullname in MODULES or fullname.startswith(f"{SUPPORT}."):
            return ModuleSpec(fullname, _Loader(), origin=__file__, is_package=is_package)
        return None


class PackageFinder(MetaPathFinder):
    """Finds the package `damnit` if it is not installed."""

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None,  # noqa: ARG002
        target: ModuleType | None = None,  # noqa: ARG002
    ) -> ModuleSpec | None:
        """Find the package by its name."""
        if fullname != PACKAGE:
            return None
        return ModuleSpec(PACKAGE, _Loader(), origin=__file__, is_package=True)


class _Loader(Loader):
    def exec_module(self, module: ModuleType) -> None:
        """Fill a module with its contents, each resolved on first use."""
        if module.__name__ == PACKAGE:
            contents: list[str] = []
        else:
            contents = [*import_module(API).__all__, *_own()]
        module.__dict__["__all__"] = contents
        module.__dict__["__getattr__"] = lambda name: _look_up(module.__name__, name, contents)


def _look_up(module: str, name: str, contents: Sequence[str]) -> Any:
    if name in contents:
        own = _own()
        return own[name] if name in own else getattr(import_module(API), name)
    if name.startswith("__") or (module == PACKAGE and f"{PACKAGE}.{name}" in MODULES):
        raise AttributeError(f"module {module!r} has no attribute {name!r}")
    if module == PACKAGE:
        raise ImportError(f"{sys.executable} has no DAMNIT, which has {name}; ours has it not")
    raise AttributeError(f"module {module!r} has no attribute {name!r} here; see damnit_ctx")


def _own() -> dict[str, Any]:
    found: dict[str, Any] = import_module(CONTENTS).OWN
    return found
