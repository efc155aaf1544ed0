"""What a chart draws are the numbers that the metric returned, and nothing else."""

from datetime import date, timedelta

import polars as pl
import pytest
from charts.small_shop import ZONE, leads, times
from metrics.made_leads import made, paid
from metrics.waiting_leads import exact, still_open, times_of

import leadkit as lk
from leadkit import charts


def test_a_survival_curve_steps_from_all_to_the_shares_of_the_frame_with_its_band():
    curve = lk.survival_curve(times())
    high, low, line = charts.survival(curve).data
    minutes = [one.total_seconds() / 60 for one in curve["t"]]
    assert line.x[1:] == pytest.approx(minutes)
    assert line.y == (1, *curve["unanswered_share"].round(4))
    assert low.y == (1, *curve["low"].round(4))
    assert high.y == (1, *curve["high"].round(4))
    assert low.fill == "tonexty"
    assert {one.line.shape for one in (high, low, line)} == {"hv"}
    assert [row[:2] for row in line.customdata[:3]] == [["0 s", 7], ["3 min", 7], ["12 min", 6]]


def test_a_survival_axis_has_ticks_that_people_count_in_and_says_which_clock():
    figure = charts.survival(lk.survival_curve(times()), clock="business")
    assert figure.layout.xaxis.ticktext == ("1 min", "10 min", "1 h", "6 h", "1 d")
    assert figure.layout.xaxis.title.text == "business hours since the lead"


def test_a_wait_of_nothing_stands_before_the_axis_begins():
    line = charts.survival(lk.survival_curve(times_of(exact(0), exact(5)))).data[-1]
    assert line.x == (0.5, 0.5, 5)
    assert line.y == (1, 0.5, 0)


def test_a_curve_of_many_steps_is_drawn_by_few_that_lie_on_it():
    curve = lk.survival_curve(times_of(*(exact(1 + number / 7) for number in range(5_000))))
    line = charts.survival(curve).data[-1]
    assert 200 < len(line.x) <= 402
    assert set(line.y) <= {1, *curve["unanswered_share"].round(4)}
    assert line.y[-1] == 0
    gaps = [later / earlier for earlier, later in zip(line.x[1:], line.x[2:], strict=False)]
    assert max(gaps[50:]) < 1.03  # the axis is logarithmic: three percent are less than its line is wide


def test_the_largest_groups_of_a_curve_have_colours_and_the_others_are_grey():
    waits = times_of(*(exact(minute + 1, item_id=f"{item}") for item in range(48) for minute in range(50 - item)))
    figure = charts.survival(lk.survival_curve(waits, by="item_id"))
    named = [one.name for one in figure.data]
    assert named == ["other (40 of 43)", *(f"{item} (n {50 - item})" for item in range(5))]
    assert len({(one.line.color, one.line.dash) for one in figure.data[1:]}) == 5
    assert figure.data[0].y.count(None) == 40
    assert "tonexty" not in [one.fill for one in figure.data]  # five bands would hide each other
    assert "5 largest of 48 groups" in figure.layout.title.subtitle.text


def test_the_text_of_a_curve_reads_it_where_it_reaches():
    assert charts.alt(charts.survival(lk.survival_curve(times_of(exact(90), exact(120), still_open(3_000))))) == (
        "Step chart. How long until the first reply: share still unanswered. "
        "All (n = 3): 100 % after 1 h, 33.3 % after 1 d, 33.3 % at the end, 2 d 2 h."
    )


def test_a_heat_map_has_a_cell_for_each_hour_of_the_week():
    week = lk.by_hour(times(), zone=ZONE)
    (cells,) = charts.heatmap(week).data
    assert [list(row) for row in cells.z] == [
        week.filter(weekday=day)["leads"].to_list() for day in week["weekday"].unique(maintain_order=True)
    ]
    assert list(cells.y) == ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
    assert charts.heatmap(week).layout.xaxis.title.text == "hour of the day (America/Chicago)"


