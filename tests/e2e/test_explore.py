"""The explorer in JupyterLab in a real browser: filters, charts, the table, a lead; hostile texts; bad input."""

import re
import warnings

import polars as pl
import pytest
from explorer.payloads import hostile
from explorer.some_leads import leads, times

import leadkit as lk
from benchmarks.lab import lab, notebook, run_all, visit

DEMO = """
import warnings, leadkit as lk
warnings.simplefilter("ignore")
shop = lk.demo(leads=200)
leads, talks = shop.ebay.leads(include_messages=True, progress=False), shop.ebay.conversations(progress=False)
messages, mail = shop.ebay.messages(talks, progress=False), shop.ebay.mail(folder=(0, 1), bodies=True, progress=False)
explorer = lk.explore(
    leads, messages=messages, conversations=talks, mail=mail, crm=shop.crm.leads(shop.ids, progress=False),
    hours=shop.hours, zone=shop.zone, reveal=True,
)
explorer
"""
READ = 'import polars as pl, leadkit as lk\nread = lambda name: pl.read_parquet(f"{name}.parquet")'
EXPLORED = 'lk.explore(read("{0}"), times=read("{0}_times"), crm=read("crm"), reveal=True)'
ALONE = "[...document.querySelectorAll('.jp-Notebook')].forEach(one => one.scrollTop = 0)"
ALIVE = """() => [...document.querySelectorAll('.lk-explorer')].flatMap(root =>
  [...root.querySelectorAll('script, img, iframe, object, embed, a, base, meta, math, body, style, foreignObject,' +
    '[onload], [onerror], [onclick], [href], [src], [srcdoc]')]
    .filter(one => !one.closest('.js-plotly-plot') ||
      ['A', 'SCRIPT', 'IFRAME', 'FOREIGNOBJECT'].includes(one.tagName.toUpperCase()))
    .map(one => one.outerHTML.slice(0, 200)))"""


@pytest.fixture(scope="module")
def notebooks(tmp_path_factory):
    """A folder with the notebooks of this file and the frames that they read."""
    folder = tmp_path_factory.mktemp("notebooks")
    long = leads(30, message=pl.lit("long " * 20_000))
    none_answered = times(leads()).with_columns(
        state=pl.lit("unanswered"), wait_lower=pl.duration(hours=5), wait_upper=pl.lit(None, pl.Duration("us"))
    )
    frames = {
        "none": (leads(0), times(leads(0))),
        "one": (leads(1), times(leads(1))),
        "unanswered": (leads(), none_answered),
        "some": (leads(), times(leads())),
        "long": (long, lk.response_times(long)),
    }
    for name, (of, waits) in frames.items():
        of.write_parquet(folder / f"{name}.parquet")
        waits.write_parquet(folder / f"{name}_times.parquet")
    wicked = hostile(leads(40))
    wicked.write_parquet(folder / "hostile.parquet")
    crm = pl.DataFrame({"prospect_id": ["p"], "email": ["x"], "stage": ["New"], "created_at": [None]})
    hostile(crm).with_columns(email=pl.lit(wicked["email"][0])).write_parquet(folder / "crm.parquet")
    notebook(folder / "demo.ipynb", DEMO)
    notebook(folder / "bad.ipynb", READ, *(EXPLORED.format(name) for name in ("none", "one", "unanswered", "long")))
    missing = "lk.explore(read('some').drop('fee'))"
    notebook(
        folder / "nothing-left.ipynb",
        READ,
        "some = " + EXPLORED.format("some"),
        "some.filter(listing='110', search='Porsche')\nsome",
        missing,
    )
    alive = "wicked = lk.explore(read('hostile'), crm=read('crm'), reveal=True)\nwicked"
    still = "from IPython.display import HTML\nHTML(wicked._repr_mimebundle_()[0]['text/html'])"
    notebook(folder / "hostile.ipynb", READ, alive, still)
    return folder


