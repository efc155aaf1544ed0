"""Times, amounts, flags and numbers in all their spellings."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from wire_shapes import SHAPES, Json, decoded

from leadkit.problems import Problem


def lead(wire: dict[str, Json]) -> tuple[dict[str, Any], list[Problem]]:
    body = SHAPES["leads"].envelope([{"itemId": "1", "responses": [wire]}], 1)
    (row,), problems = decoded(SHAPES["leads"], json.dumps(body).encode())
    return row, problems


def conversation(wire: str) -> tuple[dict[str, Any], list[Problem]]:
    """A row by its own JSON: numbers stay as they are written."""
    (row,), problems = decoded(SHAPES["conversations"], f'{{"total":1,"conversations":[{wire}]}}'.encode())
    return row, problems


def told(problems: list[Problem]) -> list[tuple[str, str | None, str | None]]:
    return [(problem.kind, problem.column, problem.example) for problem in problems]


NOON = datetime(2026, 8, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("sent", "at"),
    [
        ("2026-08-01T12:00:00Z", NOON),
        *[
            (f"2026-08-01T12:00:00.{'123456'[:n]}Z", NOON.replace(microsecond=int("123456"[:n].ljust(6, "0"))))
            for n in range(1, 7)
        ],
        ("2026-08-01T12:00:00+00:00", NOON),
        ("2026-08-01T12:00:00-00:00", NOON),
        ("2026-08-01T14:00:00+02:00", NOON),
        ("2026-08-01T07:00:00.000-0500", NOON),
        ("2026-08-01T17:30:00.5+05:30", NOON.replace(microsecond=500_000)),
        (" 2026-08-01T12:00:00Z\n", NOON),
        ("2024-02-29T23:59:59.999999Z", datetime(2024, 2, 29, 23, 59, 59, 999_999, UTC)),
        ("1969-12-31T23:59:59.999Z", datetime(1969, 12, 31, 23, 59, 59, 999_000, UTC)),
    ],
)
def test_a_time_with_a_zone_is_that_moment(sent: str, at: datetime) -> None:
    row, problems = lead({"submittedTime": sent})
    assert (row["submitted_at"], problems) == (at, [])


@pytest.mark.parametrize("sent", ["2026-08-01T12:00:00", "2026-08-01T12:00:00.000", "2026-08-01T12:00:00.000000"])
def test_a_time_without_a_zone_is_read_as_utc_and_told(sent: str) -> None:
    row, problems = lead({"submittedTime": sent})
    assert row["submitted_at"] == NOON
    assert told(problems) == [("naive_time", "submitted_at", sent)]


@pytest.mark.parametrize(
    "sent",
    [
        "yesterday",
        "2026-08-01",
        "2026-13-01T00:00:00Z",
        "2026-02-29T00:00:00Z",
        "2026-08-01T25:00:00Z",
        "2026-08-01T12:60:00Z",
        "2026-08-01 12:00:00Z",
        "2026-08-01T12:00Z",
        "1767225600",
        "01/08/2026 12:00",
        "2026-08-01T12:00:00Z and more",
        "--",
    ],
)
def test_what_is_no_time_is_null_and_told(sent: str) -> None:
    row, problems = lead({"submittedTime": sent, "email": "ann@example.com"})
    assert (row["submitted_at"], row["email"]) == (None, "ann@example.com")
    ((kind, column, _),) = told(problems)
    assert (kind, column) == ("bad_value", "submitted_at")


def test_each_form_of_a_time_is_counted_by_itself() -> None:
    times = [
        "2026-08-01T12:00:00Z",
        "2026-08-01T12:00:00",
        "nonsense",
        "2026-08-01T14:00:00+02:00",
        "2026-08-01T12:00:00",
        "",
    ]
    rows: list[Json] = [{"submittedTime": time} for time in times]
    body = SHAPES["leads"].envelope([{"itemId": "1", "responses": rows}], 6)
    found, problems = decoded(SHAPES["leads"], json.dumps(body).encode())
    assert [row["submitted_at"] for row in found] == [NOON, NOON, None, NOON, NOON, None]
    assert [(one.kind, one.count, one.example) for one in problems] == [
        ("naive_time", 2, "2026-08-01T12:00:00"),
        ("bad_value", 1, "nonsense"),
    ]


@pytest.mark.parametrize(
    ("sent", "amount"),
    [
        ("0", "0"),
        ("-0.00", "0"),
        *[(f"1.{'123456'[:n]}", f"1.{'123456'[:n]}") for n in range(1, 7)],
        ("1.12345600", "1.123456"),
        ("-12.5", "-12.5"),
        ("+7", "7"),
        (" 3.10 ", "3.1"),
        ("9" * 32, "9" * 32),
        ("0.000001", "0.000001"),
    ],
)
def test_an_amount_is_exact(sent: str, amount: str) -> None:
    row, problems = lead({"leadFee": {"amount": {"value": sent, "convertedFromValue": sent}}})
    assert (row["fee"], row["fee_original"], problems) == (Decimal(amount), Decimal(amount), [])


@pytest.mark.parametrize(
    "sent",
    [
        "1.1234567",
        "1.12345678",
        "1,234.50",
        "1 000",
        "1e3",
        "$5",
        "5 USD",
        "NaN",
        "inf",
        "0x10",
        ".",
        "-",
        "1..2",
        "9" * 33,
    ],
)
def test_what_is_no_amount_with_six_digits_is_null_and_told(sent: str) -> None:
    row, problems = lead({"leadFee": {"amount": {"value": sent, "currency": "USD"}}})
    assert (row["fee"], row["fee_currency"]) == (None, "USD")
    ((kind, column, _),) = told(problems)
    assert (kind, column) == ("bad_value", "fee")


@pytest.mark.parametrize("number", ["12.50", "12345678901234567.125", "-3", "0.1", "100"])
def test_an_amount_that_comes_as_a_number_keeps_its_digits_and_is_told(number: str) -> None:
    text = '{"totalItems":1,"totalLeads":1,"classifiedLeads":[{"responses":[{"leadFee":{"amount":{"value":%s}}}]}]}'
    (row,), problems = decoded(SHAPES["leads"], (text % number).encode())
    assert row["fee"] == Decimal(number)
    assert [(one.kind, one.column, one.count) for one in problems] == [("money_as_number", "fee", 1)]


@pytest.mark.parametrize(
    ("sent", "flag"),
    [
        (True, True),
        (False, False),
        ("true", True),
        ("FALSE", False),
        (" True ", True),
        (1, True),
        (0, False),
        ("1", True),
        ("0", False),
        ("", None),
        (None, None),
    ],
)
def test_a_flag_in_any_spelling(sent: Json, flag: bool | None) -> None:
    row, problems = conversation(json.dumps({"latestMessage": {"readStatus": sent}}))
    assert (row["latest_read"], problems) == (flag, [])


@pytest.mark.parametrize("sent", ["yes", "2", 2, -1, "y", "wahr"])
def test_what_is_no_flag_is_null_and_told(sent: Json) -> None:
    row, problems = conversation(json.dumps({"latestMessage": {"readStatus": sent}}))
    assert row["latest_read"] is None
    assert told(problems) == [("bad_value", "latest_read", str(sent))]


@pytest.mark.parametrize(
    ("sent", "answer"),
    [
        (True, True),
        (False, False),
        (0, None),
        ("0", None),
        (1, True),
        ("1", True),
        (2, False),
        (" 2 ", False),
        ("True", True),
        (None, None),
        ("", None),
    ],
)
def test_financing_has_three_different_answers(sent: Json, answer: bool | None) -> None:
    row, problems = lead({"financingAnswer": sent})
    assert (row["financing"], problems) == (answer, [])


def test_financing_that_is_none_of_them_is_told() -> None:
    row, problems = lead({"financingAnswer": 3})
    assert row["financing"] is None
    assert told(problems) == [("bad_value", "financing", "3")]


@pytest.mark.parametrize(
    ("sent", "count"),
    [
        ("0", 0),
        ("7", 7),
        ('"7"', 7),
        ('" 7 "', 7),
        ("-2", -2),
        (str(2**63 - 1), 2**63 - 1),
        ("null", None),
        ('""', None),
    ],
)
def test_a_count_is_a_whole_number(sent: str, count: int | None) -> None:
    row, problems = conversation(f'{{"unreadCount":{sent}}}')
    assert (row["unread_count"], problems) == (count, [])


@pytest.mark.parametrize("sent", ["1.5", "1e400", "-1e400", "9" * 19, "9" * 40, '"many"', '"1.0"', "true"])
def test_what_is_no_count_is_null_and_told(sent: str) -> None:
    row, problems = conversation(f'{{"conversationId":"1","unreadCount":{sent}}}')
    assert (row["conversation_id"], row["unread_count"]) == ("1", None)
    assert [(one.kind, one.column, one.count) for one in problems] == [("bad_value", "unread_count", 1)]


@pytest.mark.parametrize("number", ["5", "-7", "6275165199019", "18446744073709551616", "9" * 60, "1.50", "1e400"])
def test_a_number_in_place_of_a_string_keeps_its_digits(number: str) -> None:
    row, problems = conversation(f'{{"conversationId":{number},"conversationTitle":{number}}}')
    assert (row["conversation_id"], row["title"], problems) == (number, number, [])


@pytest.mark.parametrize("text", ["  kept \n", "", "\x00", "🚗", '{"a":[1]}', "null", "\\ud83d", "e\u0301", "\u2028"])
@pytest.mark.parametrize("escaped", [True, False])
def test_what_people_wrote_is_kept_to_the_letter(text: str, escaped: bool) -> None:
    row, problems = conversation(json.dumps({"conversationTitle": text}, ensure_ascii=escaped))
    assert (row["title"], problems) == (text, [])


@pytest.mark.parametrize(
    "half", ["\\ud83d", "\\ude00", "a\\ud83d", "\\ud83d\\ud83d\\ude00", "\\ude00\\ud83d", "\\uD83D\\\\ude00"]
)
def test_half_a_surrogate_pair_is_replaced_and_told(half: str) -> None:
    row, problems = conversation(f'{{"conversationTitle":"{half}"}}')
    assert "\ufffd" in row["title"]
    assert [(one.kind, one.column, one.count) for one in problems] == [("bad_value", "title", 1)]


@pytest.mark.parametrize("whole", ["\\ud83d\\ude00", "\\\\ud83d", "\\\\\\ud83d\\ude00", "\\u00e4"])
def test_an_escape_that_is_whole_is_no_problem(whole: str) -> None:
    row, problems = conversation(f'{{"conversationTitle":"{whole}"}}')
    assert (row["title"], problems) == (json.loads(f'"{whole}"'), [])


def test_codes_are_stripped_and_blanks_are_null() -> None:
    row, problems = lead({"userId": " ann_1\n", "email": " ", "leadStatus": "BRAND_NEW"})
    assert (row["user_id"], row["email"], row["status"], problems) == ("ann_1", None, "BRAND_NEW", [])


def test_a_list_that_is_empty_is_not_a_list_that_is_absent() -> None:
    body = {"total": 3, "messages": [{"messageMedia": []}, {"messageMedia": None}, {}]}
    rows, problems = decoded(SHAPES["messages"], json.dumps(body).encode())
    assert ([row["media"] for row in rows], problems) == ([[], None, None], [])