def test_a_heat_map_of_waits_says_them_in_words_and_leaves_blank_what_is_not_known():
    figure = charts.heatmap(
        lk.by_hour(times_of(exact(100), still_open(7)).with_columns(leads()["submitted_at"].head(2)), zone=ZONE),
        value="p50",
    )
    (cells,) = figure.data
    assert (cells.z[0][10], cells.text[0][10]) == (2, "1 h 40 min")  # ten to the second: 100 minutes
    assert [cell for row in cells.z for cell in row].count(None) == 167
    assert figure.layout.coloraxis.colorbar.ticktext == ("1 min", "10 min", "1 h")
    assert charts.alt(figure) == "Heat map. Median wait by hour (America/Chicago), 2 leads. Most: 1 h 40 min Mon 10:00."


def test_a_heat_map_of_shares_goes_from_none_to_all():
    figure = charts.heatmap(lk.by_hour(times(), zone=ZONE), value="answered_within_1h")
    assert (figure.layout.coloraxis.cmin, figure.layout.coloraxis.cmax) == (0, 1)
    assert figure.layout.title.text == "Answered within 1 h by hour"


def test_buckets_show_counts_and_shares():
    frame = lk.response_buckets(times())
    (bars,) = charts.buckets(frame).data
    assert list(bars.x) == frame["leads"].to_list() == [1, 1, 1, 1, 1, 1, 1, 1]
    assert list(bars.y) == frame["bucket"].cast(pl.String).to_list()
    assert set(bars.text) == {"1 (12.5 %)"}


def test_buckets_say_that_a_bar_is_without_those_above_it():
    figure = charts.buckets(lk.response_buckets(times()))
    assert figure.layout.title.subtitle.text == "8 leads; each bar without those above it"


def test_buckets_of_groups_show_shares_so_that_groups_compare():
    frame = lk.response_buckets(times(), by="item_id")
    figure = charts.buckets(frame)
    assert [one.name for one in figure.data] == ["110 (n 4)", "111 (n 4)"]
    assert list(figure.data[0].x) == frame.filter(item_id="110")["share"].to_list()
    assert figure.layout.xaxis.tickformat == ".0%"


def test_days_are_those_of_the_zone_and_leads_without_a_time_are_told():
    late = made([{"submitted_at": None}, {"submitted_at": leads()["submitted_at"][0]}])
    figure = charts.lead_flow(lk.lead_flow(late, zone=ZONE))
    assert (figure.data[0].x, figure.data[0].y) == (("2026-10-05",), (1,))
    assert figure.layout.title.subtitle.text == "1 lead from 2026-10-05 to 2026-10-05; 1 of unknown<br>time left out"
    assert figure.layout.xaxis.title.text == "day (America/Chicago)"


def test_days_of_more_than_five_groups_count_the_others_together():
    many = made([{"item_id": f"{item}"} for item in range(9) for _ in range(10 - item)])
    figure = charts.lead_flow(lk.lead_flow(many, by="item_id"))
    assert [one.name for one in figure.data] == ["0", "1", "2", "3", "4", "other (4)"]
    assert [one.y for one in figure.data] == [(10,), (9,), (8,), (7,), (6,), (5 + 4 + 3 + 2,)]


def test_what_answers_rest_on_is_counted_by_state_and_evidence():
    (cells,) = charts.coverage(lk.evidence_coverage(times())).data
    assert list(cells.x) == ["exact", "interval", "open", "unknown"]
    assert list(cells.y) == ["E1 thread", "E2 user_response", "E3 sent", "E7 replied", "E8 thread", "no evidence"]
    assert [list(row) for row in cells.z] == [
        [3, None, None, None],
        [1, None, None, None],
        [1, None, None, None],
        [None, 1, None, None],
        [None, None, 1, None],
        [None, None, None, 1],
    ]
    assert list(cells.text[0]) == ["3<br>37.5 %", "", "", ""]


def test_fees_have_a_panel_for_each_currency_and_credits_below_nothing():
    frame = lk.fee_totals(leads(), by=lk.month("submitted_at", ZONE))
    figure = charts.fees(frame, zone=ZONE)
    dollars = [one for one in figure.data if one.yaxis == "y"]
    assert {one.name: one.y for one in dollars} == {"charged": (80,), "credited": (-5,), "total": (75,)}
    assert [one.y for one in figure.data if one.yaxis == "y2"] == [(25,)]
    assert dollars[0].customdata == (
        "USD 75.00 for 5 leads<br>USD 80.00 charged, USD -5.00 credited<br>USD 15.00 each",
    )
    assert (figure.layout.yaxis.title.text, figure.layout.yaxis2.title.text) == ("USD", "CAD")
    assert figure.layout.xaxis.title.text == "month (America/Chicago)"
    assert figure.layout.title.subtitle.text == "8 leads; 1 without a fee"
    assert charts.alt(figure).endswith("USD: 75.00 in 2026-10. CAD: 25.00 in 2026-10.")


