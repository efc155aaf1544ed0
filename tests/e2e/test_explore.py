"""The explorer in JupyterLab in a real browser: filters, charts, the table, a lead; hostile texts; bad input."""

import warnings
from contextlib import ExitStack

import polars as pl
import pytest
from e2e.visited import AXE
from explorer.payloads import hostile, said_about
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
    wicked = hostile(leads(40)).with_columns(email=pl.format("{}@example.com", "email"))
    people = hostile(wicked.select(prospect_id="lead_id", stage="status", owner_email="email"))
    people = people.with_columns(email=wicked["email"], created_at=wicked["submitted_at"])
    for name, frame in {"hostile": wicked, "crm": people, **said_about(wicked)}.items():
        frame.write_parquet(folder / f"{name}.parquet")
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
    alive = """wicked = lk.explore(
        read("hostile"), messages=read("messages"), conversations=read("talks"), mail=read("mail"), crm=read("crm"),
        reveal=True,
    )
wicked"""
    still = "from IPython.display import HTML\nHTML(wicked._repr_mimebundle_()[0]['text/html'])"
    notebook(folder / "hostile.ipynb", READ, alive, still)
    return folder


@pytest.fixture(scope="module")
def address(notebooks, tmp_path_factory):
    """Where JupyterLab is."""
    with lab(notebooks, tmp_path_factory.mktemp("jupyter")) as found:
        yield found


@pytest.fixture(scope="module")
def opened(browser, address):
    """Opens a notebook, runs it and gives its page; at the end nothing was asked for outside, and no script failed."""
    visits = []
    with ExitStack() as stack:

        def open_notebook(name, height=2600):
            found = stack.enter_context(
                visit(browser, address, f"lab/tree/{name}.ipynb?reset", width=1300, height=height)
            )
            visits.append(found)
            run_all(found.page)
            command(found.page, "application:toggle-left-area")
            found.page.wait_for_selector(".lk-explorer")
            return found.page

        yield open_notebook
        assert [found.outside for found in visits] == [[]] * len(visits)
        assert [found.errors for found in visits] == [[]] * len(visits)


@pytest.fixture(scope="module")
def demo_page(opened):
    """The notebook that explores the demo, run."""
    page = opened("demo", height=3600)
    page.wait_for_selector(".lk-chart-flow .point", state="attached")
    return page


@pytest.fixture
def page(demo_page, demo):
    """The same with all leads chosen, in the browser and in the test."""
    if demo_page.locator(".lk-clear").count():
        demo_page.locator(".lk-clear").click()
    demo.clear()
    same(demo_page, demo)
    return demo_page


@pytest.fixture(scope="module")
def demo():
    """The leads that the notebook explores, with their waits, made a second time."""
    with lk.demo(leads=200) as shop, warnings.catch_warnings():
        warnings.simplefilter("ignore", lk.LeadkitWarning)
        of, talks = shop.ebay.leads(include_messages=True), shop.ebay.conversations()
        mail = shop.ebay.mail(folder=(0, 1), bodies=True)
        given = {"messages": shop.ebay.messages(talks), "conversations": talks, "mail": mail}
        return lk.explore(of, **given, hours=shop.hours, zone=shop.zone, reveal=True)


def command(page, name, **arguments):
    page.evaluate("async ([name, given]) => window.jupyterapp.commands.execute(name, given)", [name, arguments])


def point_at(page, mark):
    """Click a mark as a hand does: the pointer comes, rests, and presses for a moment; Plotly misses a quicker one."""
    page.locator(mark).hover(force=True)
    page.wait_for_timeout(400)
    page.locator(mark).click(force=True, delay=100)


def dye(page, theme):
    """Change the theme of JupyterLab, and wait until the charts have followed."""
    command(page, "apputils:change-theme", theme=f"JupyterLab {theme}")
    page.locator(".lk-plot >> nth=0").scroll_into_view_if_needed()  # what is out of sight is drawn when it is seen
    page.wait_for_function(
        """ink => { const titles = [...document.querySelectorAll('[data-seen=true] .gtitle')];
        return titles.length && titles.every(one => getComputedStyle(one).fill === ink) }""",
        arg={"Light": "rgb(31, 35, 40)", "Dark": "rgb(230, 232, 235)"}[theme],
    )


