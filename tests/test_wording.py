"""Numbers in words: money by its minor unit, spans in two units, shares that never round to none or all."""

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadkit import wording


@pytest.mark.parametrize(
    ("amount", "currency", "words"),
    [
        ("1234.5", "USD", "USD 1,234.50"),
        ("-139.99", "CAD", "CAD -139.99"),
        ("0.125", "USD", "USD 0.12"),
        ("0.135", "USD", "USD 0.14"),
        ("-0.001", "USD", "USD 0.00"),
        ("1234.5", "JPY", "JPY 1,234"),
        ("1.23456", "KWD", "KWD 1.235"),
        ("1.234567", "CLF", "CLF 1.2346"),
        ("5", "???", "??? 5.00"),
        ("5", None, "5.00"),
        ("12345678901234567890123456789012.345678", "EUR", "EUR 12,345,678,901,234,567,890,123,456,789,012.35"),
    ],
)
def test_money_is_rounded_half_to_even_at_its_minor_unit(amount, currency, words):
    assert wording.money(Decimal(amount), currency) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 s"),
        (0.4, "under 1 s"),
        (0.6, "1 s"),
        (59.4, "59 s"),
        (59.6, "1 min"),
        (22 * 60 + 52, "22 min 52 s"),
        (3_599.4, "59 min 59 s"),
        (3_599.6, "1 h"),
        (3 * 3_600 + 5 * 60 + 20, "3 h 5 min"),
        (86_399, "1 d"),
        (52 * 3_600 + 100, "2 d 4 h"),
        (1_200 * 86_400, "1,200 d"),
        (-90, "-1 min 30 s"),
    ],
)
def test_a_span_has_its_two_largest_units(seconds, words):
    assert wording.span(timedelta(seconds=seconds)) == words


UNITS = {"d": 86_400, "h": 3_600, "min": 60, "s": 1}


@given(st.timedeltas(timedelta(seconds=1), timedelta(days=9_999)))
def test_a_span_is_off_by_half_of_its_smaller_unit_at_most(length):
    words = wording.span(length).replace(",", "").split()
    parts = dict(zip(words[1::2], map(int, words[::2]), strict=True))
    said = sum(UNITS[unit] * count for unit, count in parts.items())
    step = 3_600 if said >= 86_400 else 60 if said >= 3_600 else 1
    assert abs(said - length.total_seconds()) <= step / 2
    assert len(parts) <= 2


@pytest.mark.parametrize(
    ("part", "words"),
    [
        (0, "0 %"),
        (1.0, "100 %"),
        (0.0001, "under 0.1 %"),
        (0.99999, "over 99.9 %"),
        (0.3517, "35.2 %"),
        (0.001, "0.1 %"),
    ],
)
def test_only_none_is_0_and_only_all_is_100_percent(part, words):
    assert wording.share(part) == words


def test_bounds_are_two_spans_or_one_or_open():
    hour, day = timedelta(hours=1), timedelta(days=1)
    assert wording.bounds(hour, day) == "1 h to 1 d"
    assert wording.bounds(hour, day, "between {} and {}") == "between 1 h and 1 d"
    assert wording.bounds(hour, hour + timedelta(seconds=1)) == "1 h"
    assert wording.bounds(hour, None) == "1 h or longer"
    assert wording.bounds(None, None) == "not reached"


def test_counts_and_lists_read_as_sentences():
    assert [wording.count(number, "lead") for number in (0, 1, 1_234)] == ["0 leads", "1 lead", "1,234 leads"]
    assert [wording.count(number, "reply", "replies") for number in (1, 2)] == ["1 reply", "2 replies"]
    assert [wording.listed(list(words)) for words in ("", "a", "ab", "abc")] == ["", "a", "a and b", "a, b and c"]
