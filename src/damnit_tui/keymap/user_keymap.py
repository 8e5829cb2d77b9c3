"""Apply a user's keys to the key table. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from textual.keys import Keys

from damnit_daemon.text import did_you_mean

from ..textual_internals import character_to_key
from . import MAIN_OWNERS, Key
from .key import written

_MODIFIERS = {"ctrl", "shift", "alt", "super", "meta", "hyper"}
_NAMES = {key.value for key in Keys}


def with_own_keys(
    keys: Sequence[Key], own: Mapping[str, str]
) -> tuple[tuple[Key, ...], tuple[str, ...]]:
    """Return the key table with a user's keys, and errors; invalid entries are ignored.

    Args:
        keys: The key table.
        own: Keys for some ids, separated by commas; empty for none.
    """
    ids = {key.id for key in keys}
    problems = [_unknown(id, ids) for id in own if id not in ids]
    changed = []
    for key in keys:
        if key.id not in own:
            changed.append(key)
            continue
        names = [_name(word.strip()) for word in own[key.id].split(",") if word.strip()]
        wrong = [word for word, name in zip(_words(own[key.id]), names, strict=True) if not name]
        if wrong:
            problems.append(f"{key.id}: unknown key {wrong[0]!r}.")
            changed.append(key)
        else:
            known = [name for name in names if name]
            shown = " ".join(written(name) for name in known)
            changed.append(key._replace(keys=",".join(known), shown=shown))
    changed, clashes = _without_clashes(changed, own)
    return tuple(_without_broken_pairs(keys, changed)), (*problems, *clashes)


def _words(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]


def _name(word: str) -> str | None:
    """Textual's name of a key; None without one."""
    if len(word) == 1:
        return character_to_key(word) if word.isprintable() else None
    *modifiers, last = word.replace("ctrl-", "ctrl+").split("+")
    if not set(modifiers) <= _MODIFIERS:
        return None
    if len(last) == 1:
        last = character_to_key(last)
    elif last not in _NAMES and not _is_name_of_character(last):
        return None
    return "+".join([*modifiers, last])


def _is_name_of_character(name: str) -> bool:
    import unicodedata

    try:
        return len(unicodedata.lookup(name.replace("_", " "))) == 1
    except KeyError:
        return False


def _unknown(id: str, ids: Iterable[str]) -> str:
    near = did_you_mean(id, ids, most=1)
    return f"Unknown key id {id!r}. {near}".rstrip()


def _without_clashes(keys: Sequence[Key], own: Mapping[str, str]) -> tuple[list[Key], list[str]]:
    """Return the keys, where a key that a user has reassigned is removed from its old action."""
    bound = {
        (_place(key), name): key.id for key in keys if key.id in own for name in key.keys.split(",")
    }
    changed, problems = [], []
    for key in keys:
        names = key.keys.split(",")
        lost = [n for n in names if bound.get((_place(key), n), key.id) != key.id]
        problems += [
            f"{written(name)} now runs {bound[_place(key), name]} instead of {key.id}."
            for name in lost
        ]
        if lost:
            kept = [name for name in names if name not in lost]
            key = key._replace(keys=",".join(kept), shown=" ".join(map(written, kept)))
        changed.append(key)
    return changed, problems


def _without_broken_pairs(before: Sequence[Key], after: Sequence[Key]) -> list[Key]:
    """Return the keys, where each key of a pair that a user has changed is listed by itself."""
    found = list(after)
    for place, key in enumerate(before):
        if not key.both:
            continue
        pair = slice(place, place + 2)  # the second key of a pair follows the first
        changes = list(zip(before[pair], after[pair], strict=True))
        if any(old.keys != new.keys for old, new in changes):
            found[pair] = [
                new._replace(shown=new.shown if old.keys != new.keys else old.own_label, both="")
                for old, new in changes
            ]
    return found


def _place(key: Key) -> str:
    """The scope in which its keys must differ from those of others."""
    return "main" if key.owner in MAIN_OWNERS else key.owner
