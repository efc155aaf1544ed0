"""What holds for every chart: themes, empty frames, single leads, missing columns, texts for those who can't see it."""

import json

import plotly.graph_objects as go
import plotly.io as pio
import polars as pl
import pytest
from charts.small_shop import every_chart, leads, times

import leadkit as lk
from leadkit import charts
from leadkit.charts.look import OTHER, SERIES

DRAWN, AGAIN = (every_chart(leads(), times()) for _ in range(2))
LAZY = every_chart(leads().lazy(), times().lazy())
DARK = every_chart(leads(), times(), theme="dark")
EMPTY = every_chart(leads().clear(), times().clear())
TOLD = every_chart(leads().clear(), times().clear(), empty="No leads between May and June.")
FUNCTIONS = sorted(set(charts.__all__) - {"CONFIG", "alt", "themed"})


def test_every_chart_is_tried_here():
    assert {name.split(" ")[0] for name in DRAWN} == set(FUNCTIONS)


@pytest.mark.parametrize("name", DRAWN)
def test_a_chart_is_a_figure_with_a_title_and_an_alternative_text(name):
    figure = DRAWN[name]
    assert type(figure) is go.Figure
    assert figure.data
    assert figure.layout.title.text.replace("<br>", " ") in charts.alt(figure)
    assert len(charts.alt(figure)) > 40
    assert "<br>" not in charts.alt(figure)


@pytest.mark.parametrize("name", DRAWN)
def test_a_chart_is_the_same_again_and_readable_in_a_diff(name):
    drawn = DRAWN[name].to_json()
    assert drawn == AGAIN[name].to_json()
    assert '"uid"' not in drawn
    assert '"bdata"' not in drawn
    assert len(drawn) < 12_000


@pytest.mark.parametrize("name", DRAWN)
def test_a_chart_draws_a_lazy_frame_alike(name):
    assert LAZY[name] == DRAWN[name]


@pytest.mark.parametrize("name", DRAWN)
def test_a_chart_turns_dark_and_light_again(name):
    dark = DARK[name]
    assert dark == charts.themed(DRAWN[name], "dark")
    assert charts.themed(dark, "light") == DRAWN[name]
    assert not {*SERIES["light"], OTHER["light"]} & set(colours(dark.to_plotly_json()))


def colours(part) -> list[str]:
    """Every text in a drawing, its template aside."""
    if isinstance(part, dict):
        return [found for key, one in part.items() if key != "template" for found in colours(one)]
    if isinstance(part, list | tuple):
        return [found for one in part for found in colours(one)]
    return [part] if isinstance(part, str) else []


@pytest.mark.parametrize("name", EMPTY)
def test_without_leads_a_chart_says_so_and_has_no_axes(name):
    figure = EMPTY[name]
    assert not figure.data
    assert figure.layout.annotations[0].text.startswith("There are no leads")
    assert (figure.layout.xaxis.visible, figure.layout.yaxis.visible) == (False, False)
    assert "There are no leads" in charts.alt(figure)


@pytest.mark.parametrize("name", EMPTY)
def test_who_knows_more_says_why_there_is_nothing(name):
    assert TOLD[name].layout.annotations[0].text == "No leads between May and June."


@pytest.mark.parametrize("number", [0, 2, 6, 7])  # exact, a credit, an interval, nothing known
def test_one_lead_is_drawn_or_missed_in_words(number):
    one = slice(number, number + 1)
    for figure in every_chart(leads()[one], times()[one]).values():
        said = figure.layout.annotations[0].text if figure.layout.annotations else ""
        assert figure.data or said.endswith(": 1 lead.") or said == "There are no leads whose wait is known."


def test_a_title_of_ones_own_is_taken_and_broken_for_narrow_screens():
    figure = charts.buckets(lk.response_buckets(times()), title="How long the buyers of the north branch had to wait")
    assert figure.layout.title.text == "How long the buyers of the north<br>branch had to wait"
    assert figure.layout.title.pad.t > DRAWN["buckets"].layout.title.pad.t


