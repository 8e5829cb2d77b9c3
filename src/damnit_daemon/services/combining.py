"""`python -m damnit_daemon.services.combining`: combines, so that the daemon need not wait.

Takes one JSON object a line on stdin, `{"folder", "proposal", "run", "fragments"}`,
with `fragments` null for all that wait in the folder, and answers each with one on
stdout. Ends when stdin does.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

from ..combine import combine_folder, combine_run
from ..errors import DamnitError
from ..model import RunKey
from ..paths import DamnitFolder
from ..runner.processes import die_with_parent
from .combined import Combined


def main() -> None:
    """Answer until there are no more questions."""
    die_with_parent(os.getppid())
    for line in sys.stdin:
        print(json.dumps(_answer(json.loads(line))), flush=True)


def _answer(question: dict[str, Any]) -> dict[str, Any]:
    folder = DamnitFolder(Path(question["folder"]))
    try:
        if question["fragments"] is None:
            return Combined.from_report(combine_folder(folder)).as_plain()
        key = RunKey(question["proposal"], question["run"])
        paths = [Path(path) for path in question["fragments"]]
        return Combined.from_report(combine_run(folder, key, paths)).as_plain()
    except DamnitError as error:
        return {"error": str(error)}


if __name__ == "__main__":
    main()
