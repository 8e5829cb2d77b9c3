"""Mutated images, arrays and messages: parsed, or refused with an error message."""

from __future__ import annotations

import io
import json
import random

import numpy as np
from PIL import Image

from damnit_daemon.broker.messages import Ignored, Malformed, parse_arrival
from damnit_daemon.broker.record import Record
from damnit_daemon.model import RunKey, StoredValue
from damnit_daemon.model.arrival import Arrival
from damnit_daemon.model.value import blob_kind
from damnit_daemon.store import decode_value
from damnit_tui.table.blob_preview import draw_large
from tests.fuzz.budget import report, rounds
from tests.fuzz.ledger_rows import DEEP
from tests.fuzz.mutation import mutate


def png():
    """A small picture."""
    buffer = io.BytesIO()
    pixels = np.arange(30 * 40 * 3, dtype=np.uint8).reshape(30, 40, 3)
    Image.fromarray(pixels).save(buffer, "PNG")
    return buffer.getvalue()


def npy():
    """A trendline as it is stored."""
    buffer = io.BytesIO()
    np.save(buffer, np.random.default_rng(0).random((2, 50)))
    return buffer.getvalue()


def test_mutated_images_and_arrays_are_drawn_or_reported():
    tried = 0
    originals = [png(), npy()]
    for number in rounds(400):
        chance = random.Random(number)
        blob = mutate(chance.choice(originals), chance)
        stored = StoredValue(RunKey(1, 1), "a", blob, 0.0, None, "", None)
        decoded = decode_value(stored)
        draw_large(blob_kind(blob[:8], None), decoded)
        tried += 1
    report("mutated PNG and NPY", tried=tried, survived=tried, told=0, wrong=0)


def test_mutated_kafka_messages_are_parsed_or_counted():
    tried = told = 0
    message = {"event": "migration_complete", "proposal": 1234, "run": 7, "extra": [1, {"a": 2}]}
    sound = json.dumps(message).encode()
    for number in rounds(3000):
        chance = random.Random(number)
        value = DEEP.encode() if number % 500 == 0 else mutate(sound, chance)
        found = parse_arrival(Record("t", 0, number, 1.0, value))
        assert isinstance(found, Arrival | Ignored | Malformed)
        told += isinstance(found, Malformed)
        tried += 1
    report("mutated messages", tried=tried, survived=tried - told, told=told, wrong=0)