def same(page, demo):
    """The page shows what the same choice in code gives: key figures, charts of it, and the table."""
    page.wait_for_function(
        """said => document.querySelector('.lk-count').textContent === said
        && !document.querySelector('[data-seen=true].lk-old')""",
        arg=demo.numbers["count"],
    )
    shown = page.locator(".lk-kpis strong").all_inner_texts()
    assert [text.replace("\n", ", ") for text in shown] == [value for _, value, _ in demo.numbers["cards"]]
    assert page.locator(".lk-leads tbody tr").count() == max(len(demo.table["rows"]), 1)


@pytest.mark.parametrize(
    ("label", "field", "value"),
    [
        ("Account", "account", "demo"),
        ("Status at eBay", "status", "NEW"),
        ("Answer", "state", "unanswered"),
        ("Wants financing", "financing", "yes"),
        ("Trade-in", "make", "none"),
        ("Came while the shop was", "hours", "closed"),
        ("Waited", "bucket", "≤24 h"),
        ("Asked in the hour of the week", "hour", "Fri 19"),
        ("Listing", "listing", None),
    ],
)
def test_a_filter_shows_what_it_gives_in_code_and_can_be_taken_away(page, demo, label, field, value):
    wanted = value or demo.selection["item_id"].mode().sort()[0]
    page.get_by_label(label, exact=True).select_option(wanted)
    demo.filter(**{field: wanted})
    same(page, demo)
    page.get_by_role("button", name="Take away").click()
    demo.clear()
    same(page, demo)
    assert page.get_by_label(label, exact=True).input_value() == ""


def test_days_and_the_search_filter_too(page, demo):
    page.get_by_label("From (America/Chicago)").fill("2026-10-01")
    demo.filter(first_day="2026-10-01")
    same(page, demo)
    page.get_by_label("To, that day included").fill("2026-10-07")
    demo.filter(last_day="2026-10-07")
    same(page, demo)
    page.get_by_role("button", name="Clear all").click()
    demo.clear()
    same(page, demo)
    page.get_by_label("Search in people").press_sequentially("jeep")
    demo.filter(search="jeep")
    same(page, demo)


@pytest.mark.parametrize(
    ("mark", "fields"),
    [
        (".lk-chart-buckets .point path >> nth=3", ["bucket"]),
        (".lk-chart-makes .point path >> nth=0", ["make"]),
        (".lk-chart-listings .point path >> nth=0", ["listing"]),
        (".lk-chart-week .nsewdrag", ["hour"]),
        (".lk-chart-flow .point path >> nth=8", ["first_day", "last_day"]),
    ],
)
def test_a_click_on_a_chart_chooses_what_is_clicked(page, demo, mark, fields):
    point_at(page, mark)
    page.wait_for_function("count => document.querySelectorAll('.lk-chip').length === count", arg=len(fields))
    values = {field: page.locator(f".lk-field [id^=lk-{field}-]").input_value() for field in fields}
    assert all(values.values())
    demo.filter(**values)
    same(page, demo)


def test_a_second_click_takes_the_choice_away(page, demo):
    point_at(page, ".lk-chart-flow .point path >> nth=8")
    page.wait_for_selector(".lk-chip >> nth=1")
    point_at(page, ".lk-chart-flow .point path >> nth=0")  # it is alone now
    page.wait_for_selector(".lk-chip", state="detached")
    same(page, demo)


def test_the_table_sorts_turns_and_opens_a_lead_by_keyboard(page, demo, artefacts):
    page.get_by_role("button", name="Wait", exact=True).click()
    demo.sort("wait")
    page.wait_for_selector("th.lk-column-wait[aria-sort=ascending]")
    assert page.locator(".lk-leads tbody tr >> nth=0").inner_text().split("\t") == demo.table["rows"][0]["cells"]
    page.get_by_role("button", name="Next").focus()
    page.keyboard.press("Enter")
    page.wait_for_function("document.querySelector('.lk-pages span').textContent.startsWith('Page 2 of')")
    demo.turn_to(2)
    opener = page.locator(".lk-open >> nth=0")
    assert opener.inner_text() == demo.table["rows"][0]["cells"][0]
    opener.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector(".lk-lead h3")
    assert page.evaluate("document.activeElement.tagName") == "H3"
    found = demo.explain(demo.selection["lead_id"][demo.table["rows"][0]["row"]])
    names, said = (page.locator(f".lk-facts {tag}").all_inner_texts() for tag in ("dt", "dd"))
    assert list(zip(names, said, strict=True))[: len(found.lines)] == [
        (name, " ".join(text.split())) for name, text in found.lines
    ]
    assert page.locator(".lk-record").count() == len(found.records)
    assert page.locator(".lk-lead h4").inner_text() == "Thread and evidence, times in America/Chicago"
    page.locator(".lk-lead").screenshot(path=artefacts / "explorer-lead.png")
    page.keyboard.press("Escape")
    page.wait_for_selector(".lk-lead", state="hidden")
    assert page.evaluate("document.activeElement.className") == "lk-open"


