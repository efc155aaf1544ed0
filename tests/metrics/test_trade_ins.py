"""What is offered in trade: names normalised, years read, every lead in one row."""

import sys

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_leads import NOON, later, made
from polars.testing import assert_frame_equal

import leadkit as lk
from leadkit.metrics.makes import ALIASES, MAKES, nearest_makes

WRITTEN = (
    st.sampled_from(["Ford", "chevy", "N/A", "", None, "my old truck", "1999", "'09", "F-150", "?"])
    | st.none()
    | st.text(max_size=4)
)
CARS = st.lists(st.tuples(WRITTEN, WRITTEN, WRITTEN, st.sampled_from(["a", "b", None])), max_size=25)


def offered(make=None, model=None, year=None, **other):
    return {"trade_in_make": make, "trade_in_model": model, "trade_in_year": year, **other}


def detail(column, **written):
    return lk.trade_in_details(made([offered(**written)]))[column].item()


@pytest.mark.parametrize(
    ("written", "make", "status"),
    [
        ("Ford", "Ford", "exact"),
        (" fOrD. ", "Ford", "exact"),
        ("Mercedes-Benz", "Mercedes-Benz", "exact"),
        ("mercedes  benz", "Mercedes-Benz", "exact"),
        ("LandRover", "Land Rover", "exact"),
        ("Skoda", "Škoda", "exact"),
        ("ŠKODA", "Škoda", "exact"),
        ("ＢＭＷ", "BMW", "exact"),  # noqa: RUF001 - full width, as a phone may type it
        ("chevy", "Chevrolet", "alias"),
        ("V.W.", "Volkswagen", "alias"),
        ("Merc", "Mercedes-Benz", "alias"),
        ("Range Rover", "Land Rover", "alias"),
        ("Hunday", "Hyundai", "alias"),
        ("Hondaa", None, "unknown"),
        ("my old truck", None, "unknown"),
        ("这辆车", None, "unknown"),
        *(
            (nothing, None, None)
            for nothing in ("", "  ", "-", "--", "?", "N/A", "n.a.", "None", "NULL", "unknown", "Don't know", None)
        ),
    ],
)
def test_a_make_is_recognised_whatever_its_spelling(written, make, status):
    found = lk.trade_in_details(made([offered(written)])).row(0, named=True)
    assert (found["trade_in_make"], found["make"], found["make_status"]) == (written, make, status)


def test_every_name_of_the_table_is_recognised_and_no_alias_stands_for_two():
    names = [*MAKES, *ALIASES, *(alias for aliases in ALIASES.values() for alias in aliases)]
    makes = [*MAKES, *ALIASES, *(make for make, aliases in ALIASES.items() for _ in aliases)]
    found = lk.trade_in_details(made([offered(name) for name in names]))
    assert found["make"].to_list() == makes
    assert found["make_status"].to_list()[-1] == "alias"
    assert found["make_status"].cast(pl.String).value_counts().sort("count").rows() == [
        ("alias", len(names) - len(MAKES) - len(ALIASES)),
        ("exact", len(MAKES) + len(ALIASES)),
    ]


def test_a_make_is_never_guessed_from_the_model():
    assert detail("make", model="Corolla") is None
    assert detail("model", model="Corolla") == "Corolla"


@pytest.mark.parametrize(
    ("written", "fuzzy", "make", "status"),
    [
        ("Hondaa", 90, "Honda", "fuzzy"),
        ("Hondaa", 91, None, "unknown"),
        ("Volkswagn", 90, "Volkswagen", "fuzzy"),
        ("Ford", 90, "Ford", "exact"),
        ("vw", 90, "Volkswagen", "alias"),
        ("my old truck", 90, None, "unknown"),
        ("Sea", 85, "SEAT", "fuzzy"),
        ("mgm", 80, "MG", "fuzzy"),
        ("sa", 60, None, "unknown"),  # as near to Saab as to SEAT
        (None, 90, None, None),
    ],
)
def test_near_names_are_taken_only_where_that_is_asked_for(written, fuzzy, make, status):
    leads = made([offered(written), offered(written), offered("Kia")])
    for frame in (leads, leads.lazy()):
        found = lk.trade_in_details(frame, fuzzy=fuzzy).lazy().select("make", "make_status").collect()
        assert found.rows() == [(make, status)] * 2 + [("Kia", "exact")]


