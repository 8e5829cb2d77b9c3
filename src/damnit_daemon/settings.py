"""The known settings of a DAMNIT folder (table `metameta`) and their valid values. Pure."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from .errors import DamnitError
from .text import nearest
from .user_path import typed_path

EXECUTORS = ("auto", "local", "slurm")
FALLBACKS = ("none", "local")
FORK = "fork"
TRIGGER = "trigger"
BROKER = "broker"
TOPICS = "kafka_topics"
API_VERSION = "kafka_api_version"
SESSION_TIMEOUT = "kafka_session_timeout_s"
KEPT_VALUES = "kept_values"
MOST_KEPT_VALUES = 100

MOST_MEMORY_BYTES = 1 << 60
LONGEST_MINUTES = 366 * 24 * 60
LONGEST_LIMIT = 40
"""Characters of a time limit in Slurm's notation."""


class Trigger(StrEnum):
    """Source of new runs."""

    WATCH = "watch"
    KAFKA = "kafka"
    BOTH = "both"
    NONE = "none"


class UnknownSetting(DamnitError):  # noqa: N818 – house style
    """There is no setting of this name."""


class InvalidSetting(DamnitError):  # noqa: N818 – house style
    """The value is not valid for the setting."""


@dataclass(frozen=True)
class Setting:
    """A known setting."""

    key: str
    description: str
    example: str
    parse: Callable[[str], int | str]
    """Converts typed text to the stored value; its `ValueError` names the expected input."""
    editable: bool = True
    needs_restart: bool = False
    """Whether a running daemon applies it only at its next start; others apply to the next job."""

    @property
    def choices(self) -> tuple[str, ...]:
        """All valid values, if they are few words."""
        return self.parse if isinstance(self.parse, _OneOf) else ()


def _whole(low: int, high: int = 10**9) -> Callable[[str], int]:
    def parse(text: str) -> int:
        if not re.fullmatch(r"[0-9]{1,10}", text) or not low <= int(text) <= high:
            raise ValueError(f"a whole number from {low} to {high}")
        return int(text)

    return parse


def _memory(text: str) -> str:
    match = re.fullmatch(r"(\d{1,15})\s*([KMGT]?)(?:i?B)?", text, re.IGNORECASE)
    if not match or not int(match[1]):
        raise ValueError("an amount of memory for Slurm")
    if int(match[1]) << 10 * ("KMGT".index(match[2].upper() or "M") + 1) > MOST_MEMORY_BYTES:
        raise ValueError("a realistic amount of memory")
    return match[1] + (match[2].upper() or "M")  # Slurm's default unit


def _duration(text: str) -> str:
    # Slurm's formats: min, min:s, h:min:s, d-h, d-h:min, d-h:min:s
    if (
        len(text) > LONGEST_LIMIT
        or not re.fullmatch(r"\d+(:\d\d?){0,2}|\d+-\d\d?(:\d\d?){0,2}", text)
        or not text.strip("0:-")
    ):
        raise ValueError("a time limit for Slurm")
    if any(int(part) > LONGEST_MINUTES for part in re.split("[:-]", text)):
        raise ValueError("a time limit for Slurm, of a year at most")
    if re.fullmatch(r"\d+", text):
        return f"{int(text) // 60:02}:{int(text) % 60:02}:00"
    if any(int(part) > 59 for part in text.partition(":")[2].split(":") if part):
        raise ValueError("a time limit for Slurm, with less than 60 minutes and seconds")
    return text


def _word(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9_][\w.,+@-]*", text):
        raise ValueError("a name without spaces")
    return text


def _program(text: str) -> str:
    if not text.startswith(("/", "~")):
        raise ValueError("the full path of a Python interpreter")
    try:
        return str(typed_path(text))
    except DamnitError as error:
        raise ValueError(f"the full path of a Python interpreter ({error.message})") from None


def _seconds(text: str) -> str:
    if not re.fullmatch(r"[0-9]{1,5}(\.[0-9]{1,6})?", text):
        raise ValueError("a number of seconds, less than 100 000,")
    return text


def _backfill(text: str) -> str:
    if not re.fullmatch(r"none|all|\d{1,9}", text.lower()):
        raise ValueError("none, all, or how many of the newest")
    return text.lower()


class _OneOf(tuple[str, ...]):
    """Accepts one of these words."""

    def __call__(self, text: str) -> str:
        """Return the word in lower case."""
        if text.lower() not in self:
            raise ValueError(f"one of {', '.join(self)}")
        return text.lower()


def _clusters(text: str) -> str:
    names = [name.strip() for name in text.split(",")]
    return ",".join(_word(name) for name in names)


OURS_IN_SBATCH = re.compile(
    r"--(array|chdir|comment|error|job-name|open-mode|output|parsable|requeue|test-only|wait|wrap)"
    r"(=|$)|-[aDeJoW]"
)


