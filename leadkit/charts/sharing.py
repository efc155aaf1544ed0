"""Plotly's "Share chart" button, which uploads what a chart shows: off in everything that is rendered here."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

import plotly.io as pio

CONFIG = MappingProxyType(
    {
        "showSendToCloud": False,
        "plotlyServerURL": "",
        "displaylogo": False,
        "responsive": True,
        "typesetMath": False,  # a sum in dollars is no formula
    }
)
"""For ``to_html``, ``write_html`` and ``show``: ``figure.to_html(config=dict(charts.CONFIG))``."""


def switch_off() -> None:
    """Give every renderer of Plotly the settings of `CONFIG`; what else a user set on it stays."""
    for name in pio.renderers:
        renderer: Any = pio.renderers[name]
        if hasattr(renderer, "config"):  # those that make still pictures have none, and no button
            renderer.config = {**(renderer.config or {}), **CONFIG}
