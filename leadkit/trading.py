"""What all calls of eBay's Trading API have in common: how one is written, and what an answer says of itself.

Every answer comes with HTTP 200; whether it failed stands in its ``Ack``.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import polars as pl
from lxml import etree

from leadkit.calls import Answer, Reply, Verdict
from leadkit.decode.xml import Element, Tree, children, local_name, parse_xml, text_of
from leadkit.errors import BadResponse, LeadkitError, RateLimited, ServerError, Unauthorized
from leadkit.problems import Problem, Problems
from leadkit.records import Table

NAMESPACE = "urn:ebay:apis:eBLBaseComponents"
TOKEN_HEADER = "X-EBAY-API-IAF-TOKEN"


def written(call: str, content: Mapping[str, Any]) -> bytes:
    """The request of a call; None is left out, a list repeats its element.

    Its ``MessageID``, which the answer sends back as ``CorrelationID``, is a digest of the content: the same request
    has the same one, so that a recording can be played again.
    """
    root = etree.Element(f"{{{NAMESPACE}}}{call}Request", nsmap={None: NAMESPACE})
    _fill(root, content)
    digest = hashlib.blake2b(etree.tostring(root), digest_size=8).hexdigest()
    _fill(root, {"MessageID": f"leadkit-{digest}"})
    text: bytes = etree.tostring(root, xml_declaration=True, encoding="utf-8")
    return text


@dataclass(frozen=True, slots=True)
class Said:
    """What an answer says of itself."""

    tree: Tree = field(repr=False)
    ack: str | None
    errors: list[dict[str, Any]]

    @property
    def root(self) -> Element:
        """Its top element."""
        return self.tree.root

    @property
    def at(self) -> datetime | None:
        """Its ``Timestamp``: when eBay processed the request."""
        text = self.text("Timestamp")
        try:
            return datetime.fromisoformat(text) if text and text.endswith("Z") else None
        except ValueError:
            return None

    def text(self, name: str) -> str | None:
        """One of its standard fields."""
        return text_of(self.root, name)

    @property
    def failed(self) -> bool:
        """Whether the API refused the call."""
        return (self.ack or "").lower() == "failure" or local_name(self.root) == _ERROR_ROOT


def read_answer(body: bytes, *, call: str, root: str) -> Said:
    """An answer, parsed.

    Raises:
        BadResponse: it is no XML, has another root, or does not say whether it succeeded.
    """
    tree = parse_xml(body, call=call)
    name = local_name(tree.root)
    if name not in {root, _ERROR_ROOT}:
        raise BadResponse(f"{call}: the body is a {name[:40]!r}; a {root!r} belongs there.")
    said = _said(tree)
    if said.ack is None:
        raise BadResponse(f"{call}: the body lacks 'Ack', which the API always sends.")
    if said.failed:  # in a saved body: over the network its verdict has been spoken before
        errors = sorted(said.errors, key=_rank)
        why = "; ".join(f"{error['code']} {error['message']}" for error in errors) or "it does not say why"
        code = errors[0]["code"] if errors else None
        raise BadResponse(f"{call}: the body is an answer that failed: {why}.", code=code, errors=errors)
    return said


def note(answer: Answer, said: Said, clean: Callable[[str | None], str | None]) -> None:
    """Put what an answer says of itself into the log of requests; `clean` takes secrets out."""
    entry = answer.entry
    entry.ack, entry.version, entry.build = clean(said.ack), clean(said.text("Version")), clean(said.text("Build"))
    entry.correlation_id = clean(said.text("CorrelationID"))


def tell(said: Said, table: Table, known: Collection[str], problems: Problems) -> None:
    """Put on record what an answer says beside its rows: warnings, the end of the token, what had to be repaired.

    `known` are the elements that may stand at its top.
    """
    for error in said.errors:
        detail = f"the API warns: {error['code'] or ''} {error.get('long_message') or error['message']}".strip()
        problems.add(Problem(table.name, "api_warning", "Errors", error["code"], detail=detail))
    if said.ack not in {"Success", "Failure"} and not said.errors:
        detail = f"the API answered {said.ack} and did not say why"
        problems.add(Problem(table.name, "api_warning", "Ack", detail=detail))
    if ends := said.text("HardExpirationWarning"):
        detail = f"the token ends at {ends}: consent again before"
        problems.add(Problem(table.name, "token_expires", "HardExpirationWarning", example=ends, detail=detail))
    for kind, mended in (("repaired_xml", said.tree.repairs), ("lossy_xml", said.tree.losses)):
        for what, count in mended.items():
            problems.add(Problem(table.name, kind, count=count, detail=f"the answer was no XML: {what}"))
    for name in sorted({local_name(one) for one in said.root} - set(known)):
        problems.add(Problem(table.name, "unknown_key", name, detail="not in leadkit's tables"))


def rows_inside(root: Element, container: str, name: str, table: Table, problems: Problems) -> list[Element]:
    """The elements of this name in the containers of an answer; what else stands beside them is told."""
    containers = children(root, container)
    found = [one for outer in containers for one in outer.iterchildren(f"{{*}}{name}")]
    if len(found) < sum(map(len, containers)):
        found = [one for outer in containers for one in children(outer, name)]  # with prefixes that nobody declared
    if len(found) < sum(map(len, containers)):
        for other in {local_name(one) for outer in containers for one in outer} - {name}:
            path, detail = f"{container}.{other}", "not in leadkit's tables; holds an element"
            problems.add(Problem(table.name, "unknown_key", path, detail=detail))
    return found


def verdict(reply: Reply) -> Verdict | None:
    """What a failure inside an answer means; None for an answer with data, and for what is no Trading answer."""
    head = reply.body[:4096]
    acked, content = _ACK.search(head), _CONTENT.search(head)
    if acked and acked[1].lower() != b"failure" and (content is None or acked.start() < content.start()):
        return None
    if not head.lstrip().startswith((b"<", b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        return None
    try:
        said = _said(parse_xml(reply.body, call=""))
    except BadResponse:
        return None
    return _of_errors(said.errors) if said.failed else None


def is_beyond_the_last_page(error: LeadkitError) -> bool:
    """Whether the API refused a page only because there are fewer: 340, or its error for bad input, of PageNumber."""
    names_it = "PageNumber" in f"{error.errors}"
    return type(error) is LeadkitError and (error.code == _NO_SUCH_PAGE or (error.code == _BAD_INPUT and names_it))


def _of_errors(errors: list[dict[str, Any]]) -> Verdict:
    ordered = sorted(errors, key=_rank)
    code = ordered[0]["code"] if ordered else None
    if code in _SPENT:
        return Verdict(RateLimited, ordered, advice=_SPENT_ADVICE)
    if code in _RENEWED:
        return Verdict(Unauthorized, ordered, renew=True)
    if code in _OF_TOKEN:
        return Verdict(Unauthorized, ordered)
    if code == _INTERNAL or (ordered and ordered[0]["classification"] == "SystemError"):
        return Verdict(ServerError, ordered, retry=True, attempts=3)
    return Verdict(LeadkitError, ordered)


def _rank(error: Mapping[str, Any]) -> tuple[bool, int]:
    """The error that decides stands first: no warning, and of those the one after which no other call can succeed."""
    places = (place for place, codes in enumerate(_DECIDING) if error["code"] in codes)
    return error["severity"] == "Warning", next(places, len(_DECIDING))


def _said(tree: Tree) -> Said:
    errors = [_error(one) for one in children(tree.root, "Errors")]
    return Said(tree, text_of(tree.root, "Ack"), errors)


def _error(element: Element) -> dict[str, Any]:
    short, long = text_of(element, "ShortMessage"), text_of(element, "LongMessage")
    found = {
        "code": text_of(element, "ErrorCode"),
        "message": short or long or "",
        "parameters": [
            {"name": one.get("ParamID", ""), "value": text_of(one, "Value") or ""}
            for one in children(element, "ErrorParameters")
        ],
        "domain": None,
        "category": text_of(element, "ErrorClassification"),
        "severity": text_of(element, "SeverityCode"),
        "classification": text_of(element, "ErrorClassification"),
    }
    return found | ({"long_message": long} if long and long != short else {})


def _fill(parent: Element, content: Mapping[str, Any]) -> None:
    for name, value in content.items():
        for one in value if isinstance(value, list) else [value]:
            if one is None:
                continue
            child = etree.SubElement(parent, f"{{{NAMESPACE}}}{name}")
            if isinstance(one, Mapping):
                _fill(child, one)
            else:
                child.text = str(one)


def with_blanks(text: pl.Series, *, as_one: str) -> pl.Series:
    """A text whose line breaks and indentation are the XML's and not the author's; null where nothing else is in it."""
    blanks = text.str.contains(r"[^\S ]|^ |  | $|^$" if as_one else r"\s|^$")
    if blanks.any():  # few have some
        one_line = text.filter(blanks).str.replace_all(r"\s+", as_one).str.strip_chars()
        text = text.clone().scatter(blanks.arg_true(), one_line.set(one_line == "", None))
    return text


_ERROR_ROOT = "eBayApiErrorResponse"
_ACK = re.compile(rb"<(?:[\w.-]+:)?Ack\s*>\s*(\w+)\s*</")
_CONTENT = re.compile(rb"<(?:[\w.-]+:)?(?:Messages|Summary)\b")
_RENEWED = frozenset({"21917053", "21916984"})  # the OAuth token has expired, or is not (any more) valid
_OF_TOKEN = frozenset({"930", "931", "932", "16110", "17470"})
_SPENT = frozenset({"518", "21919144"})
_DECIDING = (_SPENT, _RENEWED, _OF_TOKEN)
_SPENT_ADVICE = "The application's limit of calls is used up; it is counted by the day. Ask again tomorrow."
_INTERNAL = "10007"
_NO_SUCH_PAGE, _BAD_INPUT = "340", "37"
