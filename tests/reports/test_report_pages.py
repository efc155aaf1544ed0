"""The page of a report: it holds all it needs, asks nobody for anything, and takes what strangers wrote for text."""

import base64
import hashlib
import json
import re

import plotly.offline
import pytest
from hostile import PAYLOADS
from notebooks.made_notebooks import PLOTLY, chart, code, failed, notebook, result, shown, stream, text
from reports.made_reports import Page

from leadkit.errors import LeadkitError
from leadkit.reports.drawings import SMALLER
from leadkit.reports.page import page


def made(*cells, theme="auto", clean=str) -> str:
    return page(notebook(*cells), name="n.ipynb", theme=theme, clean=clean)


def chart_cell(drawing: dict) -> dict:
    return code("1", shown(drawing, PLOTLY))


def test_a_page_has_a_language_a_title_one_first_heading_and_landmarks():
    page_of = Page(made(text("# How *many* `x`?\n\n### Deep\n\n## Next\n\n# Again\n"), text("Words")))
    assert page_of.named("html") == [{"lang": "en", "data-theme": "auto"}]
    assert [tag for tag, _ in page_of.elements if re.fullmatch("h[1-6]", tag)] == ["h1", "h2", "h2", "h2"]
    assert "How many x? " in page_of.text
    assert {"main", "footer", "title"} <= {tag for tag, _ in page_of.elements}


def test_a_notebook_without_a_heading_is_called_by_its_name():
    assert "<title>n.ipynb</title>" in made(text("Words"))
    assert "<h1>n.ipynb</h1>" in made(text("Words"))


