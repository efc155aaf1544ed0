"""Damage to the values and keys of JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from random import Random
from typing import Any

from benchmarks.fuzz.byte_damage import Way, plant
from benchmarks.fuzz.odd import DEEP, NUMBERS, VALUES

Place = tuple[Any, Any]


def _json(body: bytes, random: Random, other: bytes) -> bytes:
    """The body with one of its values or keys changed; what is no JSON (any more) gets a token instead."""
    try:
        tree = [json.loads(body)]
        places = list(_places(tree))
        random.choice(CHANGES)(*random.choice(places), random, places)
        text = json.dumps(
            next(iter(tree), None), ensure_ascii=random.choice((True, False)), indent=random.choice((None, None, 1))
        )
    except (ValueError, RecursionError):
        return plant(body, random, other)
    return _RAW.sub(lambda found: found[1].replace("'", '"'), text).encode("utf-8", "surrogatepass")


def _raw(text: str) -> str:
    """What stands for JSON that `json` itself would not write; its quotes are single ones."""
    return f"@@{text}@@"


def _places(tree: Any) -> Iterator[Place]:
    """Every value as its container and its key there."""
    left = [tree]
    while left:
        inside = left.pop()
        for key, value in list(inside.items() if isinstance(inside, dict) else enumerate(inside)):
            yield inside, key
            if isinstance(value, dict | list):
                left.append(value)


def _set(inside: Any, key: Any, random: Random, _: list[Place]) -> None:
    inside[key] = random.choice(VALUES)


def _write(inside: Any, key: Any, random: Random, _: list[Place]) -> None:
    inside[key] = _raw(random.choice(NUMBERS))


def _nest(inside: Any, key: Any, random: Random, _: list[Place]) -> None:
    deep = random.choice((20, 300, 480, 700, 960, 5_000, DEEP))
    opens, closes = random.choice((("[", "]"), ("{'a':", "}"), ("[{'a':", "}]"), ("{'itemId':[", "]}")))
    inside[key] = _raw(f"{opens * deep}null{closes * deep}")


def _drop(inside: Any, key: Any, random: Random, _: list[Place]) -> None:
    del inside[key]


def _rename(inside: Any, key: Any, random: Random, places: list[Place]) -> None:
    """Another key for this value; a list has none, there the value stands twice."""
    if isinstance(inside, list):
        inside.insert(key, inside[key])
    else:
        others = [other for _, other in places if isinstance(other, str)]
        name = random.choice((key.lower(), key.upper(), f"{key} ", f"x{key}", "", "\ud800", random.choice(others)))
        inside[name] = inside.pop(key)


def _twice(inside: Any, key: Any, random: Random, _: list[Place]) -> None:
    """The same key once more."""
    inside[key] = _raw(f"{random.choice(NUMBERS)},'{key}':null") if isinstance(inside, dict) else [inside[key]] * 3


def _exchange(inside: Any, key: Any, random: Random, places: list[Place]) -> None:
    """This value in the place of another one."""
    other, there = random.choice(places)
    other[there] = json.loads(json.dumps(inside[key]))


def _wrap(inside: Any, key: Any, random: Random, _: list[Place]) -> None:
    value = inside[key]
    inside[key] = random.choice(([value], {"value": value}, [value, None], [[value]], json.dumps(value), str(value)))


_RAW = re.compile(r'"@@(.*?)@@"')
CHANGES = (_set, _write, _nest, _drop, _rename, _twice, _exchange, _wrap)
JSON: tuple[Way, ...] = (_json,)
