"""Damage to the bytes of a body, whatever they mean."""

from __future__ import annotations

import re
from collections.abc import Callable
from random import Random

from benchmarks.fuzz.odd import DEEP, TOKENS

Way = Callable[[bytes, Random, bytes], bytes]
"""Takes a body, random numbers, and another body to take parts from."""


def _span(body: bytes, random: Random, most: int | None = None) -> tuple[int, int]:
    start = random.randrange(len(body) + 1)
    return start, min(len(body), start + random.randrange(1, (most or max(2, len(body))) + 1))


def _flip(body: bytes, random: Random, _: bytes) -> bytes:
    flipped = bytearray(body)
    for _time in range(random.choice((1, 1, 2, 20)) if body else 0):
        flipped[random.randrange(len(body))] ^= 1 << random.randrange(8)
    return bytes(flipped)


def _noise(body: bytes, random: Random, _: bytes) -> bytes:
    start, end = _span(body, random, 8)
    return body[:start] + random.randbytes(random.randrange(9)) + body[end:]


def _cut(body: bytes, random: Random, _: bytes) -> bytes:
    start, end = _span(body, random)
    return random.choice((body[:start], body[start:], body[:start] + body[end:], body[:-1], body[1:]))


def _take_out(body: bytes, random: Random, _: bytes) -> bytes:
    start, end = _span(body, random, 12)
    return body[:start] + body[end:]


def _repeat(body: bytes, random: Random, _: bytes) -> bytes:
    start, end = _span(body, random, random.choice((10, 400)))
    return body[:end] + body[start:end] * random.choice((1, 2, 50)) + body[end:]


def _swap(body: bytes, random: Random, _: bytes) -> bytes:
    a, b, c, d = sorted(random.randrange(len(body) + 1) for _time in range(4))
    return body[:a] + body[c:d] + body[b:c] + body[a:b] + body[d:]


def _splice(body: bytes, random: Random, other: bytes) -> bytes:
    start, end = _span(body, random, 400)
    a, b = _span(other, random, 2_000)
    return random.choice((body[:start] + other[a:b] + body[end:], body[:start] + other[a:], other + body, body + other))


def plant(body: bytes, random: Random, _: bytes) -> bytes:
    start, end = _span(body, random, 3)
    return body[:start] + random.choice(TOKENS) + body[random.choice((start, end)) :]


def _recode(body: bytes, random: Random, _: bytes) -> bytes:
    text = body.decode("utf-8", "replace")
    encoding = random.choice(("utf-16", "utf-16-le", "utf-16-be", "utf-32", "latin-1", "cp1252", "utf-7", "utf-8-sig"))
    return text.encode(encoding, "replace")


def _mark(body: bytes, random: Random, _: bytes) -> bytes:
    return random.choice((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"\x00", b"\r\n", b" ", b"\x1f\x8b")) + body


def whole(body: bytes, random: Random, other: bytes) -> bytes:
    """Something else altogether."""
    deep = random.choice((50, 500, 2_000, DEEP))
    pages = (b"", b" ", b"null", b"[]", b"{}", b'"', b"0", b"<a/>", b"<html><body>Bad Gateway</body></html>", other)
    nests = (b"[" * deep, b'{"a":' * deep, b"<a>" * deep, b"<a>" * deep + b"</a>" * deep, b"[" * deep + b"]" * deep)
    return random.choice((*pages, *nests, random.randbytes(200), body * 2))


def _lines(body: bytes, random: Random, _: bytes) -> bytes:
    """Other letters, or other blanks between the parts."""
    return random.choice((body.upper(), body.lower(), body.swapcase(), re.sub(rb"([>,{])", rb"\1\r\n\t", body)))


BYTES: tuple[Way, ...] = (
    *(_flip, _noise, _cut, _take_out, _repeat, _swap, _splice, plant, _recode, _mark, whole, _lines),
)
