"""`evaluate.py` with DAMNIT, in its Python: `peer_evaluate.py CONTEXTS OUT PARAMETERS`."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from damnit.context import Pipeline, RunData
from made_up_run import MadeUpRun, plain


def look_at(path: Path, parameters: dict[str, Any]) -> dict[str, Any]:
    """What the file declares, and what comes of it."""
    try:
        pipeline = Pipeline.from_context_file(path).with_context(
            data=MadeUpRun(), proposal=1234, run_number=7, param_values=parameters
        )
        variables = dict(pipeline.vars)
    except BaseException as error:  # noqa: BLE001 – what a file raises is what is asked
        return {"loads": False, "problem": f"{type(error).__name__}: {error}"}
    try:
        results = pipeline.execute()
    except BaseException as error:  # noqa: BLE001
        return {"loads": True, "ends": f"{type(error).__name__}: {error}"}
    return {
        "loads": True,
        "titles": {n: v.title for n, v in variables.items()},
        "tags": {n: sorted(v.tags or ()) for n, v in variables.items()},
        "proc": [n for n, v in variables.items() if v.data is RunData.PROC],
        "cluster": [n for n, v in variables.items() if v.cluster],
        "transient": [n for n, v in variables.items() if v.transient],
        "values": {n: plain(c.data) for n, c in results.cells.items() if n != "start_time"},
        "errors": {
            n: [type(e).__name__, str(e)]
            for n, e in results.errors.items()
            if not variables[n].transient
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
