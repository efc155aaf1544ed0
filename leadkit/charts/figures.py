"""The frame of every chart: title, words below it, alternative text, theme; and what stands where there is no data."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import unescape
from typing import Any, get_args

import plotly.graph_objects as go
import polars as pl

from leadkit.charts.look import BANDS, OTHER, SERIES, TEMPLATES, Theme
from leadkit.charts.texts import subtitle, title
from leadkit.errors import InvalidRequest
from leadkit.metrics.given import Needed, needed
from leadkit.wording import count


def alt(figure: go.Figure) -> str:
    """The alternative text of a chart of leadkit: what it shows, for who can't see it.

    It is plain text, not HTML: escape it where it goes into a page.

    Raises:
        InvalidRequest: it is no chart of leadkit.
    """
    meta = figure.layout.meta if isinstance(figure, go.Figure) else None
    if not isinstance(meta, Mapping) or "alt" not in meta:
        raise InvalidRequest("alt: figure has no alternative text; give what a function of leadkit.charts returned.")
    return str(meta["alt"])


def themed(figure: go.Figure, theme: Theme) -> go.Figure:
    """The same chart in the other theme; the one that was given stays as it is.

    Args:
        figure: what a function of leadkit.charts returned.
        theme: ``"light"`` or ``"dark"``.

    Raises:
        InvalidRequest: there is no such theme.
    """
    other: Theme = "dark" if checked_theme(theme) == "light" else "light"
    colours = {old: new for of in (SERIES, BANDS) for old, new in zip(of[other], of[theme], strict=True)}
    colours[OTHER[other]] = OTHER[theme]
    drawing = figure.to_plotly_json()
    again = go.Figure(_recoloured(drawing["data"], colours), {**drawing["layout"], "template": None})
    return again.update_layout(template=TEMPLATES[theme])


def drawn(
    traces: Iterable[go.Figure], *, theme: Theme, heading: str, below: str, alt: str, height: int = 380, **layout: Any
) -> go.Figure:
    """A figure of these traces in the house's look; `heading` and `below` are plain, names in `alt` escaped."""
    lines = title(heading)
    more = lines.count("<br>")
    pad = _TOP + _LINE * more  # Plotly moves a title of several lines up by all but one of them
    return go.Figure(
        list(traces),
        {
            "template": TEMPLATES[theme],
            "title": {"text": lines, "subtitle": {"text": subtitle(below)}, "pad": {"t": pad}},
            "meta": {"alt": " ".join(unescape(alt).split())},
            "height": height + _ROOM * more,
            **layout,
        },
    )


def nothing(why: str, *, theme: Theme, heading: str) -> go.Figure:
    """A figure without axes that says what is missing."""
    said = {"text": subtitle(why), "x": 0.5, "y": 0.5, "xref": "paper", "yref": "paper", "showarrow": False}
    hidden = {"visible": False, "range": [0, 1], "fixedrange": True}
    return drawn(
        [],
        theme=theme,
        heading=heading,
        below="",
        alt=f"{heading}: no chart. {why}",
        height=220,
        xaxis=hidden,
        yaxis=hidden,
        annotations=[{**said, "font": {"size": 14}}],
    )


def missing(what: str, rows: pl.DataFrame) -> str:
    """What to say where rows have nothing to draw, with how many leads they are about."""
    leads = int(rows.get_column("leads").sum())
    return f"{what}: {count(leads, 'lead')}." if leads else "There are no leads."


def rows_of(frame: object, columns: Mapping[str, Needed], *, by: str, theme: object) -> pl.DataFrame:
    """The frame with these columns, collected; the chart's theme is looked at on the way.

    Raises:
        InvalidRequest: it is no frame, a column has another dtype, or there is no such theme.
        MissingColumns: a column is missing; names the nearest.
    """
    checked_theme(theme)
    return needed(frame, columns, by=f"charts.{by}", name="frame").collect()


def one_row_each(rows: pl.DataFrame, of: list[str], *, by: str) -> pl.DataFrame:
    """The rows, if no two are of the same.

    Raises:
        InvalidRequest: two are, as of several groups.
    """
    if rows.select(of).is_duplicated().any():
        raise InvalidRequest(f"charts.{by}: two rows have the same {' and '.join(of)}; give the rows of one group.")
    return rows


def checked_theme(theme: object) -> Theme:
    """The theme, if it is one.

    Raises:
        InvalidRequest: it is not.
    """
    for known in get_args(Theme):
        if theme == known:
            return known  # type: ignore[no-any-return]  # get_args forgets what it is of
    raise InvalidRequest(f"theme={theme!r} is refused: allowed is 'light' or 'dark'.")


def _recoloured(part: Any, colours: Mapping[str, str]) -> Any:
    if isinstance(part, dict):
        return {key: _recolour(key, value, colours) for key, value in part.items()}
    return [_recoloured(one, colours) for one in part] if isinstance(part, list | tuple) else part


def _recolour(key: str, value: Any, colours: Mapping[str, str]) -> Any:
    if key in {"color", "fillcolor"} and not isinstance(value, dict):
        one_by_one = [colours.get(one, one) for one in ([value] if isinstance(value, str) else value)]
        return one_by_one[0] if isinstance(value, str) else one_by_one
    return _recoloured(value, colours) if key != "customdata" else value


_TOP, _LINE, _ROOM = 14, 34, 56  # pixels
