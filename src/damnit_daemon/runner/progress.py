"""Progress of a variable's function while it runs: `progress`, and the bars of tqdm.

Costs little per call, and neither fails nor waits: a report that cannot be sent at once is
dropped, as the next one replaces it.
"""

from __future__ import annotations

import functools
import importlib.machinery
import math
import os
import sys
import weakref
from collections.abc import Callable, Sequence
from importlib.machinery import ModuleSpec
from time import monotonic
from types import ModuleType
from typing import Any

from .protocol import VariableAdvanced

EVERY_S = 1.0
"""Least interval of reports; in functions of more than 500 s it grows with their duration."""
LAST_AFTER_S = 0.2
"""Least interval of a report that everything is done."""
QUIET_S = 0.5
"""Functions that take less report nothing."""
LONGEST_UNIT = 20
TQDM = "tqdm.std"


def progress(done: float, total: float | None = None, unit: str = "") -> None:
    """Show how far a variable's function is: `230 of 500 trains`, with an estimate of the end.

    Call it as often as you like, from any thread of the process; about one call per second is
    reported. Bars of tqdm are shown without it. Outside a job of the daemon it does nothing.

    Args:
        done: Steps done, from 0.
        total: Number of steps; None if unknown.
        unit: What is counted, in the plural: `"trains"`.
    """
    report = _current
    if report is not None:
        try:
            if monotonic() >= report.due_s or done == total:
                report.take(done, total, unit)
        except Exception:  # noqa: BLE001 - values of any kind: no reason to fail
            return


class ProgressReport:
    """The progress of one call of a variable's function."""

    def __init__(
        self,
        job_id: str,
        name: str,
        send: Callable[[VariableAdvanced], object],
        *,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        """Prepare.

        Args:
            job_id: Id of the job.
            name: Name of the variable.
            send: Sends an event, or drops it; it must not wait.
            clock: Monotonic seconds.
        """
        self.due_s = 0.0
        """Monotonic time from which a call is reported."""
        self.bar: Callable[[], Any] = lambda: None
        """Returns the bar of tqdm that is shown, if it still exists."""
        self._job_id = job_id
        self._name = name
        self._send = send
        self._process = os.getpid()
        self._clock = clock
        self._began_s = clock()
        self._sent_s = -math.inf
        self._first = (0.0, 0.0)
        self._done = math.inf
        self._total: float | None = None

    def take(self, done: Any, total: Any, unit: Any) -> None:
        """Take the state of a loop, and report it if the last report is some time ago."""
        now_s = self._clock()
        if os.getpid() != self._process:  # of many worker processes, each knows only its part
            self.due_s = math.inf
            return
        done, total = float(done), None if total is None else float(total)
        if not 0 <= done < math.inf:
            return
        if total is not None and not done <= total < math.inf:
            total = None
        if done < self._done or total != self._total:  # another loop
            self._first = (now_s, done)
        self._done, self._total = done, total
        self.due_s = max(now_s + self._interval_s(now_s), self._began_s + QUIET_S)
        if now_s < self._began_s + QUIET_S or now_s < self._sent_s + LAST_AFTER_S:
            return
        self._sent_s = now_s
        remaining_s = self._remaining_s(now_s, done, total)
        text = str(unit)[:LONGEST_UNIT]
        self._send(VariableAdvanced(self._job_id, self._name, done, total, text, remaining_s))

    def _interval_s(self, now_s: float) -> float:
        return max(EVERY_S, (now_s - self._began_s) / 500)

    def _remaining_s(self, now_s: float, done: float, total: float | None) -> float | None:
        """Extrapolate from the first report of the loop."""
        first_s, first = self._first
        if total is None or done <= first:
            return None
        return (now_s - first_s) / (done - first) * (total - done)


_current: ProgressReport | None = None


def begin(report: ProgressReport | None) -> None:
    """Report the progress of a function that is about to be called; None: it has returned."""
    global _current
    _current = report


def watch_tqdm() -> None:
    """Show the bars of tqdm, as soon as the user's code imports it; not their worker processes'."""
    module = sys.modules.get(TQDM)
    if module is not None:
        _watch(module)
    elif not any(isinstance(finder, _TqdmFinder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _TqdmFinder())


class _TqdmFinder:
    """Finds tqdm as Python does, and watches it once it is loaded."""

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return tqdm's spec; None for all other modules."""
        if name != TQDM:
            return None
        sys.meta_path.remove(self)
        spec = importlib.machinery.PathFinder.find_spec(name, path, target)
        if spec is not None and spec.loader is not None:
            loader, load = spec.loader, spec.loader.exec_module

            def load_and_watch(module: ModuleType) -> None:
                loader.exec_module = load  # type: ignore[method-assign]
                load(module)
                _watch(module)

            loader.exec_module = load_and_watch  # type: ignore[method-assign]
        return spec


def _watch(module: ModuleType) -> None:
    """Have tqdm's class tell when it redraws a bar, which it does ten times a second."""
    try:
        bars: Any = module.tqdm
        if not hasattr(bars.refresh, "_damnit_watches"):
            refresh, close = _watched(bars.refresh), _watched(bars.close, is_last=True)
            bars.refresh, bars.close = refresh, close
    except (AttributeError, TypeError):  # a tqdm of a future version
        return


def _watched(method: Callable[..., Any], *, is_last: bool = False) -> Callable[..., Any]:
    @functools.wraps(method)
    def watched(bar: Any, *args: Any, **options: Any) -> Any:
        try:
            _show_bar(bar, is_last=is_last)
        except Exception:  # noqa: BLE001 - as above
            pass
        return method(bar, *args, **options)

    watched._damnit_watches = True  # type: ignore[attr-defined]
    return watched


def _show_bar(bar: Any, *, is_last: bool) -> None:
    """Show a bar, unless it is inside the loop of another one."""
    report = _current
    if report is None or getattr(bar, "disable", True):
        return
    if report.bar() is None:
        report.bar = weakref.ref(bar)
    if bar is report.bar():
        progress(bar.n, bar.total, "" if bar.unit == "it" else bar.unit)
        if is_last:
            report.bar = lambda: None
