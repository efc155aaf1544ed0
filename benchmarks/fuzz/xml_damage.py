"""Damage to the tags and texts of XML."""

from __future__ import annotations

import re
from random import Random

from benchmarks.fuzz.byte_damage import Way, plant, whole
from benchmarks.fuzz.odd import DECLARATIONS, DEEP, DOCTYPES, NUMBERS, TEXTS

_TEXT = re.compile(rb">([^<>]*)<")
_TAG = re.compile(rb"</?([\w:.-]++)[^<>]*+>")
_OPENED = re.compile(rb"<([\w:.-]++)[^<>/]*+>")
"""Each looks at every byte about once, also in a body of nothing but ``>``."""


def _rewrite(body: bytes, random: Random, other: bytes) -> bytes:
    """One of the texts between two tags, or in a string, becomes another one."""
    places = list(_TEXT.finditer(body))
    if not places:
        return plant(body, random, other)
    start, end = random.choice(places).span(1)
    text = body[start:end]
    new = random.choice(
        (*TEXTS, *(number.encode() for number in NUMBERS), b"<![CDATA[" + text + b"]]>", text + random.choice(TEXTS))
    )
    return body[:start] + new + body[end:]


def _retag(body: bytes, random: Random, other: bytes) -> bytes:
    """A tag is renamed, closed, doubled, dropped or given attributes."""
    places = list(_TAG.finditer(body))
    if not places:
        return plant(body, random, other)
    found, another = random.choice(places), random.choice(places)
    tag, name = found[0], found[1]
    news = (b"", another[0], tag * 2, b"<" + name + b"/>", b"</" + name + b">", tag + another[0])
    renamed = tag.replace(
        name, random.choice((b"x", name.lower(), b"e:" + name, b"Text", b"Errors", b"Ack", another[1]))
    )
    attributes = tag[:-1] + random.choice((b" a='1'", b' xmlns="urn:x"', b" xmlns:e='urn:e'", b' a="1" a="2"')) + b">"
    start, end = found.span()
    return body[:start] + random.choice((*news, renamed, attributes)) + body[end:]


def _rename_all(body: bytes, random: Random, other: bytes) -> bytes:
    """An element has another name wherever it stands."""
    names = re.findall(rb"<([\w:.-]+)", body)
    if not names:
        return plant(body, random, other)
    name, new = random.choice(names), random.choice((*names, b"x", b"e:x", b"Text"))
    return re.sub(rb"(</?)%b(?=[\s/>])" % re.escape(name), lambda found: found[1] + new, body)


def _move(body: bytes, random: Random, other: bytes) -> bytes:
    """A whole element is taken out, doubled, put into another one, or taken from another body."""
    start, end = _element(body, random)
    there, foreign = _element(body, random)[0], _element(other, random)
    element = body[start:end]
    return random.choice(
        (
            body[:start] + body[end:],
            body[:end] + element + body[end:],
            body[:there] + element + body[there:],
            body[:start] + other[slice(*foreign)] + body[end:],
            body[:end] + element * 40 + body[end:],
        )
    )


def _element(body: bytes, random: Random) -> tuple[int, int]:
    """The span of one element, up to the nearest end of its name; of nothing where there is none."""
    opened = list(_OPENED.finditer(body))
    if not opened:
        return 0, 0
    found = random.choice(opened)
    end = body.find(b"</" + found[1] + b">", found.end())
    return found.start(), end + len(found[1]) + 3 if end >= 0 else found.end()


def _deepen(body: bytes, random: Random, other: bytes) -> bytes:
    """Elements in elements, in the place of a text."""
    places = [found.span(1) for found in _TEXT.finditer(body)]
    if not places:
        return whole(body, random, other)
    start, end = random.choice(places)
    deep = random.choice((5, 100, 250, 260, 2_000, DEEP))
    tag = random.choice((b"a", b"b", b"div", b"Message", b"Folder", b"font"))
    nest = (b"<%b>" % tag) * deep + body[start:end] + (b"</%b>" % tag) * random.choice((deep, deep, deep - 1, 0))
    return body[:start] + random.choice((nest, b"<![CDATA[" + nest + b"]]>", nest.replace(b"<", b"&lt;"))) + body[end:]


def _declare(body: bytes, random: Random, _: bytes) -> bytes:
    """Another declaration, or a DOCTYPE behind it."""
    head = re.match(rb"\s*<\?xml[^>]*\?>", body)
    rest = body[head.end() :] if head else body
    return random.choice(DECLARATIONS) + random.choice((b"", b"", *DOCTYPES)) + rest


XML: tuple[Way, ...] = (_rewrite, _rewrite, _retag, _rename_all, _move, _deepen, _declare)
