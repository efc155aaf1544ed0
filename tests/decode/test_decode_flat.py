"""Flat rows are read under the keys that they have; whatever the quick way can't tell is found, wherever it stands."""

from __future__ import annotations

import json
from typing import Any

import polars as pl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from reference_decoder import WHITE_SPACE

import leadkit as lk
from leadkit.decode.flat import first_keys, look_at
from leadkit.sources.leadsquared import CRM_LEADS, table_of

ROW = {"ProspectID": "1", "FirstName": "Ann", "mx_Store": None, "A": ""}


def piece(rows: Any, **how: Any) -> bytes:
    return json.dumps(rows, **{"ensure_ascii": False, "separators": (",", ":"), **how}).encode()


def read(rows: bytes) -> pl.DataFrame | None:
    looked_at = look_at(rows)
    return looked_at.frame() if looked_at else None


@pytest.mark.parametrize(
    "rows",
    [
        [ROW, ROW | {"A": None}],
        [ROW, {"A": "x"}],
        [ROW, dict(reversed(ROW.items()))],
        [ROW, {}],
        [ROW, ROW | {"New": "x"}],
        [ROW, ROW | {"New": None}],
        [{"A": "x"}, {"C": 1, "A": None}, {"D": True, "E": 1.5, "F": 10**20}, {"Null": None}],
        [{"A": None}, {"A": "null"}, {"A": "{}[],"}],
        [{"A": "a\\"}, {"A": '\\"'}, {"A": "\n"}, {"A": "é🚗"}],
    ],
    ids=str,
)
@pytest.mark.parametrize("how", [{}, {"ensure_ascii": True}, {"separators": (", ", ": ")}, {"indent": 1}], ids=str)
def test_flat_rows_are_read_under_their_own_keys(rows: list[dict[str, Any]], how: dict[str, Any]) -> None:
    found = read(piece(rows, **how))
    assert found is not None
    assert found.columns == list(dict.fromkeys(key for row in rows for key in row))
    assert found.rows(named=True) == [dict.fromkeys(found.columns) | row for row in rows]


@pytest.mark.parametrize(
    "rows",
    [
        b"[]",
        b"[null]",
        b"[{}]",
        b'[{"A":"x"},null]',
        b'[{"A":"x"},["A"]]',
        b'[{"A" : "x"}]',
        b'[{"A":"x"},{"A" : null}]',
        b'[{"A":"x"},{"A": "y"}]',
        b'[{"A": "x"},{"A":"y"}]',
        b'[{"A":"x"',
        b'[{"A":"\xff"}]',
        b'[{"A":"a\tb"}]',
        piece([ROW, ROW | {"A": 1}]),
        piece([ROW, ROW | {"A": True}]),
        piece([ROW, ROW | {"A": ["x"]}]),
        piece([ROW, ROW | {"A": {"B": None}}]),
        piece([ROW, ROW | {"New": {"A": "x"}}]),
        piece([ROW, ROW | {"New": []}]),
        piece([{"A": "x"}, {"B": 1}, {"B": "x"}]),
        piece([{"A": "x"}, {"B": 1}, {"B": {}}]),
        piece([{"A": "x"}, {"A": ":x"}]),
        b'[{"A":"\\ud83d"}]',
        b'[{"A":"x","A":"y"},{"B":"x"}]',
        b'[{"A":"x","A":"y"}]',
        b'[{"A":"x","A":null}]',
        b'[{"A":null,"A":"x"}]',
        b'[{"A":"x","B":"y"},{"A":"x","A":"y"}]',
        b'[{"A":"x","B":"y"},{"A":1},{"A":"x","A":"y"}]',
        b'[{"A":"x"},{"\\u0041":"x","A":"y"}]',
    ],
    ids=lambda rows: rows.decode(errors="replace")[:60],
)
def test_rows_that_only_a_walk_can_tell_are_not_guessed_at(rows: bytes) -> None:
    assert read(rows) is None


def test_the_first_keys_are_found_or_not_at_all() -> None:
    assert first_keys(b'{"Leads":[{"A":{"B":1},"C":null}]}', at=9) == ["A", "C"]
    assert first_keys(b"") == first_keys(b'[{"A":"x') == first_keys(b"[" + b'{"A":' * 5000) == []
    assert first_keys(b'[{"A":"' + b"x" * 100_000 + b'"}]') == []


TEXTS = st.text(st.characters(codec="utf-8"), max_size=12) | st.sampled_from(
    [
        '","A":"',
        '":null',
        '\\":"',
        '{"A":null}',
        "\\",
        '"',
        ":",
        "{mxnewline}",
        "\ud83d\ude97".encode("utf-16", "surrogatepass").decode("utf-16"),
    ]
)
VALUES = st.none() | TEXTS
KEYS = ["ProspectID", "FirstName", "mx_Store", "A", "Unknown", "mx_Stor", "B"]


@example(rows=[{"ProspectID": "\x1c", "A": "\u2028"}, {"A": "\x1f \u3000"}], ascii_only=False, repeat=False)
@given(
    rows=st.lists(st.dictionaries(st.sampled_from(KEYS), VALUES), min_size=1, max_size=8),
    ascii_only=st.booleans(),
    repeat=st.booleans(),
)
def test_whatever_the_rows_no_key_is_lost_without_a_word(
    rows: list[dict[str, Any]], ascii_only: bool, repeat: bool
) -> None:
    if repeat:
        rows = [{key: rows[0][key] for key in rows[0]} for _ in rows]
    body = json.dumps({"RecordCount": len(rows), "Leads": rows}, ensure_ascii=ascii_only, separators=(",", ":"))
    told: list[dict[str, Any]] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("warnings.warn", lambda *_, **__: None)
        found = lk.read_crm_leads([body.encode()] * 2, columns=["mx_Store", "A"], problems=told)
    sent = {key for row in rows for key in row} - {"ProspectID", "FirstName"}
    assert set(found.columns[12:-1]) >= {"mx_Store", "A"} & sent
    assert found.columns[12:] == ["mx_Store", "A", "fetched_at"]
    assert {row["kind"] for row in told} <= {"duplicate", "row_without_id", "total_mismatch", "unknown_key"}
    read = [{key: (value or "").replace("{mxnewline}", "\n") for key, value in row.items()} for row in rows]
    nameless = [row for row in read if not row.get("ProspectID", "").strip(WHITE_SPACE)]
    kept = [row["A"] for row in nameless if row.get("A", "").strip(WHITE_SPACE)]
    assert found["prospect_id"].null_count() == 2 * len(nameless)
    assert sorted(found.filter(pl.col("prospect_id").is_null())["A"].drop_nulls()) == sorted(kept * 2)


def test_the_table_itself_is_what_a_request_without_columns_asks() -> None:
    assert table_of(None) is table_of(["FirstName"]) is CRM_LEADS