def _sbatch_options(text: str) -> str:
    try:
        words = shlex.split(text)
    except ValueError:
        raise ValueError("options of sbatch with balanced quotes") from None
    if not words or not words[0].startswith("-") or "\n" in text:
        raise ValueError("options of sbatch")
    if reserved := next((word for word in words if OURS_IN_SBATCH.match(word)), None):
        raise ValueError(f"an option other than {reserved}, which the daemon sets,")
    return text


def is_broker_address(text: str) -> bool:
    """Return True for `host:port`; an IPv6 address is in brackets."""
    match = re.fullmatch(r"(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\]):([0-9]{1,5})", text)
    return match is not None and 0 < int(match[1]) < 65536


def is_topic(text: str) -> bool:
    """Return True for a name that Kafka accepts for a topic."""
    return re.fullmatch(r"[A-Za-z0-9._-]{1,249}", text) is not None and text not in (".", "..")


def is_kafka_version(text: str) -> bool:
    """Return True for `2.3` or `0.10.2`."""
    return re.fullmatch(r"[0-9]{1,3}(\.[0-9]{1,3}){1,2}", text) is not None


def is_session_timeout(seconds: float) -> bool:
    """Return True for a session timeout that a broker could accept."""
    return 1 <= seconds <= 1800


def _broker(text: str) -> str:
    if text.lower() == "none":
        return "none"
    addresses = [address.strip() for address in text.split(",")]
    if not all(map(is_broker_address, addresses)):
        raise ValueError("HOST:PORT, several with commas between, or none")
    return ",".join(addresses)


def _topics(text: str) -> str:
    topics = re.split(r"[\s,]+", text)
    if not all(map(is_topic, topics)):
        raise ValueError("names of topics with commas between")
    return ",".join(topics)


def _version(text: str) -> str:
    if not is_kafka_version(text):
        raise ValueError("a version of Kafka")
    return text


def _session_timeout(text: str) -> str:
    if not is_session_timeout(float(_seconds(text))):
        raise ValueError("a number of seconds from 1 to 1800")
    return text


def _anything(text: str) -> str:
    return text


KNOWN = {
    setting.key: setting
    for setting in (
        Setting(
            "proposal", "The proposal whose runs are shown", "1234", _whole(1), needs_restart=True
        ),
        Setting(
            "context_python",
            "Python that runs the context file; unset: that of damnit-daemon",
            "/path/to/bin/python",
            _program,
        ),
        Setting(
            "concurrent_jobs", "How many runs of a Slurm array run at once", "15", _whole(1, 10_000)
        ),
        Setting(
            "noncluster_cpus",
            "CPUs of a job on this machine, or of a Slurm job that shares its node",
            "4",
            _whole(1, 1024),
        ),
        Setting(
            "noncluster_mem",
            "Memory of a job on this machine, or of a Slurm job that shares its node",
            "25G",
            _memory,
        ),
        Setting(
            "local_jobs", "How many jobs run at once on the daemon's machine", "2", _whole(1, 1024)
        ),
        Setting(
            "watch_settle_s",
            "Seconds without changes until a run is complete; unset: learnt, 20 at first",
            "20",
            _seconds,
            needs_restart=True,
        ),
        Setting(
            "watch_interval_s",
            "Seconds between scans for new runs",
            "2",
            _seconds,
            needs_restart=True,
        ),
        Setting(
            "watch_backfill",
            "Existing runs to process when the daemon first starts: none, all, or how many",
            "none",
            _backfill,
            needs_restart=True,
        ),
        Setting("slurm_time", "Time limit of a job", "02:00:00", _duration),
        Setting(
            "slurm_mem",
            "Memory of a Slurm job of `cluster` variables; unset: all of the node, if exclusive",
            "100G",
            _memory,
        ),
        Setting(
            "slurm_exclusive",
            "Whether a Slurm job of `cluster` variables requests its own node",
            "yes",
            _OneOf(("yes", "no")),
        ),
        Setting("slurm_partition", "Slurm partition of `cluster` variables", "upex", _word),
        Setting("slurm_reservation", "Slurm reservation; overrides the partition", "upex_1", _word),
        Setting("slurm_clusters", "Slurm clusters to submit to, or none", "maxwell", _clusters),
        Setting("slurm_options", "More options for sbatch", "-- --account=xfel", _sbatch_options),
        Setting("slurm_poll_s", "Seconds between queries to Slurm", "10", _seconds),
        Setting(
            "slurm_fallback",
            "While Slurm is down: none (jobs wait) or local",
            "none",
            _OneOf(FALLBACKS),
        ),
        Setting("runs_per_job", "How many runs one Slurm job processes", "1", _whole(1, 1000)),
        Setting(
            "executor",
            "Where variables are computed: auto (`cluster` ones in Slurm), local or slurm",
            "auto",
            _OneOf(EXECUTORS),
        ),
        Setting(
            FORK,
            "Fork jobs from one Python with the context file loaded (yes), or start one each (no)",
            "yes",
            _OneOf(("yes", "no")),
        ),
        Setting(
            KEPT_VALUES,
            "How many earlier values of each cell are kept",
            "10",
            _whole(0, MOST_KEPT_VALUES),
        ),
        Setting(
            TRIGGER,
            "How the daemon detects new runs",
            "watch",
            _OneOf(each.value for each in Trigger),
            needs_restart=True,
        ),
        Setting(BROKER, "Kafka broker, or none", "exflwgs06:9091", _broker, needs_restart=True),
        Setting(
            TOPICS,
            "Kafka topics of new files; unset: the facility's",
            "test.r2d2",
            _topics,
            needs_restart=True,
        ),
        Setting(
            API_VERSION,
            "Version of an old Kafka broker; unset: negotiated",
            "2.3",
            _version,
            needs_restart=True,
        ),
        Setting(
            SESSION_TIMEOUT,
            "Seconds until Kafka gives the partitions of a dead daemon to another",
            "10",
            _session_timeout,
            needs_restart=True,
        ),
        Setting("damnit_python", "The Python that DAMNIT itself runs in", "/…/python", _program),
        Setting("db_id", "Name of this database in update messages", "", _anything, editable=False),
        Setting("data_format_version", "Format of the database", "", _anything, editable=False),
    )
}