def test_months_have_no_day_and_weeks_have_one_even_if_it_is_a_first():
    at = pl.lit("2026-06-03T12:00:00").str.to_datetime(time_zone="UTC")
    some = made([paid("1")]).with_columns(submitted_at=at)
    for by, said in ((lk.month, "2026-06"), (lk.week, "2026-06-01")):
        figure = charts.fees(lk.fee_totals(some, by=by("submitted_at", "UTC")))
        assert charts.alt(figure).endswith(f"USD: 1.00 in {said}.")
        assert figure.data[0].hovertemplate.startswith("%{x|%Y-%m" + ("}" if by is lk.month else "-%d}"))


def test_of_more_than_five_currencies_the_rest_is_named():
    frame = lk.fee_totals(
        made([paid("1", code) for code in ("AUD", "CAD", "EUR", "GBP", "JPY", "NZD", "USD")]),
        by=lk.month("submitted_at", "UTC"),
    )
    figure = charts.fees(frame)
    assert len(figure.data) == 5
    assert figure.layout.title.subtitle.text == "7 leads; not drawn: NZD and USD"


def test_many_dates_have_a_few_ticks_and_few_dates_one_each():
    one = charts.fees(lk.fee_totals(leads(), by=lk.week("submitted_at", ZONE))).layout.xaxis
    assert one.ticktext[0] == "Oct 5<br>2026"
    days = made([paid("1", submitted_at=leads()["submitted_at"][0] + timedelta(days=8 * n)) for n in range(9)])
    assert charts.fees(lk.fee_totals(days, by=lk.week("submitted_at", ZONE))).layout.xaxis.tickvals is None


def test_a_listing_shows_its_total_what_of_it_was_unanswered_and_the_cost_of_an_answer():
    figure = charts.cost_per_listing(lk.fee_totals(leads(), times=times(), by=["item_id", "item_title"]))
    total, unanswered = (one for one in figure.data if one.xaxis == "x")
    assert (total.x, unanswered.x) == ((40, 35), (20, 0))
    assert total.text == ("USD 40.00 an answer", "USD 11.67 an answer")
    assert total.customdata[0] == (
        "111, 2004 Porsche 911<br>USD 40.00 for 2 leads<br>1 answered<br>USD 40.00 an answer<br>USD 20.00 on unanswered"
    )
    above = [one.text for one in figure.layout.annotations if one.yref == "y"]
    assert above == ["2004 Porsche 911", "2016 Honda Civic EX"]
    assert (figure.layout.xaxis.title.text, figure.layout.xaxis2.title.text) == ("USD", "CAD")


def test_the_costliest_listings_are_shown_and_the_others_told():
    many = made([paid(str(item), item_id=f"{item}") for item in range(1, 20)])
    figure = charts.cost_per_listing(lk.fee_totals(many, by="item_id"))
    assert figure.data[0].x == tuple(range(19, 7, -1))
    assert figure.layout.title.subtitle.text == "19 leads; the 12 costliest"
    assert set(figure.data[0].text) == {"no answer known"}
    assert figure.data[0].customdata[0] == "19<br>USD 19.00 for 1 lead<br>no answer known<br>USD 19.00 on unanswered"
    few = charts.cost_per_listing(lk.fee_totals(many, by="item_id"), most=2)
    assert (few.data[0].x, few.layout.title.subtitle.text) == ((19, 18), "19 leads; the 2 costliest")


@pytest.mark.parametrize("most", [0, -1, True, 2.0, "2"])
def test_no_listing_is_no_number_of_listings(most):
    with pytest.raises(lk.InvalidRequest, match=r"cost_per_listing: most=.* a whole number above 0"):
        charts.cost_per_listing(lk.fee_totals(leads(), by="item_id"), most=most)