NEEDED = {
    "buckets": (lk.response_buckets(times()), "share"),
    "cost_per_listing": (lk.fee_totals(leads(), by="item_id"), "per_answered_lead"),
    "coverage": (lk.evidence_coverage(times()), "evidence"),
    "fees": (lk.fee_totals(leads(), by=lk.month("submitted_at", "UTC")), "total"),
    "heatmap": (lk.by_hour(times()), "zone"),
    "lead_flow": (lk.lead_flow(leads()), "leads"),
    "shares": (lk.financing(leads()), "yes_share_low"),
    "survival": (lk.survival_curve(times()), "unanswered_share"),
    "trade_in_makes": (lk.trade_ins(leads()), "leads"),
    "trade_in_years": (lk.trade_ins(leads(), by="year_band"), "share"),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_missing_column_is_named(name):
    frame, column = NEEDED[name]
    with pytest.raises(lk.MissingColumns, match=rf"charts.{name}\(frame\) needs the column '{column}' \(did you mean"):
        getattr(charts, name)(frame.rename({column: f"{column}s"}))


@pytest.mark.parametrize("name", FUNCTIONS)
def test_what_is_no_frame_is_refused(name):
    with pytest.raises(lk.InvalidRequest, match=f"charts.{name}: frame is a list; give a Polars DataFrame"):
        getattr(charts, name)([])


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_theme_that_is_none_is_refused(name):
    with pytest.raises(lk.InvalidRequest, match="theme='sepia' is refused: allowed is 'light' or 'dark'"):
        getattr(charts, name)(NEEDED[name][0], theme="sepia")


def two_of(frame: pl.DataFrame) -> pl.DataFrame:
    """A frame with its first row twice."""
    return pl.concat([frame.head(1), frame.head(1)]).with_columns(leads=pl.lit(1))


REFUSED = {
    "two rows have the same state and evidence": lambda: charts.coverage(two_of(lk.evidence_coverage(times()))),
    "two rows have the same weekday and hour": lambda: charts.heatmap(two_of(lk.by_hour(times()))),
    "the column 'zone' is String; give a count": lambda: charts.heatmap(lk.by_hour(times()), value="zone"),
    "frame has to be grouped by one column of Dates": lambda: charts.fees(lk.fee_totals(leads(), by="item_id")),
    "Dates: fee_totals": lambda: charts.fees(lk.fee_totals(leads())),
    "frame has no listings; give fee_totals by=": lambda: charts.cost_per_listing(lk.fee_totals(leads())),
    "frame has one row over all; give trade_ins": lambda: charts.trade_in_makes(lk.trade_ins(leads(), by=None)),
    r"share=\[\] is refused: allowed are one to 5": lambda: charts.shares(lk.financing(leads()), share=[]),
    "clock='solar' is refused: allowed is": lambda: charts.survival(lk.survival_curve(times()), clock="solar"),
    "figure has no alternative text": lambda: charts.alt(go.Figure()),
    "give what a function of leadkit.charts returned": lambda: charts.alt("figure"),
}


@pytest.mark.parametrize("said", REFUSED)
def test_what_can_not_be_drawn_is_refused(said):
    with pytest.raises(lk.InvalidRequest, match=said):
        REFUSED[said]()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_colours_stand_out_from_their_ground(theme):
    ground = pio.templates[charts.look.TEMPLATES[theme]].layout.paper_bgcolor
    assert min(contrast(colour, ground) for colour in (*SERIES[theme], OTHER[theme])) > 3
    text = pio.templates[charts.look.TEMPLATES[theme]].layout.font.color
    assert contrast(text, ground) > 7


def contrast(one: str, other: str) -> float:
    """By WCAG 2.2."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_the_templates_are_known_by_name_and_the_default_stays_plotlys():
    assert {"leadkit", "leadkit_dark"} <= set(pio.templates)
    assert pio.templates.default == "plotly"
    assert len(json.dumps(DRAWN["buckets"].layout.template.to_plotly_json())) < 2_500
