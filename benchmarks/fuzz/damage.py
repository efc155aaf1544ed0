"""One body made of another by damage."""

from __future__ import annotations

from random import Random

from benchmarks.fuzz.byte_damage import BYTES
from benchmarks.fuzz.json_damage import JSON
from benchmarks.fuzz.xml_damage import XML

LONGEST = 3_000_000
"""No body grows beyond this."""


def damaged(body: bytes, random: Random, other: bytes) -> bytes:
    """The body with one to four damages: to its bytes, and twice as often to what they mean."""
    parts = XML if body.startswith(b"<") else JSON
    for _ in range(random.choice((1, 1, 1, 2, 3, 4))):
        body = random.choice(random.choice((BYTES, parts, parts)))(body, random, other)[:LONGEST]
    return body