@pytest.fixture(scope="module")
def address(notebooks, tmp_path_factory):
    """Where JupyterLab is."""
    with lab(notebooks, tmp_path_factory.mktemp("jupyter")) as found:
        yield found


@pytest.fixture
def opened(browser, address):
    """Opens a notebook, runs it and gives its page; fails if it asked for anything outside, or a script failed."""
    visits = []

    def open_notebook(name, width=1300, height=2600):
        stack = visit(browser, address, f"lab/tree/{name}.ipynb?reset", width=width, height=height)
        found = stack.__enter__()
        visits.append((stack, found))
        run_all(found.page)
        found.page.evaluate("async () => window.jupyterapp.commands.execute('application:toggle-left-area')")
        found.page.wait_for_selector(".lk-explorer")
        return found.page

    yield open_notebook
    for stack, found in visits:
        stack.__exit__(None, None, None)
        assert found.outside == []
        assert found.errors == []


@pytest.fixture(scope="module")
def demo():
    """The leads that the notebook explores, with their waits, made a second time."""
    with lk.demo(leads=200) as shop, warnings.catch_warnings():
        warnings.simplefilter("ignore", lk.LeadkitWarning)
        of, talks = shop.ebay.leads(include_messages=True), shop.ebay.conversations()
        given = {
            "messages": shop.ebay.messages(talks),
            "conversations": talks,
            "mail": shop.ebay.mail(folder=(0, 1), bodies=True),
        }
        return lk.explore(of, **given, hours=shop.hours, zone=shop.zone, reveal=True)


def settle(page, version):
    """Wait until the page shows this version, and its charts too."""
    page.wait_for_function(
        """version => { const root = document.querySelector('.lk-explorer');
        return Number(root.dataset.version) === version && !root.querySelector('.lk-old') }""",
        arg=version,
    )


def card(page, label):
    return page.locator(f".lk-kpis > div:has(dt:text-is('{label}')) strong").inner_text().replace("\n", ", ")


def same(page, demo):
    """The page shows what the same choice in code gives."""
    page.wait_for_function(
        "text => document.querySelector('.lk-count').textContent === text", arg=demo.numbers["count"]
    )
    settle(page, demo.numbers["version"])
    assert [card(page, label) for label, _, _ in demo.numbers["cards"]] == [
        value for _, value, _ in demo.numbers["cards"]
    ]
    cells = page.locator(".lk-leads tbody tr").all_inner_texts()
    assert len(cells) == max(len(demo.table["rows"]), 1)


