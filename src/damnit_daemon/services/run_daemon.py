"""`damnit-daemon run`: run one daemon in a folder until it is stopped."""

from __future__ import annotations

import logging
import os
import signal
import socket
import time

from .. import __version__
from ..broker import BROKER_VARIABLE, BrokerSettings, Producer, broker_settings
from ..errors import DamnitError
from ..ledger import LeaseLost, Ledger, release, take_lease
from ..paths import DamnitFolder
from ..settings import Trigger
from ..store import FORMAT_VERSION, Database, load_settings, migrate
from ..store.identity import copy_sentence, note_place
from ..supervise.sd_notify import Notifier
from .arrival_threads import ArrivalThreads
from .daemon import Daemon, daemon_info
from .daemon_settings import DaemonSettings, daemon_settings
from .ledger_renewal import LedgerGone, load_renewal, renew_ledger, save_memo
from .machine import usable_cpus
from .publisher import Publisher

log = logging.getLogger(__name__)

SAY_RENEWED_S = 86_400.0
"""How long the rebuild of the ledger is reported."""

SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


def run_daemon(folder: DamnitFolder, *, notifier: Notifier | None = None) -> int:
    """Run until SIGTERM, SIGINT or SIGHUP.

    Args:
        folder: The DAMNIT folder.
        notifier: Reports the state to systemd.

    Returns:
        The exit status: 0 after a signal, 1 if another daemon took over, or the ledger is gone.

    Raises:
        LeaseHeld: If another daemon runs in the folder; names it.
        DamnitError: If the folder cannot be used.
    """
    notifier = notifier or Notifier()
    settings, broker = _prepare(folder)
    ledger = Ledger(folder.ledger)
    renew_ledger(folder, settings.proposal)
    ledger.create()
    info = daemon_info(settings, __version__)
    with ledger.reading() as con:
        renewal = load_renewal(con)
    if renewal is not None and time.time() - renewal[0] < SAY_RENEWED_S:
        info["ledger"] = renewal[1]
    token = take_lease(
        ledger,
        info=info,
        waiting=lambda lease: notifier.status(f"waiting for the daemon on {lease.holder.host}"),
    )
    save_memo(folder)
    if original := note_place(folder):
        log.warning("%s", copy_sentence(original))
    producer = Producer(broker) if broker is not None and broker.update_topic else None
    announcer = Publisher(producer)
    daemon = Daemon(folder, token, settings, announcer, info=info)
    triggers = ArrivalThreads(ledger, token, settings, broker, wake=daemon.wake)
    daemon.facts = triggers.facts
    for number in SIGNALS:
        signal.signal(number, lambda *_: daemon.stop())
    try:
        daemon.recover_jobs()
        triggers.start()
        log.info(
            "Working in %s, as process %s on %s", folder.path, os.getpid(), socket.gethostname()
        )
        notifier.ready(f"processing proposal {settings.proposal}")
        daemon.run(notifier)
    except (LeaseLost, LedgerGone) as error:
        log.error("%s", error)
        return 1
    finally:
        notifier.stopping()
        triggers.close()
        daemon.shutdown()
        announcer.close()
        _give_back(ledger, token)
    log.info("Stopped")
    return 0


def _prepare(folder: DamnitFolder) -> tuple[DaemonSettings, BrokerSettings | None]:
    """Read the settings; first bring an old database up to date."""
    database = Database(folder.database)
    if database.format_version() < FORMAT_VERSION:
        backup = migrate(folder.database)
        log.info(
            "The database was migrated to format %s; the old one is kept as %s",
            FORMAT_VERSION,
            backup,
        )
    with database.reading() as con:
        stored = load_settings(con)
    settings = daemon_settings(stored, cpu_count=usable_cpus())
    broker = broker_settings(
        folder.path.absolute(), stored, os.environ, hostname=socket.gethostname()
    )
    if settings.trigger in (Trigger.KAFKA, Trigger.BOTH) and broker is None:
        if os.environ.get(BROKER_VARIABLE, "").lower() == "none":
            raise DamnitError(
                f"The trigger is {settings.trigger}, but {BROKER_VARIABLE}=none in the environment "
                "turns the broker off.",
                hint="Unset it, or watch directories: damnit-daemon db-config trigger watch",
            )
        raise DamnitError(
            f"The trigger is {settings.trigger}, but no broker is set.",
            hint="Set one (damnit-daemon db-config broker HOST:PORT), or watch directories: "
            "damnit-daemon db-config trigger watch",
        )
    return settings, broker


def _give_back(ledger: Ledger, token: str) -> None:
    try:
        with ledger.writing() as con:
            release(con, token)
    except DamnitError as error:  # it expires by itself
        log.warning("The lease could not be released: %s", error)
