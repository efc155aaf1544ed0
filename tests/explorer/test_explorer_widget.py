"""The widget: what the browser says and gets, what a notebook keeps, and what stands where there is no widget."""

import ipywidgets
import polars as pl
import pytest
from explorer.payloads import PAYLOADS, hostile
from explorer.some_leads import ZONE, leads, times
from lxml import html

import leadkit as lk
from leadkit.explorer.drawing import NAMES
from leadkit.explorer.widget import MOST_TO_SEND
from leadkit.reports.drawings import SMALLER

LOOK = {"do": "look", "view": "v", "charts": list(NAMES)}


def explorer_of(count=8, **options):
    of = leads(count)
    return lk.explore(of, times=times(of), zone=ZONE, **options)


def test_it_is_a_widget_and_its_repr_has_the_key_figures():
    explorer = explorer_of()
    assert isinstance(explorer, ipywidgets.Widget)
    assert repr(explorer) == (
        "LeadExplorer(leads=8, answered=85.7 %, median=between 50 min and 1 h 30 min, fees=CAD 12.50, USD 70.00)"
    )
    explorer.filter(listing="110")
    assert repr(explorer).startswith("LeadExplorer(leads=4 of 8, answered=100 %, median=")


def test_what_a_notebook_keeps_has_the_same_numbers_and_is_the_same_each_time():
    one, again = (explorer_of()._repr_mimebundle_()[0] for _ in range(2))
    assert one["text/html"] == again["text/html"]
    assert one["text/plain"] == repr(explorer_of())
    page = html.fromstring(one["text/html"])
    words = page.text_content()
    assert {"All 8 leads.", "85.7 %", "between 50 min and 1 h 30 min", "CAD 12.50, USD 70.00"} <= {
        *(text.strip() for text in page.itertext())
    }
    assert "≤5 min 1, ≤15 min 1, ≤1 h 1, ≤24 h 1, >24 h 1, unanswered 1, interval 1, unknown 1" in words
    assert "tex2jax_ignore" in page.get("class")
    assert "Amy" not in words


def test_charts_are_drawn_when_somebody_looks_at_them(sent):
    explorer = explorer_of()
    assert explorer.flow == {}
    sent.tell(explorer, {"do": "look", "view": "v", "charts": ["flow"]})
    assert explorer.flow["alt"].startswith("Bar chart. Leads per day in America/Chicago: 8 leads")
    assert explorer.week == {}
    explorer.filter(listing="110")
    assert (explorer.flow["version"], explorer.numbers["version"]) == (2, 2)
    sent.tell(explorer, {"do": "look", "view": "v", "charts": []})
    explorer.clear()
    assert (explorer.flow["version"], explorer.numbers["version"]) == (2, 3)


def test_charts_follow_the_theme_of_the_page(sent):
    explorer = explorer_of()
    sent.tell(explorer, LOOK)
    light = explorer.buckets["figure"]
    sent.tell(explorer, {"do": "dye", "dark": True})
    assert explorer.buckets["figure"]["layout"]["template"] != light["layout"]["template"]
    assert explorer.buckets["figure"]["data"][0]["x"] == light["data"][0]["x"]


@pytest.mark.parametrize(
    ("chart", "point", "choice"),
    [
        ("flow", {"x": "2026-10-05"}, {"first_day": "2026-10-05", "last_day": "2026-10-05"}),
        ("week", {"x": 7, "y": "Mon"}, {"hour": "Mon 07"}),
        ("buckets", {"x": 1, "y": "interval"}, {"bucket": "interval"}),
        ("makes", {"id": "Honda"}, {"make": "Honda"}),
        ("listings", {"id": "110"}, {"listing": "110"}),
    ],
)
def test_a_click_chooses_and_a_second_one_takes_it_away(sent, chart, point, choice):
    explorer = explorer_of()
    sent.tell(explorer, {"do": "click", "chart": chart, "point": point})
    assert explorer.numbers["choice"] == choice
    assert 0 < explorer.kpis["rows"].item() < 8
    sent.tell(explorer, {"do": "click", "chart": chart, "point": point})
    assert explorer.numbers["choice"] == {}


def test_every_mark_of_a_chart_has_what_a_click_needs(sent):
    explorer = explorer_of()
    sent.tell(explorer, LOOK)
    traces = {name: getattr(explorer, name)["figure"]["data"] for name in NAMES}
    assert set(traces["flow"][0]["x"]) == {f"2026-10-0{day}" for day in (5, 6, 7)}
    assert sorted(traces["listings"][0]["ids"] + traces["listings"][2]["ids"]) == ["110", "111", "111"]
    assert set(traces["makes"][0]["ids"]) == {"Honda", "Volkswagen", "unknown"}


@pytest.mark.parametrize("point", [{"x": 99, "y": "Mon"}, {"id": "nothing"}, {"id": None}, {}])
def test_a_click_on_nothing_chooses_nothing(sent, point):
    explorer = explorer_of()
    for chart in NAMES:
        sent.tell(explorer, {"do": "click", "chart": chart, "point": point})
        assert explorer.numbers["choice"] == {}