def test_a_dealer_explores_the_demo(opened, demo, artefacts, tmp_path):  # noqa: PLR0915 - one visit, from end to end
    page = opened("demo")
    page.wait_for_selector(".lk-chart-flow .point", state="attached")
    same(page, demo)
    page.locator(".lk-explorer").screenshot(path=artefacts / "explorer-light.png")

    # each filter by its label, by keyboard and mouse alike
    listing = demo.selection["item_id"].mode().sort()[0]
    filters = {
        "Account": ("account", "demo"),
        "Status at eBay": ("status", "NEW"),
        "Answer": ("state", "unanswered"),
        "Wants financing": ("financing", "yes"),
        "Trade-in": ("make", "none"),
        "Came while the shop was": ("hours", "closed"),
        "Waited": ("bucket", "≤24 h"),
        "Asked in the hour of the week": ("hour", "Fri 19"),
        "Listing": ("listing", listing),
    }
    for label, (field, value) in filters.items():
        page.get_by_label(label, exact=True).select_option(value)
        demo.filter(**{field: value})
        same(page, demo)
        page.get_by_role("button", name=re.compile("^Take away")).click()
        demo.filter(**{field: None})
        same(page, demo)
    for label, field, day in (
        ("From (America/Chicago)", "first_day", "2026-10-01"),
        ("To, that day included", "last_day", "2026-10-07"),
    ):
        page.get_by_label(label).fill(day)
        demo.filter(**{field: day})
        same(page, demo)
    page.get_by_role("button", name="Clear all").click()
    demo.clear()
    same(page, demo)
    page.get_by_label("Search in people").press_sequentially("jeep")
    demo.filter(search="jeep")
    same(page, demo)
    page.get_by_label("Search in people").fill("")
    demo.filter(search=None)
    same(page, demo)

    # a click on a bar and on an hour, and a second one
    for chart, mark, field in (
        (".lk-chart-buckets", ".point path >> nth=3", "bucket"),
        (".lk-chart-makes", ".point path >> nth=0", "make"),
    ):
        page.locator(f"{chart} {mark}").click(force=True)
        page.wait_for_selector(".lk-chip")
        value = page.locator(".lk-chip").inner_text().split(": ")[1].removesuffix(" \N{MULTIPLICATION SIGN}")
        demo.filter(**{field: value})
        same(page, demo)
        page.locator(".lk-chip").click()
        demo.filter(**{field: None})
        same(page, demo)
    page.locator(".lk-chart-week .nsewdrag").click()
    page.wait_for_selector(".lk-chip:has-text('asked in the hour of')")
    page.locator(".lk-chip").click()
    demo.clear()
    demo.clear()
    same(page, demo)
    day = page.locator(".lk-chart-flow .point path >> nth=8")
    day.click(force=True)
    page.wait_for_selector(".lk-chip >> nth=1")
    assert page.locator(".lk-chip").count() == 2
    page.locator(".lk-chart-flow .point path >> nth=0").click(force=True)
    page.wait_for_selector(".lk-chip", state="detached")
    demo.clear()
    demo.clear()
    same(page, demo)

    # sort, page, open a lead, and close it by keyboard
    page.get_by_role("button", name="Wait", exact=True).click()
    demo.sort("wait")
    first = demo.table["rows"][0]["cells"]
    page.wait_for_selector("th.lk-column-wait[aria-sort=ascending]")
    assert page.locator(".lk-leads tbody tr >> nth=0").inner_text().split("\t")[5] == first[5]
    page.get_by_role("button", name="Next").focus()
    page.keyboard.press("Enter")
    page.wait_for_function("document.querySelector('.lk-pages span').textContent.startsWith('Page 2 of')")
    demo.turn_to(2)
    assert page.locator(".lk-open >> nth=0").inner_text() == demo.table["rows"][0]["cells"][0]
    page.locator(".lk-open >> nth=0").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector(".lk-lead h3")
    assert page.evaluate("document.activeElement.tagName") == "H3"
    row = demo.table["rows"][0]["row"]
    found = demo.explain(demo.selection["lead_id"][row])
    facts = dict(
        zip(page.locator(".lk-facts dt").all_inner_texts(), page.locator(".lk-facts dd").all_inner_texts(), strict=True)
    )
    assert {name: facts[name] for name, _ in found.lines} == {
        name: " ".join(said.split()) for name, said in found.lines
    }
    assert page.locator(".lk-record").count() == len(found.records)
    page.locator(".lk-lead").screenshot(path=artefacts / "explorer-lead.png")
    page.keyboard.press("Escape")
    page.wait_for_selector(".lk-lead", state="hidden")
    assert page.evaluate("document.activeElement.className") == "lk-open"

    # the selection as a file
    page.get_by_label("Status at eBay").select_option("NEW")
    demo.filter(status="NEW")
    same(page, demo)
    with page.expect_download() as download:
        page.get_by_role("button", name="Download CSV").click()
    download.value.save_as(tmp_path / "page.csv")
    demo.to_csv(tmp_path / "code.csv")
    assert (tmp_path / "page.csv").read_bytes() == (tmp_path / "code.csv").read_bytes()

    # dark, while it is open, and narrow
    page.evaluate("async () => window.jupyterapp.commands.execute('apputils:change-theme', {theme: 'JupyterLab Dark'})")
    page.wait_for_selector(".lk-explorer[data-theme=dark]")
    page.wait_for_function(
        "getComputedStyle(document.querySelector('.lk-chart-flow .gtitle')).fill !== 'rgb(31, 35, 40)'"
    )
    page.locator(".lk-explorer").screenshot(path=artefacts / "explorer-dark.png")
    page.evaluate(
        "async () => window.jupyterapp.commands.execute('apputils:change-theme', {theme: 'JupyterLab Light'})"
    )
    page.set_viewport_size({"width": 520, "height": 5000})
    page.wait_for_function("document.querySelector('.lk-explorer').offsetWidth < 450")
    page.wait_for_function(
        "[...document.querySelectorAll('.main-svg')]"
        ".every(one => one.clientWidth <= document.querySelector('.lk-explorer').clientWidth)"
    )
    assert page.evaluate("(root => root.scrollWidth <= root.clientWidth)(document.querySelector('.lk-explorer'))")
    page.locator(".lk-explorer").screenshot(path=artefacts / "explorer-narrow.png")


