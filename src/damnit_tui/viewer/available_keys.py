"""Keys that apply to the data shown."""

from __future__ import annotations

from damnit_daemon.model.view import Colours, Curve, Figure, ReducedImage, TextContent

from .view_model import ViewModel


def available_keys(viewer: ViewModel) -> tuple[str, ...]:
    """Return the keys that apply to the data shown, most useful first."""
    data = viewer.data
    if data is None or viewer.problem or viewer.wrapped is not None:
        more: list[str] = ["search"] if viewer.wrapped is not None else []
        content = data.content if data is not None else None
        if isinstance(content, TextContent):
            more.append("save")
        return tuple(f"inspect.{name}" for name in ("next_run", *more, "facts", "help", "close"))
    about, content = data.about, data.content
    names = ["next_run"]
    if isinstance(content, Curve | ReducedImage | Colours | Figure):
        names += ["closer", "cursor_right", "save"]
    if any(size > 1 for d, size in enumerate(about.shape) if d not in about.axes):
        names.append("slice_on")
    if len(about.members) > 1:
        names.append("choose")
    if about.has_preview and about.has_data:
        names.append("preview")
    if about.is_complex:
        names.append("part")
    if isinstance(content, Curve | ReducedImage):
        names += ["log", "rescale"]
    if isinstance(content, ReducedImage):
        names += ["map", "profiles"]
    if len(about.layouts) > 1:
        names.append("axes")
    return tuple(f"inspect.{name}" for name in (*names, "help", "close"))
