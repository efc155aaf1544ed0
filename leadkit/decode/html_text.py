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
        if html == plain or not _HTML.search(html):
            return plain.strip() or None
    root = None if _is_overgrown(html) else _parsed(html)
    if root is None:
        return _BLANKS.sub(" ", _TAG.sub(" ", html)).strip() or None
    return _text(_newest(root)) or None


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


def _newest(root: Any) -> Any:
    """The element of the newest message; all, where none is marked."""
    for name in ("UserInputtedText", "PrimaryMessage"):
        if found := root.xpath(f"(.//*/@id[. = '{name}'])[1]"):
            return found[0].getparent()
    return root


def _text(element: Any) -> str:
    """What can be read: paragraphs and line breaks as lines, blanks as one blank; no scripts, no older messages.

    Half a million elements are too many to visit: libxml2 writes them, and in what it writes each ``<`` begins a tag.
    """
    for one in reversed(_unread(element)):  # the innermost first: emptying one goes through all that is left in it
        one.clear(keep_tail=True)
    etree.strip_attributes(element, "{}*")
    written = etree.tostring(element, method="c14n", with_tail=False).decode()
    text = _WRITTEN_TAG.sub(_meaning, written.replace("\n", " ").replace("&#xD;", " "))
    lines = _MANY_BLANKS.sub(" ", _unescaped(text)).replace(" \n", "\n").replace("\n ", "\n")
    return _EMPTY_LINES.sub("\n\n", lines).strip()


def _meaning(tag: re.Match[str]) -> str:
    return _MEANINGS.get(tag[0], "")


def _unread(element: Any) -> list[Any]:
    """The elements of which nothing is read, in it or itself."""
    older = (one.getparent() for one in _NUMBERED(element) if _OLDER.fullmatch(one))
    return [*element.iter(*_HIDDEN), *older]


def _is_overgrown(html: str) -> bool:
    """Whether a tag has so many attributes that the parser, which compares them all, would take minutes."""
    return len(html) > _LARGE and any(
        len(tag) > _MOST_ATTRIBUTES and len(_ATTRIBUTES.findall(_QUOTED.sub("= ", tag))) > _MOST_ATTRIBUTES
        for tag in _START_TAG.findall(html)
    )


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
_START_TAG = re.compile(r"""<[A-Za-z](?![^>=]{0,100}+>)(?:[^>=]++|=\s*+(?:"[^"]*"|'[^']*')?+)*+""")
"""A tag in which something is equal to something, or a long one; a short one without is passed over at once."""
_QUOTED = re.compile(r"""=\s*+(?:"[^"]*"|'[^']*')""")
_ATTRIBUTES = re.compile(r"""[\s/"']+""")
_OLDER = re.compile(r"(?:UserInputtedText|MessageHistory)[0-9]+")
_NUMBERED = etree.XPath(
    "descendant-or-self::*/@id[starts-with(., 'UserInputtedText') or starts-with(., 'MessageHistory')]"
)
_BLANKS = re.compile(r"\s+")
_MANY_BLANKS = re.compile(r"[^\S\n]{2,}|[^\S\n ]")
_EMPTY_LINES = re.compile(r"\n{3,}")
_HIDDEN = frozenset({"script", "style", "title", "template", "noscript", "iframe", "object", "textarea"})
_LINES = frozenset(
    {"address", "article", "blockquote", "br", "dd", "div", "dl", "dt", "footer", "form", "h1", "h2", "h3", "h4"}
    | {"h5", "h6", "header", "hr", "li", "main", "ol", "p", "pre", "section", "table", "tr", "ul"}
)
_WRITTEN_TAG = re.compile("<[^>]*>")
_MEANINGS = {f"<{end}{name}>": "\n" for name in _LINES for end in ("", "/")} | {"</br>": "", "<td>": " ", "<th>": " "}