def test_trade_ins_count_near_names_where_that_is_asked_for():
    leads = made([offered("Hondaa"), offered("Honda")])
    assert lk.trade_ins(leads).select("make", "leads").rows() == [("Honda", 1), ("unknown", 1)]
    assert lk.trade_ins(leads, fuzzy=90).select("make", "leads").rows() == [("Honda", 2)]
    assert lk.trade_ins(leads.lazy(), fuzzy=90).collect(engine="streaming")["leads"].to_list() == [2]


def test_each_key_is_looked_up_by_itself_and_null_stays_null():
    keys = pl.Series(["hondaa", None, "sa", "hondaa", "zzzz"])
    assert nearest_makes(keys, 60).to_list() == ["Honda", None, None, "Honda", None]
    assert nearest_makes(pl.Series([None], dtype=pl.String), 60).to_list() == [None]


def test_near_names_need_an_extra_and_say_so(monkeypatch):
    monkeypatch.setitem(sys.modules, "rapidfuzz", None)  # as Python marks what can't be imported
    for function in (lk.trade_ins, lk.trade_in_details):
        with pytest.raises(lk.LeadkitError, match=r"fuzzy= needs rapidfuzz.*: pip install 'leadkit\[fuzzy\]'"):
            function(made(SEVEN), fuzzy=90)
        function(made(SEVEN)).lazy().collect()


@pytest.mark.parametrize("fuzzy", [0, -1, 101, True, "90", float("nan")])
def test_a_threshold_that_is_none_is_refused(fuzzy):
    for function in (lk.trade_ins, lk.trade_in_details):
        with pytest.raises(lk.InvalidRequest, match=rf"{function.__name__}: fuzzy=.* is refused: allowed is None, or"):
            function(made([]), fuzzy=fuzzy)


@pytest.mark.parametrize(
    ("written", "model"),
    [
        ("silverado", "Silverado"),
        ("3 SERIES", "3 Series"),
        ("CR-V", "Crv"),
        ("F-150", "F150"),
        ("f 150", "F150"),
        ("Model 3", "Model 3"),
        ("Escape  (red)", "Escape Red"),
        ("C+pod", "C+Pod"),
        ("Citroën é", "Citroën É"),
        ("dont know", None),
        ("-", None),
        (None, None),
    ],
)
def test_spellings_of_a_model_are_made_alike(written, model):
    assert detail("model", model=written) == model


@pytest.mark.parametrize(
    ("written", "year", "status", "band"),
    [
        ("2014", 2014, "exact", "2010-2014"),
        (" 2019 ", 2019, "exact", "2015-2019"),
        ("1965", 1965, "exact", "1965-1969"),
        ("1900", 1900, "exact", "1900-1904"),
        ("2028", 2028, "exact", "2025-2029"),
        ("2029", None, "unknown", None),
        ("1899", None, "unknown", None),
        ("'09", 2009, "two_digits", "2005-2009"),
        ("’09", 2009, "two_digits", "2005-2009"),  # noqa: RUF001 - as a phone types it
        ("28", 2028, "two_digits", "2025-2029"),
        ("29", 1929, "two_digits", "1925-1929"),
        ("00", 2000, "two_digits", "2000-2004"),
        ("２０１４", 2014, "exact", "2010-2014"),  # noqa: RUF001 - full width
        ("2O11", None, "unknown", None),
        ("201", None, "unknown", None),
        ("20145", None, "unknown", None),
        ("٢٠١٤", None, "unknown", None),
        ("N/A", None, None, None),
        ("0000", None, None, None),
        (None, None, None, None),
    ],
)
def test_a_year_is_read_by_the_time_of_its_lead(written, year, status, band):
    found = lk.trade_in_details(made([offered(year=written)])).row(0, named=True)
    assert (found["year"], found["year_status"], found["year_band"]) == (year, status, band)


