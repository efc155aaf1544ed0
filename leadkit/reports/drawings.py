"""Charts of a report: both themes of each, and the program that draws them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from leadkit.errors import LeadkitError

Drawing = dict[str, Any]
"""A chart as JSON: data and layout."""

CARTESIAN = frozenset(
    {
        *("bar", "box", "contour", "heatmap", "histogram", "histogram2d", "histogram2dcontour", "image", "pie"),
        *("scatter", "scatterternary", "violin"),
    }
)
"""The kinds of traces that the smaller program draws."""
SMALLER = Path(__file__).parent / "vendor" / "plotly-cartesian.min.js"
"""plotly.js-cartesian-dist-min of the version that plotly brings; MIT, see the licence beside it."""
_AS_SVG = {"scattergl": "scatter", "scatterpolargl": "scatterpolar"}
_NOT_DRAWN = frozenset(
    {
        *("parcoords", "splom"),  # their program makes programs of texts, which the page forbids
        *("choropleth", "scattergeo", "choroplethmap", "densitymap", "scattermap"),  # they load their maps
    }
)


def drawable(drawing: Drawing) -> Drawing:
    """The chart with nothing in it that a page which loads nothing can't draw; points go without the graphics card.

    Raises:
        LeadkitError: it is of a kind that can't be drawn there.
    """
    kinds = [trace.get("type", "scatter") for trace in drawing["data"]]
    if off := sorted(_NOT_DRAWN.intersection(kinds)):
        raise LeadkitError(
            f"A chart of kind {', '.join(off)} can't be drawn in a page that loads nothing. Show another."
        )
    traces = [{**trace, "type": _AS_SVG.get(kind, kind)} for trace, kind in zip(drawing["data"], kinds, strict=True)]
    return {**drawing, "data": traces}


def program_for(drawings: Sequence[Drawing]) -> str:
    """The JavaScript that draws these charts."""
    if all(trace.get("type", "scatter") in CARTESIAN for drawing in drawings for trace in drawing["data"]):
        return SMALLER.read_text(encoding="utf-8")
    from plotly.offline import get_plotlyjs  # noqa: PLC0415 - loaded when it is used

    return get_plotlyjs()  # type: ignore[no-any-return]  # plotly has no types


def alternative(drawing: Drawing) -> str:
    """The text in a chart's place: the one that leadkit gave it, else its title."""
    layout = drawing["layout"]
    meta, title = layout.get("meta"), layout.get("title")
    told = meta.get("alt") if isinstance(meta, dict) else None
    return str(told or (title.get("text") if isinstance(title, dict) else title) or "Chart without a description")


def in_both_themes(drawing: Drawing) -> dict[str, Drawing]:
    """A chart for light and for dark pages, in the look of leadkit's own."""
    import plotly.graph_objects as go  # noqa: PLC0415 - loaded when it is used

    from leadkit.charts import themed  # noqa: PLC0415 - as above

    figure = go.Figure(drawing)
    return {
        "light": json.loads(themed(figure, "light").to_json()),
        "dark": json.loads(themed(figure, "dark").to_json()),
    }
