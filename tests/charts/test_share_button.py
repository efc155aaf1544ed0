"""Plotly's "Share chart" button uploads the data; nothing that leadkit renders has it."""

import json

import plotly.graph_objects as go
import plotly.io as pio
import pytest
from house.project import run_python

from leadkit import charts
from leadkit.charts.sharing import switch_off

RENDERERS = [name for name in pio.renderers if hasattr(pio.renderers[name], "config")]
OFF = {"showSendToCloud": False, "plotlyServerURL": "", "displaylogo": False, "responsive": True, "typesetMath": False}


def test_the_settings_are_these_and_can_not_be_changed_by_accident():
    assert dict(charts.CONFIG) == OFF
    with pytest.raises(TypeError):
        charts.CONFIG["showSendToCloud"] = True


@pytest.mark.parametrize("name", RENDERERS)
def test_every_renderer_is_told(name):
    assert pio.renderers[name].config.items() >= OFF.items()


def test_every_renderer_that_shows_live_charts_is_among_them():
    assert {"plotly_mimetype", "jupyterlab", "vscode", "notebook", "notebook_connected", "colab", "browser"} <= set(
        RENDERERS
    )


@pytest.mark.parametrize("name", ["plotly_mimetype", "jupyterlab", "nteract", "vscode"])
def test_the_bundle_for_notebooks_says_so(name):
    bundle = pio.renderers[name].to_mimebundle(figure().to_dict())
    assert bundle["application/vnd.plotly.v1+json"]["config"].items() >= OFF.items()


@pytest.mark.parametrize("name", ["notebook", "notebook_connected", "colab", "kaggle", "azure", "cocalc", "iframe"])
def test_the_page_that_a_renderer_makes_says_so(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # iframe writes a file there
    bundle = pio.renderers[name].to_mimebundle(figure().to_dict())
    pages = [*map(str, bundle.values()), *(path.read_text(encoding="utf-8") for path in tmp_path.rglob("*.html"))]
    said = "".join(pages).replace(" ", "").replace("'", '"').replace("False", "false")
    assert '"showSendToCloud":false' in said


def test_html_with_these_settings_says_so():
    page = figure().to_html(config=dict(charts.CONFIG), include_plotlyjs=False)
    assert '"showSendToCloud": false' in page
    assert "cloud.plotly.com" not in page  # Plotly leaves out the address where the button is off


def test_what_a_user_has_set_on_a_renderer_stays():
    renderer, before = pio.renderers["notebook"], pio.renderers["notebook"].config
    renderer.config = {"scrollZoom": True, "showSendToCloud": True}
    switch_off()
    assert renderer.config == {"scrollZoom": True, **OFF}
    renderer.config = before


def test_it_is_off_once_the_charts_are_used_and_leadkit_alone_loads_no_plotly():
    program = (
        "import sys, json, leadkit as lk; before = 'plotly' in sys.modules; lk.charts; import plotly.io as pio;"
        "print(json.dumps([before, pio.renderers['plotly_mimetype'].config['showSendToCloud']]))"
    )
    assert json.loads(run_python(program)) == [False, False]


def figure() -> go.Figure:
    """A chart of anybody's."""
    return go.Figure(go.Bar(x=[1], y=[2]))
