"""lk.show: a frame in words, masked, harmless, the same every time."""

import re
import sys
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import polars as pl
import pytest
from metrics.made_leads import NOON, made, paid
from metrics.waiting_leads import exact, still_open, times_of

import leadkit as lk


def cells(frame: pl.DataFrame, **options) -> list[tuple[str, ...]]:
    """What the rows say."""
    return lk.show(frame, **options).words.rows()


def test_money_has_its_currency_and_the_digits_of_its_minor_unit():
    leads = made([paid("1234.5"), paid("900", "JPY"), paid("1.2345", "KWD"), paid(None), paid("2", None)])
    assert [fee for fee, _ in cells(leads.select("fee", "fee_currency"))] == [
        "USD 1,234.50",
        "JPY 900",
        "KWD 1.234",
        "-",
        "2.00",
    ]


def test_each_amount_takes_the_currency_that_it_is_in():
    leads = made([paid("13.70", "CAD", fee_original=Decimal(10), fee_original_currency="USD")])
    assert cells(lk.fee_conversions(leads)) == [
        ("USD", "CAD", "1", "USD 10.00", "CAD 13.70", "1.37", "1.37", "1.37", "n<10")
    ]
    assert cells(lk.fee_originals(leads))[0][4:7] == ("USD 10.00", "USD 0.00", "USD 10.00")
    assert cells(leads.select("fee_original", "fee_original_currency")) == [("USD 10.00", "USD")]


def test_an_amount_without_a_currency_beside_it_is_a_number():
    assert cells(pl.DataFrame({"price": [Decimal("1234.500000"), None]})) == [("1,234.5",), ("-",)]


def test_spans_are_said_in_words():
    assert cells(pl.DataFrame({"wait": [timedelta(minutes=22, seconds=52), None]})) == [("22 min 52 s",), ("-",)]


def test_times_are_by_the_clocks_of_the_zone():
    frame = pl.DataFrame({"at": [datetime(2026, 11, 1, 6, 30, tzinfo=UTC)], "wall": [datetime(2026, 11, 1, 6, 30)]})  # noqa: DTZ001 - naive on purpose
    assert cells(frame, zone="America/Chicago") == [("2026-11-01 01:30:00 CDT", "2026-11-01 06:30:00")]
    assert cells(frame)[0][0] == "2026-11-01 06:30:00 UTC"


def test_shares_are_in_percent_with_their_intervals_behind_them():
    shown = lk.show(lk.trade_ins(made([{"trade_in_make": "Ford"}, {}])))
    assert shown.words.columns == ["make", "leads", "share", "few"]
    assert shown.words.rows()[0] == ("Ford", "1", "50.0 % (9.5 % to 90.5 %)", "n<10")
    assert cells(lk.financing(made([{"financing": True}])))[0][4] == "100 % (20.7 % to 100 %)"


def test_a_quantile_that_is_not_reached_says_so_where_it_could_be_known():
    summary = lk.response_summary(times_of(exact(5), exact(7), exact(9), still_open(60), still_open(60)), sla="1h")
    words = dict(zip(*(lk.show(summary).words.columns, lk.show(summary).words.row(0)), strict=True))
    assert words["p50"] == "9 min (5 min to not reached)"
    assert words["p90"] == "not reached (9 min to not reached)"
    assert words["answered_within_1h"] == "60.0 %"
    assert words["sla_rate"] == "60.0 % (23.1 % to 88.2 %)"
    empty = lk.show(lk.response_summary(times_of())).words
    assert empty["p50"].item() == "-"
    assert lk.show(summary.select("p50", "p90")).words.row(0) == ("9 min", "not reached")


