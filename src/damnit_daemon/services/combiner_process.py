"""`python -m damnit_daemon.services.combiner_process`: combine without blocking the daemon.

Reads one JSON object a line on stdin, `{"folder", "proposal", "run", "fragments"}`, with
`fragments` null for all waiting fragments of the folder (except the runs in `leave`), or
`{"folder", "ingest"}`. Meanwhile it prints `{"reading": path}` for each part of a file that it
reads (null: no longer reading); the response is a line without `reading`. Ends when stdin does.

A damaged file can spin, crash or fill the memory: the parent process watches, ends it, and
knows from these lines which file was the cause.
"""

from __future__ import annotations

import json
import os
import resource
import sys
from pathlib import Path
from typing import Any

from ..combine import combine_folder, combine_run, ingest, restore
from ..errors import DamnitError
from ..hdf5 import listen
from ..model import RunKey
from ..paths import DamnitFolder
from ..runner.processes import die_with_parent
from .combine_result import CombineResult

MEMORY_BYTES = 16 << 30
"""Address space: the size claimed by a damaged file must not bring down the machine."""


def main() -> None:
    """Respond to requests until stdin ends."""
    die_with_parent(os.getppid())
    _limit_memory()
    listen(lambda path: _send({"reading": None if path is None else str(path)}))
    for line in sys.stdin:
        _send(_answer(json.loads(line)))


def _limit_memory() -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    limit = MEMORY_BYTES if hard == resource.RLIM_INFINITY else min(MEMORY_BYTES, hard)
    resource.setrlimit(resource.RLIMIT_AS, (limit, hard))


def _send(line: dict[str, Any]) -> None:
    print(json.dumps(line), flush=True)


def _answer(question: dict[str, Any]) -> dict[str, Any]:
    folder = DamnitFolder(Path(question["folder"]))
    try:
        if (paths := question.get("ingest")) is not None:
            saved = ingest(folder, [Path(path) for path in paths])
            return {"saved": saved.names}
        if (names := question.get("restore")) is not None:
            key = RunKey(question["proposal"], question["run"])
            return {"saved": restore(folder, key, names).names}
        if question["fragments"] is None:
            leave = {RunKey(*key) for key in question.get("leave", ())}
            return CombineResult.from_report(combine_folder(folder, leave=leave)).as_plain()
        key = RunKey(question["proposal"], question["run"])
        paths = [Path(path) for path in question["fragments"]]
        return CombineResult.from_report(combine_run(folder, key, paths)).as_plain()
    except DamnitError as error:
        return {"error": str(error)}
    except Exception as error:  # noqa: BLE001 - the parent blames the file
        return {"raised": f"{type(error).__name__}: {error}"}


if __name__ == "__main__":
    main()
