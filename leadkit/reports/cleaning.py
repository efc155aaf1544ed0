"""HTML that others wrote, with only what can do no harm left in it: a second wall behind the page's own policy."""

from __future__ import annotations

import re

import nh3

_TABLES = {"table", "caption", "colgroup", "col", "thead", "tbody", "tfoot", "tr", "th", "td"}
_TEXTS = {
    *("a", "abbr", "b", "blockquote", "br", "code", "dd", "del", "details", "div", "dl", "dt", "em", "figcaption"),
    *("figure", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "i", "img", "ins", "kbd", "li", "mark", "meter", "ol", "p"),
    *("pre", "q", "s", "samp", "section", "small", "span", "strong", "style", "sub", "summary", "sup", "time", "ul"),
}
_ANYWHERE = {"class", "id", "style", "title", "lang", "dir", "role", "tabindex"}
_CELL = {"data-label", "colspan", "rowspan", "scope", "headers"}


def cleaned(html: str) -> str:
    """The HTML without scripts, forms, frames, event handlers, and addresses that would be loaded, also by styles."""
    return _STYLE.sub(lambda style: "" if _LOADS.search(style[0]) else style[0], _CLEANER.clean(html))


def _kept(_: str, attribute: str, value: str) -> str | None:
    if attribute == "src":
        return value if re.match(r"data:image/(?:png|jpeg|gif|webp|svg\+xml)[;,]", value) else None
    if attribute == "style":
        return None if _LOADS.search(value) else value
    if attribute == "href":
        return value if re.match(r"(?:https?://|mailto:|#)", value, re.IGNORECASE) else None
    return value


_STYLE = re.compile(r"<style\b.*?</style>", re.DOTALL | re.IGNORECASE)
_LOADS = re.compile(r"url|@import|image-set|src\(|\\", re.IGNORECASE)  # a backslash can spell any of them
_CLEANER = nh3.Cleaner(
    tags=_TABLES | _TEXTS,
    clean_content_tags={"script", "title", "textarea", "noscript", "iframe"},
    attributes={
        "*": _ANYWHERE,
        "a": {"href"},
        "img": {"src", "alt", "width", "height"},
        "td": _CELL,
        "th": _CELL,
        "col": {"span"},
        "colgroup": {"span"},
        "ol": {"start"},
        "details": {"open"},
        "time": {"datetime"},
        "meter": {"min", "max", "value", "low", "high", "optimum"},
    },
    generic_attribute_prefixes={"aria-"},
    url_schemes={"http", "https", "mailto", "data"},
    attribute_filter=_kept,
)
