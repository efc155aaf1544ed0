"""Bytes of an XML answer become a tree: strictly, and where that fails after a repair that is told.

The repair escapes what only looks like an entity, a tag or the end of CDATA, writes HTML's entities as their
characters, takes out what XML can't hold, and declares the prefix of the top element. CDATA and true entities stay as
they are. An answer with a DOCTYPE is refused whatever it declares: it could name files and grow without end.
"""

from __future__ import annotations

import html.entities
import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Any
from xml.sax.saxutils import escape

from lxml import etree

from leadkit.errors import BadResponse

Element = Any  # lxml ships no types


@dataclass(frozen=True, slots=True)
class Tree:
    """A parsed answer.

    Attributes:
        root: its top element.
        repairs: how often what had to be mended before it was XML, by our words for it.
        losses: the same of what can't be mended: a part of the answer may be missing.
    """

    root: Element = field(repr=False)
    repairs: dict[str, int] = field(default_factory=dict)
    losses: dict[str, int] = field(default_factory=dict)


def parse_xml(body: bytes, *, call: str) -> Tree:
    """The answer's tree.

    Raises:
        BadResponse: it is empty, no XML, cut, or holds a DOCTYPE.
    """
    if not body.strip():
        raise BadResponse(f"{call}: the body is empty; XML belongs there.")
    if b"<!DOCTYPE" in body:
        _refuse_doctype(body, call)
    indented = _INDENTED.search(body, 0, 4096) is not None
    blank = indented and b"Text" not in body and b"Content" not in body  # between the tags of HTML they are words apart
    try:
        tree = Tree(etree.fromstring(body, _parser(remove_blank_text=blank)))
    except etree.XMLSyntaxError as error:
        why = _why(error)
    else:
        return _checked(tree, call)
    _refuse_doctype(body, call)  # in small letters, too
    return _checked(_repaired(body, call, why), call)


def local_name(element: Element) -> str:
    """The name of an element without its namespace, or the prefix of one that nobody declared."""
    tag = element.tag
    return tag.rpartition("}")[2].rpartition(":")[2] if isinstance(tag, str) else "&"  # likewise: an entity


def children(element: Element, name: str) -> list[Element]:
    """The direct children of this name, in whatever namespace."""
    return [child for child in element if local_name(child) == name]


def text_of(element: Element, name: str) -> str | None:
    """The stripped text of the first child of this name; None where there is none, or only blanks."""
    found = children(element, name)
    return ((found[0].text or "").strip() or None) if found else None


def _parser(**options: bool) -> Any:
    return etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True, **options
    )


def _checked(tree: Tree, call: str) -> Tree:
    """The look behind encodings that hide a DOCTYPE from a look at the bytes."""
    info = tree.root.getroottree().docinfo
    if info.doctype or info.internalDTD is not None:
        raise BadResponse(f"{call}: {_DOCTYPE_REFUSED}", code="doctype_refused")
    return tree


def _refuse_doctype(body: bytes, call: str) -> None:
    if any(_DOCTYPE.search(part) for part in _CDATA_BYTES.split(body)[::2]):
        raise BadResponse(f"{call}: {_DOCTYPE_REFUSED}", code="doctype_refused")


def _repaired(body: bytes, call: str, why: str) -> Tree:
    repairs: Counter[str] = Counter()
    text, losses = _decoded(body)
    if not _is_whole(text):
        raise BadResponse(f"{call}: the body is no whole XML ({why}); it has {len(body):,} bytes.", code="not_xml")
    mended = text
    for mend in (_mended, _wrapped, _without_stray_brackets):  # each on top of those before
        mended = mend(mended, repairs)
        try:
            return Tree(etree.fromstring(mended.encode(), _parser()), dict(repairs), losses)
        except etree.XMLSyntaxError as error:
            why = _why(error)
    return _recovered(mended, Tree(None, dict(repairs), losses), call, why)


def _why(error: etree.XMLSyntaxError) -> str:
    """What the parser says; its further lines may quote what people wrote."""
    return f"{str(error.msg).partition(chr(10))[0].partition(', line')[0]}, line {error.lineno}"


def _recovered(text: str, so_far: Tree, call: str, why: str) -> Tree:
    """The last resort: libxml2 goes on behind what it can't read, and nobody knows what it left out."""
    root = etree.fromstring(text.encode(), _parser(recover=True))
    if root is None or not len(root):
        raise BadResponse(f"{call}: the body is no XML, even after its repair ({why}).", code="not_xml")
    return Tree(root, so_far.repairs, {**so_far.losses, f"broken markup, some of it may be lost ({why[:120]})": 1})