def test_the_policy_lets_nothing_in_and_only_the_two_programs_run():
    html = made(chart_cell(chart(1, 2)))
    policy = html.partition('Content-Security-Policy" content="')[2].partition('"')[0]
    scripts = re.findall(r"<script>(.*?)</script>", html, re.DOTALL)
    digests = [base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in scripts]
    assert len(scripts) == 2
    assert policy == (
        f"default-src 'none'; script-src 'sha256-{digests[0]}' 'sha256-{digests[1]}'; style-src 'unsafe-inline'; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )


def test_a_page_without_charts_has_no_program():
    html = made(text("# T"), code("1", result("1")))
    assert "<script" not in html
    assert "script-src 'none'" in html


def test_the_smaller_program_is_of_the_version_that_plotly_brings():
    head = SMALLER.read_text(encoding="utf-8")[:200]
    assert f"plotly.js (cartesian - minified) v{plotly.offline.get_plotlyjs_version()}\n" in head
    assert "MIT" in SMALLER.with_name("plotly-LICENSE.txt").read_text(encoding="utf-8")


def test_a_chart_that_the_smaller_program_can_not_draw_brings_the_whole_one():
    polar = {"data": [{"type": "scatterpolar", "r": [1], "theta": [2]}], "layout": {}}
    assert "(cartesian - minified)" in made(chart_cell(chart(1, 2)))[:100_000]
    assert len(made(chart_cell(chart(1, 2)), chart_cell(polar))) > 4_000_000


def test_points_are_drawn_without_the_graphics_card_and_maps_are_refused():
    points = {"data": [{"type": "scattergl", "x": [1], "y": [2]}], "layout": {}}
    assert '"type":"scatter"' in made(chart_cell(points)).partition('id="drawings">')[2].partition("</script>")[0]
    with pytest.raises(LeadkitError, match="A chart of kind choropleth can't be drawn"):
        made(chart_cell({"data": [{"type": "choropleth"}], "layout": {}}))


def test_a_chart_comes_in_both_themes_with_its_words():
    html = made(chart_cell(chart(1, 2, title={"text": "A <b>title</b>"}, height=300)))
    (drawing,) = json.loads(html.partition('id="drawings">')[2].partition("</script>")[0])
    assert drawing["light"]["data"][0]["y"] == drawing["dark"]["data"][0]["y"] == [1, 2]
    assert drawing["light"]["layout"]["template"] != drawing["dark"]["layout"]["template"]
    place = [one for one in Page(html).named("div") if one.get("id") == "chart-1"]
    assert place == [{"id": "chart-1", "role": "img", "aria-label": "A <b>title</b>", "style": "min-height:300px"}]


@pytest.mark.parametrize(
    ("layout", "words"),
    [
        ({"meta": {"alt": "Two bars."}, "title": {"text": "T"}}, "Two bars."),
        ({"title": "T"}, "T"),
        ({"meta": ["x"]}, "Chart without a description"),
    ],
)
def test_the_words_in_a_charts_place_are_the_best_there_are(layout, words):
    html = made(chart_cell({"data": [], "layout": layout}))
    assert f'aria-label="{words}"' in html


@pytest.mark.parametrize(
    ("output", "html"),
    [
        (result("1 < 2"), "1 &lt; 2</pre>"),
        (stream("\x1b[31mred\x1b[0m"), ">red</pre>"),
        (stream("odd", "stderr"), "<details><summary>Messages</summary><pre"),
        (shown("<table><tr><th scope=col>a</th></tr></table>"), '<th scope="col">a</th>'),
        (shown("**b**", "text/markdown"), "<strong>b</strong>"),
        (shown("## b", "text/markdown"), "<h2>b</h2>"),
        (shown("iVBO\nRw0=", "image/png"), 'src="data:image/png;base64,iVBORw0="'),
        (shown("<svg/>", "image/svg+xml"), 'src="data:image/svg+xml;base64,PHN2Zy8+"'),
    ],
)
def test_each_kind_of_output_is_shown(output, html):
    assert html in made(text("# T"), code("1", output))


def test_the_styles_of_an_output_reach_nothing_else():
    styled = "<style>body { display: none }</style><p>x</p>"
    assert f'<div><template shadowrootmode="open">{styled}</template></div>' in made(code("1", shown(styled)))
    assert "<template" not in made(code("1", shown("<p>x</p>")))


@pytest.mark.parametrize("style", ["@import 'x'", "p { background: URL(x) }", "p { background: \\75 rl(x) }"])
def test_styles_that_load_are_taken_out_and_others_stay(style):
    html = made(code("1", shown(f"<style>{style}</style><p style='color: red'>x</p><p style=\"{style}\">y</p>")))
    assert '<p style="color: red">x</p><p>y</p>' in html
    assert style not in html.partition("<body>")[2].partition("<details")[0]


def test_what_can_not_be_shown_is_left_out():
    widget = shown({"model_id": "a widget"}, "application/vnd.jupyter.widget-view+json")
    assert "a widget" not in made(code("1", widget))
    assert 'class="output"' not in made(code("1", failed()))
    assert "raw words" not in made(text("raw words", cell_type="raw"))


def test_the_code_stands_folded_at_the_end_and_is_cleaned():
    html = made(text("# T"), code("x < 'hush'", count=4), clean=lambda said: said.replace("hush", "***"))
    folded = html.partition('<details class="code">')[2]
    assert "<h3>Step 1</h3>\n<pre><code>x &lt; &#x27;***&#x27;</code></pre>" in folded
    assert "hush" not in html


def test_every_text_goes_through_the_cleaning_also_inside_of_charts():
    drawing = {"data": [{"x": ["hush"], "y": {"bdata": "hush", "dtype": "f8"}}], "layout": {"title": {"text": "hush"}}}
    cells = [text("# hush"), code("hush", result("hush"), shown("<p>hush</p>"), stream("hush", "stderr"))]
    html = made(*cells, chart_cell(drawing), clean=lambda said: said.replace("hush", "***"))
    assert html.count("hush") == html.count('"bdata":"hush"') == 2  # the bytes of numbers, light and dark


@pytest.mark.parametrize("payload", PAYLOADS)
def test_what_a_stranger_wrote_is_text_or_gone(payload):
    outputs = [shown(payload), result(payload), stream(payload), shown(payload, "text/markdown")]
    html = made(text(f"# T\n\n{payload}"), code(payload, *outputs), chart_cell(chart(1, 2, title={"text": payload})))
    seen = Page(html)
    assert len(seen.named("script")) == 3  # the two programs, and the JSON that they read
    assert len(seen.named("meta")) == len(Page(made()).named("meta"))
    tags = {tag for tag, _ in seen.elements}
    assert not tags & {"iframe", "object", "embed", "svg", "math", "input", "button", "form", "link", "base", "video"}
    attributes = [(name, value or "") for _, own in seen.elements for name, value in own.items()]
    assert not [name for name, _ in attributes if name.startswith("on")]
    assert not [
        value for name, value in attributes if name in {"href", "src"} and not value.startswith(("data:image", "#"))
    ]


def test_the_same_notebook_gives_the_same_bytes():
    cells = [text("# T"), code("1", result("1")), chart_cell(chart(1, 2))]
    assert made(*cells) == made(*cells)
