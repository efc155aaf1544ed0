"""Charts of a report: both themes of each, and the program that draws them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

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


def program_for(drawings: Sequence[Drawing]) -> str:
    """The JavaScript that draws these charts; none where there are none."""
    if not drawings:
        return ""
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
