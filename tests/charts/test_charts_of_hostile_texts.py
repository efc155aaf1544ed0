"""Buyers and sellers write what they like: in a chart it is a text, and nothing else."""

import html
import re
import unicodedata

import plotly.graph_objects as go
import polars as pl
import pytest
from charts.small_shop import every_chart, leads, times
from hypothesis import given, settings
from hypothesis import strategies as st

from leadkit import charts
from leadkit.charts.texts import escaped, safe, shortened

PAYLOADS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '<a href="javascript:alert(1)">click</a>',
    "<svg onload=alert(1)>",
    "<b>bold</b><br>line<sup>2</sup>",
    "<span style='font-size:900px'>large</span>",
    "&lt;b&gt;already escaped&lt;/b&gt; &amp;amp;",
    "$\\alpha$ and $5 to $6",
    "%{meta.alt} %{x:.3f} %{customdata[0]}<extra></extra>",
    "data:text/html,<script>alert(1)</script>",
    "\u202egnp.exe\u2066 \x00\x1b[31m\u2028next",
]
OWN = re.compile(r"<br>|<extra>(%\{fullData\.name\})?</extra>")
ALIVE = re.compile(r"[<$]|%\{|&(?!(lt|gt|amp|#36|#37);)")


def shown(part, key="") -> list[str]:
    """Every text that Plotly draws; of templates, which hold no text of others, none."""
    if isinstance(part, dict):
        others = {"template", "meta", "hovertemplate", "texttemplate", "ids"}  # ids are never drawn
        return [text for name, one in part.items() if name not in others for text in shown(one, name)]
    if isinstance(part, list | tuple):
        return [text for one in part for text in shown(one, key)]
    return [part] if isinstance(part, str) else []


@pytest.mark.filterwarnings("ignore:fee_totals:leadkit.LeadkitWarning")  # codes that are no codes
def test_nothing_that_is_written_in_a_chart_is_alive():
    known = leads()
    for start in (0, 4):
        written = pl.Series((PAYLOADS[start:] * 2)[: known.height])
        hostile = known.with_columns(item_title=written, item_id=written, trade_in_make=written, fee_currency=written)
        waits = times(hostile).with_columns(evidence=written)
        for name, figure in every_chart(hostile, waits, title=" ".join(PAYLOADS)).items():
            texts = [OWN.sub("", text) for text in shown(figure.to_plotly_json())]
            assert not [text for text in texts if ALIVE.search(text)], name
            templates = " ".join(one.hovertemplate or "" for one in figure.data)
            assert not any(payload[:9] in templates for payload in PAYLOADS)


def test_a_text_is_shown_as_it_was_written():
    title = "A & B <rare> 100% $5"
    figure = every_chart(leads(item_title=pl.lit(title)), times())["cost_per_listing"]
    assert html.unescape(figure.layout.annotations[0].text) == title
    assert title in charts.alt(figure)


@settings(max_examples=40)
@given(st.text(st.characters(exclude_categories=["Cn", "Cs"])))  # what is assigned depends on the table
def test_an_escaped_text_holds_no_mark_and_means_the_same(text):
    found = safe(text)
    assert not ALIVE.search(found)
    plain = "".join(" " if unicodedata.category(one).startswith("C") else one for one in text)
    assert html.unescape(found) == " ".join(plain.split())


@settings(max_examples=40)
@given(st.text("ab é👍"), st.integers(2, 40))
def test_a_short_text_stays_and_a_long_one_ends_with_an_ellipsis(text, length):
    found = pl.select(shortened(pl.lit(text), length)).item()
    assert len(found) <= length
    assert found == text if len(text) <= length else found == text[: length - 1].rstrip() + "…"


def test_null_stays_null():
    assert pl.select(escaped(pl.lit(None, pl.String))).item() is None


def test_a_long_title_is_cut_and_its_id_stays_in_the_hover_text():
    figure = every_chart(leads(item_title=pl.lit("very " * 40)), times())["cost_per_listing"]
    assert len(figure.layout.annotations[0].text) <= 46
    assert figure.data[0].customdata[0].startswith("111, very very")
    assert isinstance(figure, go.Figure)