def test_findings_are_said_in_their_units_and_their_titles_stay():
    leads = made([paid("20") | {"lead_id": f"lead {number}"} for number in range(3)])
    times = times_of(exact(5), exact(7), still_open(60)).with_columns(
        submitted_at=NOON, after_hours=pl.lit(None, pl.Boolean), conflict=pl.lit(value=False)
    )
    found = lk.findings(leads, times.with_columns(pl.col("submitted_at").dt.cast_time_unit("us")))
    shown = lk.show(found).words
    assert shown.columns == [
        "severity",
        "topic",
        "title",
        "sentence",
        "value",
        "n",
        "rests_on",
        "unit",
        "amount",
        "currency",
    ]
    assert shown["title"].to_list() == found["title"].to_list()
    by_topic = dict(shown.select("topic", "value").rows())
    assert by_topic["unanswered"].startswith("33.3 % (")
    assert by_topic["median"].startswith("7 min (")


def test_what_else_there_is_has_words_too():
    frame = pl.DataFrame(
        {
            "flag": [True, False, None],
            "count": [1234, 0, None],
            "year": [2016, None, 7],
            "ratio": [0.125, 1234.567, None],
            "day": [date(2026, 11, 1), None, None],
            "listed": [[1, 2], [], None],
            "fixed": pl.Series([[1, 2], [3, 4], None], dtype=pl.Array(pl.Int64, 2)),
            "struct": [{"a": 1}, None, {"a": None}],
            "bytes": [b"x", None, b""],
            "answered_within_1h": [0.5, 0.0, None],
        }
    )
    assert cells(frame) == [
        ("yes", "1,234", "2016", "0.125", "2026-11-01", "[2]", "[2]", '{"a":1}', "(Binary)", "50.0 %"),
        ("no", "0", "-", "1,234.57", "-", "[0]", "[2]", "-", "-", "0 %"),
        ("-", "-", "7", "-", "-", "-", "-", '{"a":null}', "(Binary)", "-"),
    ]


def test_of_objects_only_the_kind_is_told_wherever_they_stand():
    objects = pl.Series([object(), None], dtype=pl.Object)
    names = ("other", "fee_currency", "unit", "unanswered", "p75_low", "p75_high")
    frame = pl.DataFrame([objects.alias(name) for name in names]).with_columns(
        fee=pl.Series(["1.5", "2"]).cast(pl.Decimal(38, 6)),
        value=pl.Series([0.5, None]),
        p50=pl.Series([None, timedelta(minutes=5)]),
    )
    assert cells(frame) == [("(Object)",) * 6 + ("1.5", "0.5", "not reached"), ("-",) * 6 + ("2", "-", "5 min")]
    valued = pl.DataFrame([objects.alias("value"), pl.Series("unit", ["seconds", "share"])])
    assert cells(valued) == [("(Object)", "seconds"), ("-", "share")]
    with pytest.raises(lk.InvalidRequest, match="mask: the column 'email' is Object; it has to be a String"):
        lk.show(objects.alias("email").to_frame())
    assert cells(objects.alias("email").to_frame(), reveal=True) == [("(Object)",), ("-",)]


def test_a_number_that_is_none_is_not_known_and_a_small_one_has_plain_digits():
    values = [float("nan"), float("inf"), -0.00001, -0.0, 0.12345678]
    frame = pl.DataFrame({"share": values, "ratio": values})
    assert cells(frame) == [
        ("-", "-"),
        ("-", "-"),
        ("over -0.1 %", "-0.00001"),
        ("0 %", "0"),
        ("12.3 %", "0.1235"),
    ]
    units = pl.DataFrame({"value": [float("nan"), float("inf")], "unit": ["seconds", "share"]})
    assert lk.show(units).words["value"].to_list() == ["-", "-"]


def test_numbers_stand_to_the_right_and_texts_to_the_left():
    page = lk.show(made([paid("20")]).select("fee", "status", "item_id"))._repr_html_()
    assert re.findall(r'<td [^>]*class="gt_row (gt_\w+)"', page) == ["gt_right", "gt_left", "gt_left"]


