"""Charts: a frame of a metric in, a Plotly figure out; what is drawn are the columns that the metric returned.

Every figure has an alternative text (`alt`), comes in a light and a dark theme (`themed`), fits from 400 pixels on, and
shows what people wrote as they wrote it: no tag or link in it is alive. Once this is imported, no chart that a notebook
shows has Plotly's "Share chart" button, which would upload the data; give `CONFIG` where you write HTML yourself:
``figure.write_html(path, config=dict(charts.CONFIG))``.
"""

from leadkit.charts.counts import buckets, lead_flow
from leadkit.charts.figures import alt, themed
from leadkit.charts.grids import coverage, heatmap
from leadkit.charts.look import register
from leadkit.charts.money import cost_per_listing, fees
from leadkit.charts.shares import shares, trade_in_makes, trade_in_years
from leadkit.charts.sharing import CONFIG, switch_off
from leadkit.charts.waits import survival

__all__ = [
    "CONFIG",
    "alt",
    "buckets",
    "cost_per_listing",
    "coverage",
    "fees",
    "heatmap",
    "lead_flow",
    "shares",
    "survival",
    "themed",
    "trade_in_makes",
    "trade_in_years",
]

register()
switch_off()