def test_the_file_is_what_to_csv_writes(page, demo, tmp_path):
    page.get_by_label("Status at eBay").select_option("NEW")
    demo.filter(status="NEW")
    same(page, demo)
    with page.expect_download() as download:
        page.get_by_role("button", name="Download CSV").click()
    download.value.save_as(tmp_path / "page.csv")
    demo.to_csv(tmp_path / "code.csv")
    assert (tmp_path / "page.csv").read_bytes() == (tmp_path / "code.csv").read_bytes()


@pytest.mark.parametrize("theme", ["Light", "Dark"])
def test_nobody_is_shut_out(page, theme):
    dye(page, theme)
    page.locator(".lk-open >> nth=0").click()
    page.wait_for_selector(".lk-lead h3")
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("async () => (await axe.run(document.querySelector('.lk-explorer'))).violations")
    assert [(one["id"], one["impact"], [node["html"][:200] for node in one["nodes"]][:3]) for one in found] == []
    page.keyboard.press("Escape")


def test_it_is_readable_light_and_dark_wide_and_narrow(page, artefacts):
    flow, week, buckets, makes = (
        page.locator(f".lk-chart-{name}").bounding_box() for name in ("flow", "week", "buckets", "makes")
    )
    assert (flow["y"], flow["height"]) == (week["y"], week["height"])
    assert (buckets["y"], buckets["height"]) == (makes["y"], makes["height"])
    for theme in ("Dark", "Light"):
        dye(page, theme)
        page.locator(".lk-explorer").screenshot(path=artefacts / f"explorer-{theme.lower()}.png")
    page.set_viewport_size({"width": 520, "height": 6000})
    page.wait_for_function(
        """() => { const root = document.querySelector('.lk-explorer'), width = root.clientWidth;
        return width < 450 && root.scrollWidth <= width
          && [...root.querySelectorAll('.main-svg')].every(one => one.clientWidth <= width)
          && [...root.querySelectorAll('.js-plotly-plot')].every(
            one => one.querySelector('.main-svg').clientHeight === parseInt(one.style.height)) }"""
    )
    page.locator(".lk-explorer").screenshot(path=artefacts / "explorer-narrow.png")
    page.set_viewport_size({"width": 1300, "height": 3600})


def test_nothing_that_a_stranger_wrote_runs(opened, artefacts):
    page, sources, crm = opened("hostile", height=4200), set(), set()
    page.wait_for_selector(".lk-chart-listings .point", state="attached")
    for number in range(page.locator(".lk-open").count()):
        page.locator(f".lk-open >> nth={number}").click()
        page.wait_for_selector(".lk-lead h3")
        sources |= {text.split(" · ")[2].split()[0] for text in page.locator(".lk-record small").all_inner_texts()}
        crm |= {text for text in page.locator(".lk-facts dd").all_inner_texts() if ", stage " in text}
    assert sources >= {"leads", "messages", "mail", "conversations"}
    assert len(crm) > 10
    for drawn in page.locator(".lk-plot .nsewdrag").all():
        drawn.hover()  # texts of the hover label
    point_at(page, ".lk-chart-listings .point path >> nth=0")
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


def test_it_works_in_jupyter_notebook_too(browser, address, artefacts):
    with visit(browser, address, "notebooks/nothing-left.ipynb", width=1300, height=2600) as found:
        run_all(found.page)
        found.page.wait_for_selector(".lk-count:has-text('Take a filter away.')")
        found.page.get_by_label("Listing", exact=True).select_option("")
        found.page.wait_for_selector(".lk-count:has-text('4 of 8 leads: search Porsche.')")
        found.page.wait_for_selector(".lk-chart-flow .point", state="attached")
        found.page.locator(".lk-explorer").screenshot(path=artefacts / "explorer-in-notebook.png")
        assert found.outside == []
