"""The charts of an explorer, from the counts of a choice; a click on one of their marks says what to choose."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import plotly.graph_objects as go

from leadkit import charts
from leadkit.charts.look import Theme
from leadkit.explorer.choice import HOUR_NAMES
from leadkit.explorer.counting import Counts
from leadkit.metrics.by_hour import WEEKDAYS

NAMES = ("flow", "week", "buckets", "makes", "listings")
"""In the order in which they stand."""
HINTS = {
    "flow": "Click a day to choose it.",
    "week": "Click an hour to choose it.",
    "buckets": "Click a bar to choose those leads.",
    "listings": "Click a listing to choose it.",
    "makes": "Click a make to choose it.",
}


def figure(name: str, counts: Counts, theme: Theme) -> go.Figure:
    """The chart of this name."""
    return _CHARTS[name](counts, theme)


def drawing(name: str, counts: Counts, theme: Theme) -> dict[str, Any]:
    """The chart as JSON, with its alternative text and what a click does."""
    drawn = figure(name, counts, theme)
    return {"figure": json.loads(drawn.to_json(validate=False)), "alt": charts.alt(drawn), "hint": HINTS[name]}


def clicked(name: str, point: Mapping[str, Any]) -> dict[str, str]:
    """What a click on a mark chooses, by the fields of `Choice`; nothing where the mark stands for no one thing.

    Args:
        name: of the chart.
        point: x, y and id of the mark, as the browser tells them.
    """
    x, y, key = (point.get(part) for part in ("x", "y", "id"))
    if name == "flow" and isinstance(x, str):
        return {"first_day": x[:10], "last_day": x[:10]}
    if name == "week" and y in WEEKDAYS.categories and isinstance(x, int) and 0 <= x < len(HOUR_NAMES):
        return {"hour": f"{y} {x:02}"}
    if name == "buckets" and isinstance(y, str):
        return {"bucket": y}
    if isinstance(key, str):
        return {"listing": key} if name == "listings" else {"make": key} if name == "makes" else {}
    return {}


_CHARTS: Mapping[str, Callable[[Counts, Theme], go.Figure]] = {
    "flow": lambda counts, theme: charts.lead_flow(counts.flow, theme=theme),
    "week": lambda counts, theme: charts.heatmap(counts.week, theme=theme),
    "buckets": lambda counts, theme: charts.buckets(counts.buckets, theme=theme),
    "listings": lambda counts, theme: charts.cost_per_listing(counts.listings, most=6, theme=theme),
    "makes": lambda counts, theme: charts.trade_in_makes(counts.makes, theme=theme),
}