def test_personal_data_is_masked_until_it_is_asked_for():
    leads = made([{"first_name": "Sven", "email": "sven@example.org", "message": "Is it there?"}])
    people = leads.select("first_name", "email", "message")
    assert cells(people) == [("first_name 1", "email 1", "[12 characters]")]
    assert "Sven" not in lk.show(people)._repr_html_()
    assert "Sven" not in repr(lk.show(people))
    assert cells(people, reveal=True) == [("Sven", "sven@example.org", "Is it there?")]


PAYLOADS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "&lt;b&gt;",
    "**bold** [a](javascript:b)",
    "$1 to $2",
]


def test_nothing_that_is_written_in_a_table_is_alive():
    frame = pl.DataFrame(dict.fromkeys(PAYLOADS, PAYLOADS))
    page = lk.show(frame, title=PAYLOADS[0], reveal=True)._repr_html_()
    table = page[page.index("<table") :]
    assert not re.search(r"<(script|img|b|a|strong)\b", table)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in table
    assert "&amp;lt;b&amp;gt;" in table
    assert page.startswith('<div class="tex2jax_ignore mathjax_ignore">')  # or a notebook sets $1 to $2 as a formula


def test_a_text_is_cut_and_stands_on_one_line():
    (row,) = cells(pl.DataFrame({"note": ["a\n b" + "c" * 100_000]}))
    assert row[0].startswith("a bccc")
    assert row[0].endswith("c…")
    assert len(row[0]) == 300


def test_the_first_rows_are_shown_and_how_many_there_are():
    frame = pl.DataFrame({"n": range(1_234)})
    assert lk.show(frame).words.height == 20
    assert lk.show(frame).note == "20 of 1,234 rows"
    assert lk.show(frame.lazy(), max_rows=2).note == "2 of 1,234 rows"
    assert lk.show(frame, max_rows=None).note == "1,234 rows"
    assert lk.show(frame.head(1)).note == "1 row"
    assert lk.show(frame.clear()).note == "0 rows"
    assert "20 of 1,234 rows" in lk.show(frame)._repr_html_()


def test_the_table_is_the_same_every_time_and_asks_nobody_for_anything():
    leads = made([paid("20")])
    first, again = (lk.show(leads, title="Leads")._repr_html_() for _ in range(2))
    assert first == again
    assert lk.show(leads)._repr_html_() != first
    assert not re.search(r"https?://|url\(|@import", first)


def test_the_table_takes_the_colours_of_its_page():
    page = lk.show(made([paid("20")]))._repr_html_()
    name = re.search(r'id="(leadkit-[0-9a-f]+)"', page)[1]
    assert f"#{name} .gt_table * {{ color: inherit !important; background-color: transparent !important; }}" in page


def test_in_a_terminal_it_is_a_text():
    assert repr(lk.show(pl.DataFrame({"wait": [timedelta(hours=3, minutes=5)]}))).splitlines() == [
        "┌───────────┐",
        "│ wait      │",
        "╞═══════════╡",
        "│ 3 h 5 min │",
        "└───────────┘",
        "1 row",
    ]


@pytest.mark.parametrize(
    ("frame", "options", "said"),
    [
        ([], {}, "show: frame is a list; give a Polars DataFrame"),
        (pl.DataFrame(), {"zone": "Chicago"}, "zone='Chicago' is refused"),
        (pl.DataFrame(), {"max_rows": -1}, "max_rows=-1 is refused: allowed is a number of rows, or None for all"),
        (pl.DataFrame(), {"max_rows": True}, "max_rows=True is refused"),
        (pl.DataFrame(), {"reveal": "no"}, "show: reveal='no' is refused: allowed is True or False"),
    ],
)
def test_what_can_not_be_shown_is_refused(frame, options, said):
    with pytest.raises(lk.InvalidRequest, match=said):
        lk.show(frame, **options)


def test_without_great_tables_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "great_tables", None)
    with pytest.raises(lk.LeadkitError, match=r"pip install 'leadkit\[report\]'"):
        lk.show(pl.DataFrame())
