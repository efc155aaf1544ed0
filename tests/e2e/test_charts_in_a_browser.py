"""Every chart in a real browser, without a network: it is drawn, fits its page, and nothing in it is alive."""

import re

import polars as pl
import pytest
from charts.small_shop import every_chart, leads, times
from plotly.offline import get_plotlyjs

from leadkit import charts

# Of each chart: its name, what is drawn, texts that stick out of it, and ticks of one axis that overlap.
LOOK = """
() => [...document.querySelectorAll('.js-plotly-plot')].map(plot => {
  const box = plot.getBoundingClientRect();
  const shown = [...plot.querySelectorAll('.main-svg text')].filter(text => text.textContent && text.getBBox().width);
  const out = ({left, right, top, bottom}) =>
    left < box.left - 1 || right > box.right + 1 || top < box.top - 1 || bottom > box.bottom + 1;
  const ticks = [...plot.querySelectorAll('.xaxislayer-above, .xaxislayer-below')].map(axis =>
    [...axis.querySelectorAll('.xtick text')].map(text => text.getBoundingClientRect()));
  const over = (one, next) => next.left < one.right - 1 && next.top < one.bottom - 1 && one.top < next.bottom - 1;
  return {
    name: plot.id,
    marks: plot.querySelectorAll('.points path, .scatterlayer path, .heatmaplayer image, .annotation text').length,
    sticking_out: shown.filter(text => out(text.getBoundingClientRect())).map(text => text.textContent),
    overlapping: ticks.filter(axis => axis.some((one, at) => at + 1 < axis.length && over(one, axis[at + 1]))).length,
    buttons: [...plot.querySelectorAll('.modebar-btn')].map(button => button.dataset.title),
  };
})
"""


@pytest.fixture
def opened(browser, tmp_path):
    """Opens charts on one page, offline, and gives the page; the test fails if anything was asked for from outside."""
    asked, errors = [], []

    def open_charts(figures, width):
        parts = [
            figure.to_html(
                config=dict(charts.CONFIG), full_html=False, include_plotlyjs=False, div_id=re.sub(r"\W", "-", name)
            )
            for name, figure in figures.items()
        ]
        page = browser.new_page(viewport={"width": width, "height": 900}, offline=True)
        page.on("request", lambda request: asked.append(request.url))
        page.on("pageerror", lambda error: errors.append(error))  # noqa: PLW0108 - a builtin method is refused
        path = tmp_path / "charts.html"
        head = f"<!doctype html><meta charset='utf-8'><script>{get_plotlyjs()}</script><body style='margin:0'>"
        path.write_text(head + "".join(parts), encoding="utf-8")
        page.goto(path.as_uri())
        page.wait_for_function(f"document.querySelectorAll('.js-plotly-plot .main-svg').length >= {len(figures)}")
        return page

    yield open_charts
    assert not [url for url in asked if not url.startswith(("file:", "data:", "blob:"))]
    assert not errors


SOME, ONE, NONE = slice(None), slice(0, 1), slice(0, 0)


@pytest.mark.parametrize(
    ("width", "theme", "rows"), [(400, "light", [SOME]), (1600, "dark", [SOME]), (400, "dark", [ONE, NONE])]
)
def test_every_chart_is_drawn_and_fits(opened, width, theme, rows):
    drawn = {len(times()[few]): every_chart(leads()[few], times()[few], theme=theme) for few in rows}
    figures = {f"{name} {count}": figure for count, every in drawn.items() for name, figure in every.items()}
    looks = opened(figures, width).evaluate(LOOK)
    assert len(looks) == len(figures)
    assert not [look["name"] for look in looks if not look["marks"]]
    assert {look["name"]: look["sticking_out"] for look in looks if look["sticking_out"]} == {}
    assert not [look["name"] for look in looks if look["overlapping"]]
    assert not [
        button for look in looks for button in look["buttons"] if re.search("share|cloud|edit", button or "", re.I)
    ]


def test_what_buyers_write_stays_a_text(opened):
    payload = "<a href='javascript:done=1'>x</a><img src=x onerror='done=1'><b>bold</b> $x^2$ %{y}"
    hostile = leads(item_title=pl.lit(payload), item_id=pl.lit(payload), trade_in_make=pl.lit(payload))
    figures = every_chart(hostile, times(hostile), title=payload)
    page = opened(figures, 400)
    for plot in page.query_selector_all(".js-plotly-plot"):
        plot.hover()  # what stands in hover texts is drawn too
    assert page.evaluate("typeof done") == "undefined"
    assert page.locator(".js-plotly-plot :is(a:not(.modebar-btn), img, script)").count() == 0
    assert page.locator(".js-plotly-plot text", has_text="<b>bold</b>").count() > 10
