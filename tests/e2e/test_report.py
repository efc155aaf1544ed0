"""The report in a real browser, offline: it asks for nothing, draws its charts, runs no stranger's code, reads well."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
from e2e.visited import THEMES, WIDTHS, visit
from hostile import PAYLOADS
from notebooks.made_notebooks import PLOTLY, chart, code, notebook, result, shown, stream, text

import leadkit as lk
from leadkit.reports.making import OWN, make_from
from leadkit.reports.page import page

TABLES = ("leads", "conversations", "messages", "mail", "problems")


@pytest.fixture(scope="module")
def frames() -> dict[str, pl.DataFrame]:
    """The tables of a small dealership."""
    with lk.demo(leads=200) as shop:
        conversations = shop.ebay.conversations()
        leads = shop.ebay.leads(include_messages=True)
        evidence = (conversations, shop.ebay.messages(conversations), shop.ebay.mail(folder=(0, 1)))
        return dict(zip(TABLES, (leads, *evidence, shop.ebay.problems), strict=True))


@pytest.fixture(scope="module")
def report(frames, tmp_path_factory) -> Path:
    hours = lk.BusinessHours("America/Chicago", "Mo-Sa 09:00-19:00")
    path = tmp_path_factory.mktemp("report") / "report.html"
    return make_from(frames, path, zone="America/Chicago", hours=hours).path


OUTPUTS = "[...document.querySelectorAll('.output')]"


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("width", WIDTHS)
def test_the_report_is_drawn_offline_in_each_width_and_theme_and_can_be_read_by_all(
    browser, report, artefacts, width, theme
):
    visited = visit(browser, report, width=width, theme=theme)
    charts = visited.page.locator(".chart").count()
    assert visited.charts == charts > 5
    assert visited.overflow == 0
    assert visited.page.evaluate(f"Math.max(...{OUTPUTS}.map(one => one.scrollWidth - one.clientWidth))") == 0
    assert (visited.asked, visited.complaints) == ([], [])
    visited.page.screenshot(path=artefacts / f"report-{width}-{theme}.png", full_page=True)
    assert visited.violations() == []
    visited.page.context.close()


def test_charts_change_with_the_readers_theme_and_are_light_and_whole_on_paper(browser, report, artefacts):
    visited = visit(browser, report, theme="light")
    ground = "getComputedStyle(document.querySelector('.chart .main-svg')).backgroundColor"
    light = visited.page.evaluate(ground)
    visited.page.emulate_media(color_scheme="dark")
    visited.page.wait_for_function(f"{ground} !== '{light}'")
    visited.page.evaluate("dispatchEvent(new Event('beforeprint'))")
    visited.page.wait_for_function(f"{ground} === '{light}'")
    assert (
        visited.page.evaluate("Math.max(...[...document.querySelectorAll('.main-svg')].map(e => e.clientWidth))") <= 700
    )
    pdf = visited.page.pdf(path=artefacts / "report.pdf", format="A4")
    assert pdf.startswith(b"%PDF")
    visited.page.context.close()


def test_without_javascript_the_words_of_the_charts_stand_in_their_place(browser, report):
    visited = visit(browser, report, scripts=False)
    words = visited.page.locator(".chart noscript p")
    assert words.count() > 5
    assert words.first.inner_text().startswith("Line chart" if "Line" in words.first.inner_text() else "")
    assert visited.complaints == []
    visited.page.context.close()


def test_a_theme_can_be_chosen(browser, tmp_path):
    path = tmp_path / "dark.html"
    path.write_text(page(notebook(text("# T")), name="n", theme="dark", clean=str), encoding="utf-8")
    visited = visit(browser, path, theme="light")
    assert visited.page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(17, 20, 23)"
    visited.page.context.close()


def hostile_rows(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame with a payload in every text of what strangers write."""
    said = pl.Series("said", PAYLOADS)
    turn = (
        said.gather(pl.select(pl.int_range(frame.height) % len(PAYLOADS)).to_series()) if frame.height else said.clear()
    )
    texts = [name for name, kind in frame.schema.items() if kind == pl.String and name in STRANGERS]
    return frame.with_columns(turn.alias(name) for name in texts)


STRANGERS = {
    *("item_title", "first_name", "last_name", "phone", "postal_code", "message", "email", "external_email"),
    *(
        "trade_in_make",
        "trade_in_model",
        "trade_in_year",
        "fee_description",
        "fee_currency",
        "subject",
        "body",
        "title",
    ),
    *("latest_subject", "latest_body", "status", "item_id", "account", "example", "detail", "kind", "column"),
}


@pytest.fixture(scope="module")
def hostile_pages(frames, tmp_path_factory) -> Iterator[list[Path]]:
    """leadkit's report of hostile leads with everything revealed, and a notebook that shows payloads in every way."""
    folder = tmp_path_factory.mktemp("hostile")
    ours = make_from({name: hostile_rows(frame) for name, frame in frames.items()}, folder / "ours.html",
                     zone="UTC", hours=None, reveal=True).path  # fmt: skip
    cells = [
        cell
        for payload in PAYLOADS
        for cell in (
            text(payload),
            code(payload, shown(payload), result(payload), stream(payload), shown(payload, "text/markdown")),
            code("1", shown(payload, "image/svg+xml"), shown(chart(1, 2, title={"text": payload}), PLOTLY)),
        )
    ]
    theirs = folder / "theirs.html"
    theirs.write_text(page(notebook(*cells), name="n", theme="auto", clean=str), encoding="utf-8")
    return [ours, theirs]


@pytest.mark.parametrize("which", [0, 1], ids=["our report", "a notebook"])
def test_no_strangers_code_runs_and_nothing_is_loaded(browser, hostile_pages, which):
    assert len(PAYLOADS) >= 20
    visited = visit(browser, hostile_pages[which])
    address = visited.page.url
    for link in visited.page.locator("main a, main button, main summary").all():
        link.dispatch_event("click")
    visited.page.locator("main").hover()
    visited.page.wait_for_timeout(300)
    assert visited.page.evaluate("window.ran") is None
    assert visited.page.url == address
    assert visited.asked == []
    assert visited.charts > 5
    assert visited.page.evaluate("getComputedStyle(document.body).display") == "block"
    visited.page.context.close()


def test_our_own_report_is_the_one_that_is_looked_at(report):
    assert f"Made from {OWN.name} by leadkit" in report.read_text(encoding="utf-8")
