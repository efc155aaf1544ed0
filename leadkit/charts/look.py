"""How charts look: two templates, light and dark, with colours that colour-blind people can tell apart."""

from __future__ import annotations

from typing import Any, Literal

import plotly.graph_objects as go
import plotly.io as pio

Theme = Literal["light", "dark"]
TEMPLATES: dict[Theme, str] = {"light": "leadkit", "dark": "leadkit_dark"}

SERIES: dict[Theme, tuple[str, ...]] = {
    "light": ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#000000"),
    "dark": ("#56B4E9", "#E69F00", "#01A97B", "#CE7EAA", "#F0E442"),
}
"""By Okabe and Ito (2008), in this order; on their ground each has a contrast of 3:1 or more."""
OTHER: dict[Theme, str] = {"light": "#6E7781", "dark": "#9AA4AD"}
"""Of what is not a series of its own: other groups, and leads of which too little is known."""
BANDS: dict[Theme, tuple[str, ...]] = {
    "light": tuple(f"rgba({int(c[1:3], 16)},{int(c[3:5], 16)},{int(c[5:], 16)},0.17)" for c in SERIES["light"]),
    "dark": tuple(f"rgba({int(c[1:3], 16)},{int(c[3:5], 16)},{int(c[5:], 16)},0.23)" for c in SERIES["dark"]),
}
"""The same for areas."""
DASHES = ("solid", "dash", "dot", "dashdot", "longdash")
MARKERS = ("circle", "square", "diamond", "triangle-up", "cross")
PATTERNS = ("", "/", ".", "\\", "x")
HATCHED = {"fillmode": "overlay", "fgcolor": "#FFFFFF", "fgopacity": 0.55, "size": 6, "solidity": 0.25}
"""How bars are hatched, beside the pattern's shape."""

_INK: dict[Theme, dict[str, str]] = {
    "light": {"ground": "#FFFFFF", "text": "#1F2328", "quiet": "#57606A", "grid": "#E3E6E9"},
    "dark": {"ground": "#111417", "text": "#E6E8EB", "quiet": "#A8B1BA", "grid": "#30363D"},
}
_FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif'


def register() -> None:
    """Make the templates known to Plotly by their names; its default stays what it is."""
    for theme, name in TEMPLATES.items():
        pio.templates[name] = _template(theme)


def _template(theme: Theme) -> go.layout.Template:
    ink = _INK[theme]
    axis = {
        "automargin": True,
        "gridcolor": ink["grid"],
        "linecolor": ink["quiet"],
        "ticks": "",
        "ticklabelstandoff": 4,
        "tickfont": {"size": 12},
        "title": {"font": {"size": 12, "color": ink["quiet"]}, "standoff": 10},
        "zerolinecolor": ink["quiet"],
    }
    layout = {
        "paper_bgcolor": ink["ground"],
        "plot_bgcolor": ink["ground"],
        "colorway": [*SERIES[theme], OTHER[theme]],
        "font": {"family": _FONT, "size": 13, "color": ink["text"]},
        "title": {
            "x": 0,
            "xref": "container",
            "xanchor": "left",
            "y": 1,
            "yref": "container",
            "yanchor": "top",
            "automargin": True,
            "pad": {"l": 14, "t": 14, "b": 14},
            "font": {"size": 16},
            "subtitle": {"font": {"size": 12, "color": ink["quiet"]}},
        },
        "margin": {"l": 14, "r": 18, "t": 14, "b": 14, "autoexpand": True},
        "xaxis": axis,
        "yaxis": axis,
        "coloraxis": {"colorscale": "Cividis", "colorbar": _colour_bar(ink)},
        "legend": {
            "orientation": "h",
            "x": 0,
            "xref": "container",
            "xanchor": "left",
            "y": 0,
            "yref": "container",
            "yanchor": "bottom",
            "font": {"size": 12},
        },
        "hoverlabel": {
            "align": "left",
            "bgcolor": ink["ground"],
            "bordercolor": ink["quiet"],
            "font": {"color": ink["text"], "size": 12},
        },
        "modebar": {"bgcolor": "rgba(0,0,0,0)", "color": ink["quiet"], "activecolor": ink["text"]},
    }
    return go.layout.Template(layout=layout)


def _colour_bar(ink: dict[str, str]) -> dict[str, Any]:
    return {
        "orientation": "h",
        "thickness": 10,
        "outlinewidth": 0,
        "x": 0,
        "xanchor": "left",
        "y": 0,
        "yref": "container",
        "yanchor": "bottom",
        "ypad": 14,
        "tickfont": {"size": 12},
    }