def test_shares_are_points_on_the_lines_of_their_intervals():
    frame = lk.financing(leads(), by="item_id")
    line, points = charts.shares(frame).data
    assert points.x == tuple(frame["yes_share"].round(4))
    assert line.x[:3] == (round(frame["yes_share_low"][0], 4), round(frame["yes_share_high"][0], 4), None)
    assert points.marker.symbol == ("circle-open", "circle-open")  # fewer than ten answers
    assert [one.text for one in charts.shares(frame).layout.annotations] == ["110 (n 4)", "111 (n 4)"]


def test_shares_without_the_column_few_go_by_their_leads():
    frame = pl.DataFrame(
        {"shop": ["a", "b"], "leads": [10, 9], "share": [0.5, 0.5], "low": [0.2, 0.2], "high": [0.8, 0.8]}
    )
    assert charts.shares(frame).data[1].marker.symbol == ("circle", "circle-open")


def test_several_shares_stand_one_below_the_other():
    figure = charts.shares(lk.financing(leads()), share=("yes_share", "yes_of_all", "answer_rate"))
    assert [one.name for one in figure.data[1::2]] == [
        "financing: yes, of the answers",
        "financing: yes, of all leads",
        "financing: answered at all",
    ]
    assert [one.y[0] for one in figure.data[1::2]] == pytest.approx([-0.22, 0, 0.22])
    assert len({one.marker.symbol[0] for one in figure.data[1::2]}) == 3


def test_shares_in_time_stay_in_the_order_of_time_and_others_in_that_of_their_size():
    months = pl.DataFrame(
        {
            "month": [date(2026, 9, 1), date(2026, 10, 1)],
            "leads": [3, 12],
            "sla_rate": [0.2, 0.4],
            "sla_low": [0.1, 0.3],
            "sla_high": [0.3, 0.5],
        }
    )
    assert charts.shares(months).data[1].x == (0.2, 0.4)
    assert charts.shares(months.with_columns(pl.col("month").cast(pl.String))).data[1].x == (0.4, 0.2)


def test_more_than_fifteen_groups_are_cut_and_told():
    frame = pl.DataFrame(
        {
            "shop": [f"{n}" for n in range(20)],
            "leads": range(20),
            "share": [0.5] * 20,
            "low": [0.2] * 20,
            "high": [0.8] * 20,
        }
    )
    figure = charts.shares(frame)
    assert len(figure.data[1].x) == 15
    assert figure.layout.title.subtitle.text.startswith("the 15 largest of 20 groups")


def test_a_share_that_is_not_known_has_no_point_and_says_so():
    nobody = lk.financing(made([{"financing": None}]))
    points, rates = charts.shares(nobody, share=["yes_share", "answer_rate"]).data[1::2]
    assert (points.x, rates.x) == ((None,), (0,))
    assert points.customdata == (["all", "not known"],)
    assert rates.customdata == (["all", "0 % (0 % to 79.3 %)"],)


def test_makes_come_by_their_number_and_the_unknown_last():
    figure = charts.trade_in_makes(lk.trade_ins(leads()))
    assert figure.data[0].y == ("Honda", "Ford", "unknown")
    assert figure.data[0].x == (2, 1, 1)
    assert figure.data[0].text[0] == "2 (25.0 %)"
    assert figure.layout.title.subtitle.text == "8 leads, 4 offer none"


def test_many_makes_are_cut_and_told():
    some = ["Audi", "BMW", "Buick", "Dodge", "Fiat", "Ford", "GMC", "Honda", "Jeep", "Kia", "Lexus", "Mazda", "Opel"]
    some += ["Porsche", "Ram", "Saab", "Tesla", "Volvo"]
    figure = charts.trade_in_makes(lk.trade_ins(made([{"trade_in_make": make} for make in some])))
    assert len(figure.data[0].y) == 15
    assert figure.layout.title.subtitle.text == "18 leads, 0 offer none; 15 of 18"
    one = charts.trade_in_makes(lk.trade_ins(made([{"trade_in_make": "Audi"}, {}])))
    assert one.layout.title.subtitle.text == "2 leads, 1 offers none"
    assert charts.alt(one).startswith("Bar chart. Makes offered in trade, 2 leads, 1 offers none: Audi 1")


def test_years_come_in_their_order():
    assert charts.trade_in_years(lk.trade_ins(leads(), by="year_band")).data[0].y == (
        "2015-2019",
        "2010-2014",
        "2005-2009",
        "unknown",
    )