def test_the_pivot_moves_with_the_lead_and_not_with_the_clock():
    older = NOON.replace(year=2016)
    leads = made([offered(year="18", submitted_at=older), offered(year="19", submitted_at=older)])
    assert lk.trade_in_details(leads)["year"].to_list() == [2018, 1919]
    assert lk.trade_ins(leads, by="year").select("year", "leads").rows() == [(1919, 1), (2018, 1)]


@pytest.mark.parametrize(
    "without", [lambda leads: leads.drop("submitted_at"), lambda leads: leads.with_columns(submitted_at=None)]
)
def test_without_a_time_of_the_lead_two_digits_are_unknown(without):
    leads = without(made([offered(year="2014"), offered(year="2099"), offered(year="2100"), offered(year="09")]))
    found = lk.trade_in_details(leads)
    assert found["year"].to_list() == [2014, 2099, None, None]
    assert found["year_status"].to_list() == ["exact", "exact", "unknown", "unknown"]


def test_details_stand_beside_what_was_written_in_the_order_of_the_rows():
    leads = made([offered("vw", "golf", "09"), offered(), offered("x", "y", "z")])
    found = lk.trade_in_details(leads)
    added = ["make", "make_status", "model", "year", "year_status", "year_band"]
    assert found.columns == [*leads.columns, *added]
    assert found.select(leads.columns).equals(leads)
    assert found.select(added).rows()[:2] == [
        ("Volkswagen", "alias", "Golf", 2009, "two_digits", "2005-2009"),
        (None,) * 6,
    ]
    assert lk.trade_in_details(found).equals(found)
    assert found.schema["make_status"] == pl.Enum(["exact", "alias", "fuzzy", "unknown"])


SEVEN = [
    offered("Ford", "Escape", "2014"),
    offered("FORD", "escape", "2012"),
    offered("bmw", "-", "1999"),
    offered("", "Corolla", ""),
    offered("N/A", "", "-"),
    offered(),
    offered(None, None, None, lead_id="again"),
]


def test_rows_name_what_is_unknown_and_what_is_not_offered_last():
    found = lk.trade_ins(made(SEVEN))
    assert found.select("make", "leads").rows() == [("Ford", 2), ("BMW", 1), ("unknown", 1), ("none", 3)]
    assert found["share"].to_list() == [2 / 7, 1 / 7, 1 / 7, 3 / 7]
    bounds = [end for k in (2, 1, 1, 3) for end in lk.wilson(k, 7)]
    assert [end for row in found.select("low", "high").rows() for end in row] == pytest.approx(bounds, rel=1e-12)
    assert found["few"].to_list() == ["n<10"] * 4
    assert found.columns == ["make", "leads", "share", "low", "high", "few"]


def test_makes_models_and_years_can_be_counted_together():
    found = lk.trade_ins(made(SEVEN), by=("make", "model", "year_band"))
    assert found.drop("share", "low", "high", "few").rows() == [
        ("Ford", "Escape", "2010-2014", 2),
        ("BMW", "unknown", "1995-1999", 1),
        ("unknown", "Corolla", "unknown", 1),
        ("none", "none", "none", 3),
    ]


def test_any_column_of_leads_and_any_expression_is_a_group_too():
    leads = made([one | {"item_id": item} for one, item in zip(SEVEN, "abababa", strict=True)])
    found = lk.trade_ins(leads, by=["make", "item_id"])
    assert found.select("make", "item_id", "leads").rows() == [
        ("BMW", "a", 1),
        ("Ford", "a", 1),
        ("Ford", "b", 1),
        ("unknown", "b", 1),
        ("none", "a", 2),
        ("none", "b", 1),
    ]
    initial = lk.trade_ins(leads, by=pl.col("make").str.slice(0, 1).alias("initial"))
    assert initial.select("initial", "leads").rows() == [("n", 3), ("F", 2), ("B", 1), ("u", 1)]
    first = lk.trade_ins(leads, by=(pl.int_range(pl.len()) < 3).alias("first"))
    assert first.select("first", "leads").rows() == [(False, 4), (True, 3)]
    raw = lk.trade_ins(leads, by="trade_in_make")
    assert raw.select("trade_in_make", "leads").rows()[0] == (None, 2)
    status = lk.trade_ins(leads, by=["make_status"])
    assert status.select("make_status", "leads").rows() == [(None, 4), ("exact", 3)]
    assert lk.trade_ins(leads, by=pl.col("make", "model"))["leads"].sum() == 7


