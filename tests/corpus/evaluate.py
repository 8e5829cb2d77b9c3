"""Evaluate every context file of the corpus: `evaluate.py CONTEXTS OUT PARAMETERS`, in one process.

Runs in the user's Python, with the runner's bundle on the search path.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from made_up_run import MadeUpRun, plain

from damnit_ctx import Pipeline
from damnit_daemon.runner.context import Context, read_context


def look_at(path: Path, parameters: dict[str, Any]) -> dict[str, Any]:
    """What the file declares, and what comes of it."""
    context = read_context(path)
    found: dict[str, Any] = {
        "problems": [[p.severity, p.line, p.column, p.message] for p in context.problems],
        "loads": context.ok,
    }
    if context.ok:
        found |= _declared(context)
        found |= _evaluated(path, parameters)
    return found


def _declared(context: Context) -> dict[str, Any]:
    metas = context.loaded_event({}).variables
    return {
        "order": context.graph.order,
        "titles": {m.name: m.title for m in metas},
        "tags": {m.name: m.tags for m in metas},
        "proc": [m.name for m in metas if m.data == "proc"],
        "cluster": [m.name for m in metas if m.cluster],
        "transient": [m.name for m in metas if m.transient],
    }


def _evaluated(path: Path, parameters: dict[str, Any]) -> dict[str, Any]:
    pipeline = Pipeline.from_context_file(path).with_context(
        data=MadeUpRun(), proposal=1234, run_number=7, param_values=parameters
    )
    results = pipeline.execute()
    return {
        "values": {n: plain(c.data) for n, c in results.cells.items() if n != "start_time"},
        "errors": {
            n: [type(e).__name__, str(e)]
            for n, e in results.errors.items()
            if not pipeline.vars[n].transient
        },
    }


def main(contexts: str, out: str, parameters: str) -> None:
    """Look at all of them."""
    given = json.loads(parameters)
    found = {
        path.stem: look_at(path, given.get(path.stem, {}))
        for path in sorted(Path(contexts).glob("*.*"))
    }
    Path(out).write_text(json.dumps(found))


if __name__ == "__main__":
    main(*sys.argv[1:])
