"""Any mix of missing, null, blank, unknown, wrong-typed and misplaced values: same columns, no row lost, all told."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from damaged_bodies import NASTY, Expected, bodies, spellings
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reference_decoder import reference
from wire_shapes import SHAPES, Json, Shape, counts, decoded

from leadkit.decode import text

Body = tuple[Shape, dict[str, Json], Expected]
PIECES = st.sampled_from([1, 40, 300, 1 << 20])
SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
"""A body takes some hundred draws."""


def in_pieces(size: int, shape: Shape, body: bytes) -> tuple[list[dict[str, Any]], Any]:
    """Decode with bodies cut into pieces of this size."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(text, "PIECE", size)
        return decoded(shape, body)


def is_as_expected(size: int, shape: Shape, body: bytes, rows: list[dict[str, Any]], told: Counter[Any]) -> None:
    found, problems = in_pieces(size, shape, body)
    assert len(found) == len(rows)
    assert found == rows
    assert counts(problems) == dict(told)


@settings(max_examples=30, suppress_health_check=SLOW)
@given(bodies(damage=0), spellings(), PIECES)
def test_whole_bodies_become_their_values_in_whatever_spelling(
    made: Body, spelled: Callable[[Json], bytes], size: int
) -> None:
    shape, body, expected = made
    assert not expected.problems
    is_as_expected(size, shape, spelled(body), expected.rows, Counter())


@settings(max_examples=60, suppress_health_check=SLOW)
@given(bodies(only=True), spellings(), PIECES)
def test_a_single_damage_is_told_and_all_else_is_exactly_right(
    made: Body, spelled: Callable[[Json], bytes], size: int
) -> None:
    shape, body, expected = made
    is_as_expected(size, shape, spelled(body), expected.rows, expected.problems)


@settings(max_examples=60, suppress_health_check=SLOW)
@given(bodies(damage=8), spellings(), PIECES)
def test_what_is_damaged_is_null_and_told_and_all_else_is_exactly_right(
    made: Body, spelled: Callable[[Json], bytes], size: int
) -> None:
    shape, body, expected = made
    is_as_expected(size, shape, spelled(body), expected.rows, expected.problems)


@settings(max_examples=30, suppress_health_check=SLOW)
@given(bodies(damage=45), spellings(), PIECES)
def test_a_body_that_is_mostly_damage_still_has_all_its_rows(
    made: Body, spelled: Callable[[Json], bytes], size: int
) -> None:
    shape, body, expected = made
    is_as_expected(size, shape, spelled(body), expected.rows, expected.problems)


@settings(max_examples=30, suppress_health_check=SLOW)
@given(bodies(damage=10), spellings(), PIECES)
def test_decode_agrees_with_a_plain_decoder_on_damaged_bodies(
    made: Body, spelled: Callable[[Json], bytes], size: int
) -> None:
    shape, body, _ = made
    sent = spelled(body)
    is_as_expected(size, shape, sent, *reference(shape, sent))


KEYS = sorted(
    {name for shape in SHAPES.values() for name in (*shape.row, *(shape.outer or {}))}
    | {"value", "amount", "question", "body", "firstName", "mediaName", "messageMedia", "memberMessageExchange"}
    | {"messageID", "createdDate", "newKey", "new:Key", ""}
)
SCALARS = st.one_of(
    st.booleans(),
    st.integers(-5, 2**64 - 1),
    st.sampled_from([*NASTY, "2026-08-01T10:00:00.000Z", "2026-08-01T10:00:00", "12.50", "true", " ", "0", "2"]),
    st.sampled_from([1.5, -0.25, 12.125]),
)
ANYTHING = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4),
    max_leaves=8,
)


@st.composite
def misplaced(draw: st.DrawFn) -> tuple[Shape, dict[str, Json]]:
    """Known keys at any depth, with anything below them; lists only where lists of rows belong."""
    shape = SHAPES[draw(st.sampled_from(list(SHAPES)))]

    def element(tree: Any) -> Json:
        if draw(st.integers(0, 9)) == 0:
            return draw(ANYTHING)
        drawn = draw(st.dictionaries(st.sampled_from(sorted(tree)), ANYTHING | st.none(), max_size=5))
        return drawn | draw(
            st.dictionaries(st.sampled_from(KEYS).filter(lambda k: k != "responses"), ANYTHING, max_size=2)
        )

    elements = [element(shape.outer or shape.row) for _ in range(draw(st.integers(0, 3)))]
    for one in elements:
        if shape.outer is not None and isinstance(one, dict):
            one["responses"] = [element(shape.row) for _ in range(draw(st.integers(0, 3)))]
    return shape, shape.envelope(elements, 1)


@settings(max_examples=80, suppress_health_check=SLOW)
@given(misplaced(), spellings(), PIECES)
def test_decode_agrees_with_a_plain_decoder_on_whatever_stands_wherever(
    made: tuple[Shape, dict[str, Json]], spelled: Callable[[Json], bytes], size: int
) -> None:
    shape, body = made
    sent = spelled(body)
    is_as_expected(size, shape, sent, *reference(shape, sent))


@settings(max_examples=30, suppress_health_check=SLOW)
@given(bodies(damage=8), st.data())
def test_a_body_that_is_written_in_several_styles_at_once_loses_nothing(made: Body, data: st.DataObject) -> None:
    shape, body, _ = made
    plain = json.dumps(body, separators=(",", ":"))
    parts = plain.split('":')
    spaced = parts[0] + "".join(
        data.draw(st.sampled_from(['":', '": ', '" :', '"\n:\t', '":   ']), label="colon") + part for part in parts[1:]
    )
    sent = spaced.encode()
    try:
        rows, told = reference(shape, sent)
    except ValueError:  # a blank put into a string's escape
        return
    is_as_expected(300, shape, sent, rows, told)