@pytest.mark.parametrize("given_as", [pl.DataFrame, pl.LazyFrame])
@pytest.mark.parametrize("rows", [[], SEVEN[:1], SEVEN])
def test_columns_are_the_same_for_no_one_and_many_rows(given_as, rows):
    found = lk.trade_ins(given_as(made(rows)))
    assert isinstance(found, given_as)
    assert dict(found.lazy().collect_schema()) == {
        "make": pl.String(),
        "leads": pl.Int64(),
        "share": pl.Float64(),
        "low": pl.Float64(),
        "high": pl.Float64(),
        "few": pl.Enum(["n<10", "n<30"]),
    }
    over_all = lk.trade_ins(given_as(made(rows)), by=None).lazy().collect()
    assert over_all.select("leads", "share").rows() == [(len(rows), 1.0 if rows else None)]


def test_of_several_records_of_a_lead_the_last_fetched_counts():
    leads = made([offered("Kia", lead_id="x", fetched_at=later(2)), offered(None, lead_id="x", fetched_at=later(1))])
    assert lk.trade_ins(leads).select("make", "leads").rows() == [("Kia", 1)]


@settings(max_examples=25)  # six frames each
@given(CARS, st.randoms(use_true_random=False), st.sampled_from([("make",), ("model", "year_band"), "item_id", None]))
def test_rows_sum_to_all_leads_whatever_the_order_and_the_engine(cars, random, by):
    def leads(rows):
        return made([offered(make, model, year, item_id=item) for make, model, year, item in rows])

    found = lk.trade_ins(leads(cars), by=by)
    assert found["leads"].sum() == len(cars)
    mixed = leads(random.sample(cars, len(cars)))
    assert_frame_equal(lk.trade_ins(mixed, by=by), found)
    assert_frame_equal(lk.trade_ins(mixed.lazy(), by=by).collect(), found)
    assert_frame_equal(lk.trade_ins(mixed.lazy(), by=by).collect(engine="streaming"), found)
    lead_by_lead = [pl.col(name).str.slice(0) for name in found.columns[: found.columns.index("leads")]]
    assert_frame_equal(lk.trade_ins(mixed, by=lead_by_lead), found)


def test_what_is_missing_or_of_another_kind_is_refused():
    leads = made(SEVEN)
    with pytest.raises(lk.MissingColumns, match=r"trade_ins\(leads\) needs the column 'trade_in_model' \(did you mean"):
        lk.trade_ins(leads.drop("trade_in_model"))
    with pytest.raises(lk.MissingColumns, match=r"trade_ins\(by=\) needs the column 'makes' \(did you mean 'make'"):
        lk.trade_ins(leads, by="makes")
    with pytest.raises(lk.InvalidRequest, match="trade_in_details: the column 'trade_in_year' is Int64"):
        lk.trade_in_details(leads.with_columns(trade_in_year=pl.lit(2014, pl.Int64)))
    with pytest.raises(lk.InvalidRequest, match="trade_ins: leads is a dict"):
        lk.trade_ins({})
    with pytest.raises(lk.InvalidRequest, match="trade_ins: by= would give a second column 'share'"):
        lk.trade_ins(leads, by=pl.col("item_id").alias("share"))
    with pytest.raises(lk.InvalidRequest, match="trade_ins: level=2 is refused"):
        lk.trade_ins(leads, level=2)