def _decoded(body: bytes) -> tuple[str, dict[str, int]]:
    """The body as text, without its declaration, and what was lost on the way."""
    losses = {}
    declared = _ENCODING.search(body[:200])
    bom = "utf-16" if body[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    encoding = declared[1].decode("ascii") if declared else bom
    if not _CHARSET.match(encoding) or encoding.lower().replace("-", "") == "utf8":
        encoding = "utf-8-sig"
    try:
        text = body.decode(encoding)
    except (UnicodeError, LookupError):
        text = body.decode("utf-8", "replace")
        if replaced := text.count("\ufffd"):
            losses = {"bytes that are not in the declared encoding, replaced by U+FFFD": replaced}
    return _DECLARATION.sub("", text, count=1), losses


def _is_whole(text: str) -> bool:
    """Whether a text begins with a tag and ends with its end: all else is cut, more than one answer, or no XML."""
    first, last = _FIRST_TAG.match(text), _LAST_TAG.search(text, max(0, len(text) - 300))
    second = any("<?xml " in part for part in _CDATA.split(text)[::2])
    return bool(first and last and first[1] == last[1]) and not second


def _mended(text: str, repairs: Counter[str]) -> str:
    """The text with what can be mended: the prefix on top, entities outside of CDATA, and what XML can't hold."""
    text = _with_prefix(text, repairs)
    parts = _CDATA.split(text)
    for place in range(0, len(parts), 2):
        part, bare = _BARE_AMPERSAND.subn("&amp;", parts[place])  # there may be millions: no call for each
        parts[place] = _ENTITY.sub(lambda found: _entity(found, repairs), part)
        if bare:
            repairs[_BARE] += bare
    joined = "".join(parts)
    mended = _ILLEGAL.sub("", joined)
    if len(mended) < len(joined):
        repairs[_TAKEN_OUT] += len(joined) - len(mended)
    return mended


def _with_prefix(text: str, repairs: Counter[str]) -> str:
    """The text with a declaration of its top element's prefix, where it has one that is not declared there."""
    first = _FIRST_TAG.match(text)
    prefix, named, _ = first[1].partition(":") if first else ("", "", "")
    if (
        first is None
        or not named
        or re.search(rf"\sxmlns:{re.escape(prefix)}\s*=", text[: text.find(">", first.end())])
    ):
        return text
    repairs["a prefix that nobody declared"] += 1
    return f'{text[: first.end()]} xmlns:{prefix}="urn:undeclared"{text[first.end() :]}'


def _entity(found: re.Match[str], repairs: Counter[str]) -> str:
    """What stands for an entity that is none of XML's."""
    name, number = found[1], found[2]
    if name and f"{name};" in html.entities.html5:
        repairs["HTML entities, written as their characters"] += 1
        return escape(html.entities.html5[f"{name};"])
    if number:
        code = int(number[1:], 16) if number[0] in "xX" else int(number)
        if code <= _LAST_CODE and not _ILLEGAL.match(chr(code)):
            return f"&#{code};"  # also where HTML writes a large X
        repairs[_TAKEN_OUT] += 1
        return ""
    repairs[_BARE] += 1
    return f"&amp;{found[0][1:]}"


def _wrapped(text: str, repairs: Counter[str]) -> str:
    """The text with what people wrote put into CDATA as it is, where it holds tags: HTML need not be XML."""
    done, at = [], 0
    while (opened := _OPENED.search(text, at)) is not None:
        end = text.find(f"</{opened[1]}>", opened.end())
        if end < 0:
            break
        inner = text[opened.end() : end]
        tags = any(_TAG.search(part) for part in _CDATA.split(inner)[::2])
        wrap = tags and not inner.lstrip().startswith("<![CDATA[")
        if wrap:
            repairs["HTML that is no XML, kept as it is"] += 1
        done += [text[at : opened.end()], f"<![CDATA[{inner.replace(']]>', _SPLIT)}]]>" if wrap else inner]
        at = end
    return "".join([*done, text[at:]])


def _without_stray_brackets(text: str, repairs: Counter[str]) -> str:
    """The text without what looks like the beginning of a tag, or the end of CDATA, and can be none, outside of it."""
    parts = _CDATA.split(text)
    for place in range(0, len(parts), 2):
        part, opened = _BARE_BRACKET.subn("&lt;", parts[place])
        ended = part.count("]]>")
        parts[place] = part.replace("]]>", "]]&gt;")
        found = {"pointed brackets that open no tag, escaped": opened, "ends of CDATA that has none, escaped": ended}
        repairs.update({what: count for what, count in found.items() if count})
    return "".join(parts)


_LAST_CODE = 0x10FFFF
_SPLIT = "]]]]><![CDATA[>"  # the end of a CDATA section, inside of two
_BARE = "bare ampersands, escaped"
_TAKEN_OUT = "characters that XML can't hold, taken out"
_DOCTYPE_REFUSED = "the body holds a DOCTYPE, which could name files; it was not read."
_DOCTYPE = re.compile(rb"<!DOCTYPE", re.I)
_CDATA = re.compile(r"(<!\[CDATA\[[^\]]*+(?:\](?!\]>)[^\]]*+)*+(?:\]\]>|\Z))")  # one that does not end is all the rest
_CDATA_BYTES = re.compile(_CDATA.pattern.encode())
_ENCODING = re.compile(rb"""<\?xml[^>]*encoding=["']([A-Za-z0-9._-]+)""")
_CHARSET = re.compile(
    r"(?:utf|ucs|us-ascii|ascii|iso|latin|windows|cp|koi8|big5|gb|euc|shift)", re.I
)  # no other codecs
_DECLARATION = re.compile(r"\A\s*<\?xml[^>]*\?>")
_INDENTED = re.compile(rb"</[^<>]*>\s+<")
_FIRST_TAG = re.compile(r"\s*(?:<!--(?:[^-]|-(?!->))*+-->\s*)*<([A-Za-z_][\w.:-]*)")
_LAST_TAG = re.compile(r"</([A-Za-z_][\w.:-]*)\s*>\s*(?:<!--(?:[^-]|-(?!->))*+-->\s*)*\Z")
_CANDIDATE = r"(?:([A-Za-z][A-Za-z0-9]{0,31})|#([0-9]{1,8}|[xX][0-9A-Fa-f]{1,7}));"
_BARE_AMPERSAND = re.compile(rf"&(?!{_CANDIDATE})")
_ENTITY = re.compile(rf"&(?!(?:amp|lt|gt|quot|apos);){_CANDIDATE}")
_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_TAG = re.compile(r"<(?:[^\W\d]|[:/?]|!--)")
_BARE_BRACKET = re.compile(r"<(?![^\W\d]|[:/!?])")
_OPENED = re.compile(r"<((?:[\w.-]+:)?(?:Text|Content))(?:\s[^<>]*)?(?<!/)>")