def nearest_keys(key: str) -> list[str]:
    """Return the most similar known keys, the best first."""
    return nearest(normalise_key(key), KNOWN, cutoff=0.5)


def normalise_key(key: str) -> str:
    """Normalise a key to its stored spelling: `slurm-time` is `slurm_time`."""
    return key.strip().replace("-", "_")


def parse_setting(
    key: str, text: str, *, as_number: bool = False, force: bool = False
) -> int | float | str:
    """Convert typed text to the value to store.

    Args:
        key: Name of the setting.
        text: The value as typed.
        as_number: Store the value of an unknown key as a number.
        force: Accept unknown keys and invalid values as they are.

    Raises:
        UnknownSetting: If there is no such key; suggests similar ones.
        InvalidSetting: If the value is not valid; shows an example.
    """
    key = normalise_key(key)
    setting = KNOWN.get(key)
    if setting is None:
        if not force:
            raise unknown_setting(key)
        return _number(text) if as_number else text
    if not setting.editable:
        raise InvalidSetting(f"{key} is managed by the program and cannot be changed.")
    try:
        return setting.parse(text.strip())
    except ValueError as error:
        if force:
            return _number(text) if as_number else text
        raise InvalidSetting(
            f"Invalid value for {key}: {text!r}. Expected {error}.",
            hint=f"For example: {setting.example}",
        ) from None


def unknown_setting(key: str) -> UnknownSetting:
    """Return the error for an unknown key, with suggestions."""
    near = nearest_keys(key)
    editable = ", ".join(sorted(k for k, s in KNOWN.items() if s.editable))
    hint = f"Did you mean {' or '.join(near)}?" if near else f"Known: {editable}."
    return UnknownSetting(
        f"Unknown setting {key!r}.", hint=f"{hint} (Use --force to set it anyway.)"
    )


def _number(text: str) -> int | float:
    try:
        return int(text)
    except ValueError:
        pass
    try:
        return float(text)
    except ValueError:
        raise InvalidSetting(f"{text!r} is not a number.") from None


def parse_memory_bytes(text: str) -> int:
    """Parse an amount of memory in Slurm's notation: `25G`; without a unit, megabytes.

    Raises:
        InvalidSetting: If the text is not valid.
    """
    try:
        amount = _memory(text)
    except ValueError as error:
        raise InvalidSetting(
            f"{text[:LONGEST_LIMIT]!r} is not {error}.", hint="For example 25G."
        ) from None
    number, unit = int(amount[:-1]), amount[-1]
    return number << 10 * ("KMGT".index(unit) + 1)


def parse_duration_s(text: str) -> float:
    """Parse a time limit in Slurm's notation, such as `02:00:00` or `1-12`, as seconds.

    Raises:
        InvalidSetting: If the text is not valid.
    """
    try:
        days, _, rest = _duration(text).rpartition("-")
    except ValueError as error:
        raise InvalidSetting(
            f"{text[:LONGEST_LIMIT]!r} is not {error}.", hint="For example 02:00:00."
        ) from None
    parts = [int(part) for part in rest.split(":")]
    if days:  # days-hours[:minutes[:seconds]]
        parts += [0] * (3 - len(parts))
    hours, minutes, seconds = [0] * (3 - len(parts)) + parts
    return float(((int(days or 0) * 24 + hours) * 60 + minutes) * 60 + seconds)
