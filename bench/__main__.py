"""Measure everything in one run, print a table, write `build/bench.json`.

Ours and what it is compared with are measured in turn, several times: a machine that gets
slower in between slows all of them. Nothing here fails because something is slow.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console

from .app_start import measure_app
from .app_use import measure_use
from .daemon import measure_daemon
from .growth import measure_growth
from .looking import measure_looking
from .looking_use import measure_looking_use
from .peer import Peer
from .processing import measure_context, measure_processing
from .report import OUTPUT, as_table, compared, line, load, save
from .results import PROGRESS, Result
from .store_use import measure_store
from .tables import measure_tables

BESIDE_PEER: dict[str, Callable[[Path, int, Peer | None], Iterable[Result]]] = {
    "processing": measure_processing,
    "context": measure_context,
    "tables": measure_tables,
    "app": measure_app,
}
ALONE: dict[str, Callable[[Path, int], Iterable[Result]]] = {
    "use": measure_use,
    "store": measure_store,
    "daemon": measure_daemon,
    "inspect": measure_looking,
    "inspect-use": measure_looking_use,
    "growth": measure_growth,
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    names = [*BESIDE_PEER, *ALONE]
    parser.add_argument("--only", choices=names, action="append", help="leave out the rest")
    parser.add_argument("--repeats", type=int, default=7, help="of each (default: 7)")
    parser.add_argument("--output", type=Path, default=OUTPUT, help=f"default: {OUTPUT}")
    parser.add_argument("--long", action="store_true", help="the daemon with 500 runs, 60 s idle")
    parser.add_argument(
        "--peer", metavar="PYTHON", help="also measure DAMNIT in this Python, in turn with ours"
    )
    parser.add_argument("--compare", type=Path, metavar="OLD.json", help="print ratios to it")
    arguments = parser.parse_args()
    old = load(arguments.compare) if arguments.compare else []
    console = Console()
    if not console.is_terminal:
        console.width = 150
    results = []
    for name in arguments.only or (BESIDE_PEER if arguments.peer else names):
        with (
            TemporaryDirectory(prefix="bench-") as scratch,
            console.status(f"measuring {name}") as status,
        ):
            PROGRESS.show = lambda text, name=name, status=status: status.update(f"{name}: {text}")
            for result in measured(name, Path(scratch), arguments):
                results.append(result)
                console.print(line(result), highlight=False)
                save(results, arguments.output)
    console.print(as_table(results))
    if old:
        console.print(compared(results, old))


def measured(name: str, scratch: Path, arguments: argparse.Namespace) -> Iterable[Result]:
    """Measure one part."""
    if name in BESIDE_PEER:
        home = scratch / "home"
        peer = Peer(arguments.peer, scratch, home) if arguments.peer else None
        return BESIDE_PEER[name](scratch, arguments.repeats, peer)
    if name == "daemon":
        return measure_daemon(scratch, arguments.repeats, is_long=arguments.long)
    return ALONE[name](scratch, arguments.repeats)


if __name__ == "__main__":
    main()
