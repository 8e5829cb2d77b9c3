"""`damnit-tui serve`: serve the table of a folder to browsers."""

from __future__ import annotations

import getpass
import socket
from contextlib import suppress

from damnit_daemon.paths import locate_folder

from .startup import no_damnit_folder


def serve_folder(folder_text: str | None, port: int, selection: tuple[str, str, str]) -> None:
    """Serve the table, and print its address, until Ctrl-C or SIGTERM.

    Args:
        folder_text: Folder or proposal number; None for the current directory.
        port: 0 for any that is free.
        selection: Filter, order and columns.

    Raises:
        DamnitError: If there is no table to read, or the port cannot be used.
    """
    from damnit_daemon.export import TableSelection
    from damnit_daemon.export.server import TableServer, serve_table
    from damnit_daemon.model.sanitize import for_stdout
    from damnit_daemon.store import Database

    folder = locate_folder(folder_text)
    if not folder.database.exists():
        raise no_damnit_folder(folder.path)

    def announce(server: TableServer) -> None:
        tunnel = f"{server.server_port}:127.0.0.1:{server.server_port}"
        lines = (
            f"Serving {folder.path}, read-only, until Ctrl-C. Open in a browser:",
            f"  {server.url}",
            "On another computer, first open a tunnel and leave it open:",
            f"  ssh -N -L {tunnel} {getpass.getuser()}@{socket.getfqdn()}",
            "Anyone who has this address can read the table.",
        )
        print(for_stdout("\n".join(lines)), flush=True)

    with suppress(KeyboardInterrupt):
        serve_table(
            Database(folder.database),
            TableSelection(*selection),
            f"Runs of {folder.path}",
            port,
            announce,
        )
