"""The text that a person wrote, out of the HTML that a mailbox keeps."""

from __future__ import annotations

import re
from typing import Any

import lxml.html
from lxml import etree


def newest_message(html: str) -> str | None:
    """The newest message in the HTML digest of a thread, as plain text.

    It stands in the element with the id ``UserInputtedText``, else in ``PrimaryMessage``; without either it is all that
    can be read but the older messages, whose ids end in a number. What is no HTML is returned as it is, HTML that was
    escaped once more is unescaped first; of HTML that can't be parsed only the tags are taken out.
    """
    if not _HTML.search(html):
        plain, html = html, _unescaped(html)
        if not _HTML.search(html):
            return plain.strip() or None
    root = None if _is_overgrown(html) else _parsed(html)
    if root is None:
        return _BLANKS.sub(" ", _TAG.sub(" ", html)).strip() or None
    found = (next(root.iterfind(f".//*[@id='{name}']"), None) for name in ("UserInputtedText", "PrimaryMessage"))
    return _text(next((one for one in found if one is not None), root)) or None


def _parsed(html: str) -> Any:
    """The tree of any HTML, bad HTML as browsers mend it; None where the parser gives up, by depth or for emptiness."""
    parser = lxml.html.HTMLParser(
        encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True, huge_tree=True
    )
    try:
        root = lxml.html.document_fromstring(html.encode("utf-8", "replace"), parser=parser)
    except etree.ParserError:  # only comments, or only what is no character
        return None
    return None if any(error.type_name == "ERR_RESOURCE_LIMIT" for error in parser.error_log) else root


def _text(element: Any) -> str:
    """What can be read: paragraphs and line breaks as lines, blanks as one blank; no scripts, no older messages."""
    pieces: list[str] = []
    walk = etree.iterwalk(element, events=("start", "end"))
    for event, node in walk:
        if event == "start":
            pieces += ["\n"] if node.tag in _LINES else ["\t"] if node.tag in _CELLS else []
            if node.tag in _HIDDEN or _OLDER.fullmatch(node.get("id", "")):
                walk.skip_subtree()
            else:
                pieces.append(_folded(node.text))
        else:
            pieces += ["\n"] if node.tag in _LINES - {"br"} else []
            pieces.append("" if node is element else _folded(node.tail))
    lines = (_BLANKS.sub(" ", line).strip() for line in "".join(pieces).split("\n"))
    return _EMPTY_LINES.sub("\n\n", "\n".join(lines)).strip()


def _is_overgrown(html: str) -> bool:
    """Whether a tag has so many attributes that the parser, which compares them all, would take minutes."""
    return len(html) > _LARGE and any(
        len(_ATTRIBUTES.findall(_QUOTED.sub("= ", tag[0]))) > _MOST_ATTRIBUTES for tag in _START_TAG.finditer(html)
    )


def _folded(text: str | None) -> str:
    """A text of the source: its line breaks are no more than blanks."""
    return _SPACE.sub(" ", text or "")


def _unescaped(html: str) -> str:
    return html.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", '"').replace("&amp;", "&")


_NAMES = (
    "a|b|i|u|em|font|strong|small|span|big|s|sub|sup|code|p|div|h[1-6]|ul|ol|li|dl|dt|dd|pre|blockquote|center|table|"
    "tbody|thead|tr|td|th|html|head|body|title|style|script|form|label|section|article|header|footer|main|address"
)
_ALONE = "br|hr|img|p|div|html|body|table|!--|!DOCTYPE"
_HTML = re.compile(rf"</(?:{_NAMES}|\w+:\w+)\s*>|<(?:{_ALONE})(?![\w-])[^<>]*>", re.I)
"""What tells HTML from a plain text with a < and a > in it: the end of an element, or one that needs none."""
_TAG = re.compile(r"</?[A-Za-z][\w:-]*(?:[\s/][^<>]*)?>|<![^<>]*>")
_LARGE, _MOST_ATTRIBUTES = 20_000, 1_000
_START_TAG = re.compile(r"""<[A-Za-z](?:[^>=]++|=\s*+(?:"[^"]*"|'[^']*')?+)*+""")
_QUOTED = re.compile(r"""=\s*+(?:"[^"]*"|'[^']*')""")
_ATTRIBUTES = re.compile(r"""[\s/"']+""")
_OLDER = re.compile(r"(?:UserInputtedText|MessageHistory)[0-9]+")
_SPACE = re.compile(r"\s+")
_BLANKS = re.compile(r"[\s\xa0]+")
_EMPTY_LINES = re.compile(r"\n{3,}")
_HIDDEN = frozenset({"script", "style", "title", "template", "noscript", "iframe", "object", "textarea"})
_CELLS = frozenset({"td", "th"})
_LINES = frozenset(
    {"address", "article", "blockquote", "br", "dd", "div", "dl", "dt", "footer", "form", "h1", "h2", "h3", "h4"}
    | {"h5", "h6", "header", "hr", "li", "main", "ol", "p", "pre", "section", "table", "tr", "ul"}
)
