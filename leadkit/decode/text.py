"""Strict JSON in Python, and large bodies cut into pieces."""

from __future__ import annotations

import json
import re
from typing import Any, NoReturn

from leadkit.errors import BadResponse

PIECE = 1 << 20
"""About how many bytes are decoded at once: small enough for little memory, large enough for little overhead."""

BOM = b"\xef\xbb\xbf"
_FIRST_KEY = re.compile(rb'\s*\{\s*("[^"\\]*")\s*:')


class Number(str):
    """A JSON number as its text: no digit is lost on the way, and it can be told from a string."""

    __slots__ = ()


class Repeated(dict[str, Any]):
    """An object in which a key stands twice; its first value that is not null wins."""


def parse(body: bytes, *, call: str) -> Any:
    """The body's JSON; a `BadResponse` says where it is broken."""
    try:
        text = body.removeprefix(BOM).decode()
    except UnicodeDecodeError as error:
        _refuse(call, f"is not UTF-8: byte {error.start} is {body[error.start : error.start + 1]!r}", body)
    try:
        return _DECODER.decode(text)
    except json.JSONDecodeError as error:
        _refuse(call, f"is not JSON: {error.msg} at character {error.pos} (line {error.lineno})", body)
    except RecursionError:
        _refuse(call, "is nested too deeply", body)
    except ValueError as error:
        _refuse(call, f"is not JSON: {error}", body)


def cut(body: bytes, key: str) -> tuple[dict[str, Any], list[tuple[int, int]]] | None:
    """The envelope, and the spans of the pieces of the list under `key`; None where that takes more than a look.

    A cut is only a guess until its pieces are parsed: between two brackets there may be more than one list.
    """
    opened = re.search(rb'"%b"\s*:\s*\[' % key.encode(), body)
    closed = body.rfind(b"]")
    if opened is None or closed < opened.end():
        return None
    try:
        envelope = parse(body[: opened.end()] + body[closed:], call="")
    except BadResponse:
        return None
    if not isinstance(envelope, dict) or envelope.get(key) != []:
        return None
    return envelope, list(_spans(body, opened.end(), closed))


def as_list(body: bytes, span: tuple[int, int]) -> bytes:
    """One of these spans as a list of its own."""
    return b"".join((b"[", memoryview(body)[slice(*span)], b"]"))


def _spans(body: bytes, start: int, end: int) -> list[tuple[int, int]]:
    """Pieces of about `PIECE` bytes, each a run of whole elements.

    In valid JSON a string can't hold an unescaped quote, so a comma, a brace and the first element's first key mark the
    start of an object; one at another depth leaves pieces that do not parse, and then the body is read as a whole.
    """
    first = _FIRST_KEY.match(body, start, end)
    if first is None:
        return [(start, end)] if body[start:end].strip() else []
    border = re.compile(rb",\s*\{\s*" + re.escape(first[1]) + rb"\s*:")
    spans = []
    while (found := border.search(body, start + PIECE, end)) is not None:
        spans.append((start, found.start()))
        start = found.start() + 1
    return [*spans, (start, end)]


def _refuse(call: str, what: str, body: bytes) -> NoReturn:
    # from None: the decoder's error holds the whole body
    raise BadResponse(f"{call}: the body {what}; {_looks_like(body)}.") from None


def _looks_like(body: bytes) -> str:
    start = body[:512].lstrip().lower()
    if not start:
        return "it is empty"
    if start.startswith((b"<!doctype html", b"<html")):
        return f"it is an HTML page of {len(body):,} bytes"
    return f"it has {len(body):,} bytes"


def _first_wins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) == len(pairs):
        return found
    first = Repeated()
    for name, value in pairs:
        if first.get(name) is None:
            first[name] = value
    return first


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a JSON value")


_DECODER = json.JSONDecoder(
    object_pairs_hook=_first_wins, parse_float=Number, parse_int=Number, parse_constant=_no_constant
)