def test_the_browser_filters_sorts_turns_opens_and_shuts(sent):
    explorer = explorer_of(45)
    sent.tell(explorer, {"do": "filter", "field": "account", "value": "demo"})
    assert explorer.numbers["chips"] == [["account", "account", "demo"]]
    sent.tell(explorer, {"do": "sort", "column": "fee"})
    sent.tell(explorer, {"do": "sort", "column": "fee"})
    assert (explorer.table["column"], explorer.table["descending"]) == ("fee", True)
    sent.tell(explorer, {"do": "sort", "column": "asked"})
    assert explorer.table["descending"]
    sent.tell(explorer, {"do": "page", "page": 2})
    assert explorer.table["page"] == 2
    sent.tell(explorer, {"do": "clear"})
    assert explorer.kpis["rows"].item() == 45
    with_all = lk.explore(leads(), zone=ZONE)
    sent.tell(with_all, {"do": "open", "row": 3})
    assert with_all.lead["row"] == 3
    sent.tell(with_all, {"do": "shut"})
    assert with_all.lead == {}


def test_what_is_refused_is_said_in_the_browser_until_something_works(sent):
    explorer = explorer_of()
    sent.tell(explorer, {"do": "filter", "field": "make", "value": "Hondda"})
    assert "there is 'Honda'" in explorer.said["text"]
    sent.tell(explorer, {"do": "filter", "field": "make", "value": "Honda"})
    assert explorer.said == {}
    sent.tell(explorer, {"do": "filter", "field": "last_day", "value": "2026-10-08"})
    sent.tell(explorer, {"do": "filter", "field": "first_day", "value": "2026-10-09"})
    assert "first_day=2026-10-09 is after last_day=2026-10-08" in explorer.said["text"]
    assert explorer.numbers["choice"] == {"make": "Honda", "last_day": "2026-10-08"}
    sent.tell(explorer, {"do": "something else"})
    sent.tell(explorer, {"do": "text", "n": 0})
    assert sent.custom() == []


def test_the_csv_is_the_selection_defused(sent, tmp_path):
    of = leads(message=pl.lit("=1+1"))
    explorer = lk.explore(of, times=times(of), reveal=True)
    explorer.filter(listing="110")
    sent.tell(explorer, {"do": "csv"})
    explorer.to_csv(tmp_path / "leads.csv")
    assert sent.custom() == [{"kind": "csv", "name": "leads.csv"}]
    assert bytes(sent.buffers()[0]) == (tmp_path / "leads.csv").read_bytes()
    kept = pl.read_csv(tmp_path / "leads.csv")
    assert kept["message"].to_list() == ["'=1+1"] * 4
    assert set(kept["item_id"]) == {110}


def test_a_selection_is_masked_until_it_is_revealed():
    shown = explorer_of().selection
    assert shown["first_name"][:3].to_list() == ["first_name 1", "first_name 2", "first_name 3"]
    assert shown["message"][0] == "[15 characters]"
    assert shown.columns == leads().columns
    assert explorer_of(reveal=True).selection.equals(leads())


def test_a_csv_that_is_too_large_for_the_browser_is_refused(sent):
    of = pl.concat([leads()] * 1).select(pl.all().repeat_by(MOST_TO_SEND // 8 + 1).explode(empty_as_null=True))
    of = of.with_columns(lead_id=pl.int_range(pl.len()).cast(pl.String), exchanges=None)
    explorer = lk.explore(of, times=lk.response_times(of.head(0)))
    sent.tell(explorer, {"do": "csv"})
    assert explorer.said["text"].startswith("More than 100,000 leads: choose fewer")


def test_the_drawing_program_is_the_one_that_reports_have(sent):
    explorer = explorer_of()
    sent.tell(explorer, {"do": "plotly"})
    assert bytes(sent.buffers()[0]) == SMALLER.read_bytes()


def test_a_change_sends_little(sent):
    explorer = explorer_of(500)
    sent.tell(explorer, LOOK)
    sent.sent.clear()
    explorer.filter(state="answered")
    assert 5_000 < sent.size() < 100_000


def test_nothing_that_people_wrote_is_alive_where_no_widget_is():
    of = hostile(leads(40))
    explorer = lk.explore(of, times=times(of), reveal=True)
    page = html.fromstring(explorer._repr_mimebundle_()[0]["text/html"])
    allowed = {"div", "p", "dl", "dt", "dd", "strong", "span", "table", "caption", "thead", "tbody", "tr", "th", "td"}
    assert {element.tag for element in page.iter()} <= allowed
    assert {name for element in page.iter() for name in element.attrib} <= {"class", "scope", "data-label"}
    assert set(page.xpath("//@data-label")) <= set(page.xpath("//thead//th/text()"))
    assert sum(payload.split()[0] in page.text_content() for payload in PAYLOADS) > 15


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_a_theme_can_be_forced(theme):
    assert explorer_of(theme=theme).fixed["theme"] == theme