def test_nothing_that_a_stranger_wrote_runs(opened, artefacts):
    page = opened("hostile", height=4200)
    page.wait_for_selector(".lk-chart-listings .point", state="attached")
    for number in range(page.locator(".lk-open").count()):
        page.locator(f".lk-open >> nth={number}").click()
        page.wait_for_selector(".lk-lead h3")
    for drawn in page.locator(".lk-plot .nsewdrag").all():
        drawn.hover()  # texts of the hover label
    page.locator(".lk-chart-listings .point path >> nth=0").click(force=True)
    page.wait_for_selector(".lk-chip")
    page.locator(".lk-explorer").screenshot(path=artefacts / "explorer-hostile.png")
    assert page.evaluate("typeof window.done") == "undefined"
    assert page.evaluate(ALIVE) == []
    assert page.locator("mjx-container, .MathJax").count() == 0
    text = page.locator(".lk-explorer").inner_text()
    assert "<script>window.done=1</script>" in text
    assert page.locator(".jp-OutputArea .lk:not(.lk-explorer) :is(script, img, a, svg, iframe)").count() == 0


def test_bad_input_looks_right(opened, artefacts):
    page = opened("bad", height=9000)
    names = ("none", "one", "unanswered", "long")
    page.wait_for_function("document.querySelectorAll('.lk-explorer').length === 4")
    page.wait_for_function("document.querySelectorAll('.lk-explorer .main-svg').length > 15")
    said = {name: page.locator(".lk-explorer").nth(place) for place, name in enumerate(names)}
    for name, explorer in said.items():
        explorer.scroll_into_view_if_needed()
        explorer.locator(".lk-chart-listings .main-svg >> nth=0").wait_for(state="attached")
        explorer.screenshot(path=artefacts / f"explorer-{name}.png")
    assert "No leads: the frame is empty." in said["none"].inner_text()
    assert "One lead." in said["one"].inner_text()
    assert "not reached" in said["unanswered"].inner_text()
    assert max(map(len, said["long"].locator("td").all_inner_texts())) <= 140
    said["long"].locator(".lk-open >> nth=0").click()
    more = said["long"].get_by_role("button", name="Show all 100,000 characters")
    more.click()
    more.wait_for(state="detached")
    assert len(said["long"].locator(".lk-text").inner_text()) > 99_000


def test_a_choice_that_leaves_nothing_and_a_missing_column_look_right(opened, artefacts):
    page = opened("nothing-left", height=2600)
    page.wait_for_selector(".lk-chart-makes .main-svg >> nth=0", state="attached")
    assert "Take a filter away." in page.locator(".lk-count").inner_text()
    page.locator(".lk-explorer").screenshot(path=artefacts / "explorer-nothing-left.png")
    error = page.locator(".jp-RenderedText[data-mime-type='application/vnd.jupyter.stderr']")
    assert "MissingColumns: explore(leads) needs the column 'fee'" in error.inner_text()
    error.screenshot(path=artefacts / "explorer-missing-column.png")
