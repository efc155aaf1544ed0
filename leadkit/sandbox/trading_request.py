"""GetMyMessages' request: the XML read and each input checked, with the Trading API's errors."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from lxml import etree

from leadkit.sandbox.mail_xml import HEADERS, MESSAGES, SUMMARY, Problem
from leadkit.sandbox.moments import EPOCH

LEVELS = (HEADERS, MESSAGES, SUMMARY)
OTHER_LEVELS = ("ReturnAll", "ItemReturnDescription", "ItemReturnAttributes", "ItemReturnCategories")  # known, ignored
LANGUAGES = (
    "en_AU", "de_AT", "nl_BE", "fr_BE", "en_CA", "fr_CA", "zh_CN", "fr_FR", "de_DE", "zh_HK", "en_IN", "en_IE", "it_IT",
    "nl_NL", "en_SG", "es_ES", "de_CH", "en_GB", "en_US",
)  # fmt: skip
KNOWN = {
    "": "EndTime ExternalMessageIDs FolderID IncludeHighPriorityMessageOnly MessageIDs Pagination StartTime "
    "DetailLevel ErrorLanguage MessageID OutputSelector Version WarningLevel RequesterCredentials",
    "ExternalMessageIDs": "ExternalMessageID",
    "MessageIDs": "MessageID",
    "Pagination": "EntriesPerPage PageNumber",
    "RequesterCredentials": "eBayAuthToken",
}
DEFAULT_ENTRIES, MOST_ENTRIES, MOST_IDS = 25, 200, 10
TRUTHS = {"true": True, "1": True, "false": False, "0": False}


class TradingFailure(Exception):  # noqa: N818 -- it is an answer of the API, not a failure of the sandbox
    """An answer with Ack Failure; its problem says why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.code)
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Request:
    """A checked request; times in milliseconds, both included."""

    levels: frozenset[str]
    folder: int | None
    start: int | None
    end: int | None
    ids: frozenset[str]
    external_ids: frozenset[str]
    high_priority: bool
    entries: int
    page: int
    selectors: frozenset[str]
    warnings: tuple[Problem, ...]

    @property
    def narrows(self) -> bool:
        """Whether it asks for a part of the mailbox."""
        bounds = (self.folder, self.start, self.end)
        return bounds != (None,) * 3 or bool(self.ids or self.external_ids or self.high_priority)


def parse(body: bytes) -> Any:
    """Read the XML of a request; nothing in it is ever expanded or fetched."""
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(body, parser)
    except etree.XMLSyntaxError as error:
        raise TradingFailure(Problem("5", "XML Parse error.", f"XML Parse error: {error.msg}")) from None
    if root.getroottree().docinfo.doctype:
        raise TradingFailure(Problem("5", "XML Parse error.", "XML Parse error: a DOCTYPE is not taken."))
    if _name(root) != "GetMyMessagesRequest":
        raise unsupported(_name(root))
    return root


def unsupported(name: str) -> TradingFailure:
    """Make the failure of a call that is not served here."""
    return TradingFailure(
        Problem(
            "2", "Unsupported API call.", f'The API call "{name}" is invalid or not supported.', parameters={"0": name}
        )
    )


def invalid(name: str, value: str, why: str) -> TradingFailure:
    """Make the failure of an input: 37 is what the Trading API says of data that is invalid or missing."""
    long = f"Input data for tag <{name}> is invalid or missing. {why}"
    return TradingFailure(Problem("37", "Input data is invalid.", long, parameters={name: value}))


def first(root: Any, name: str) -> str | None:
    """Return the stripped text of a child of this name, or nothing."""
    return next(iter(every(root, name)), None)


def every(root: Any, name: str, container: str | None = None) -> list[str]:
    """Return the stripped texts of the children of this name, of the root or of a container in it."""
    parents = [root] if container is None else [child for child in root if _name(child) == container]
    return [(child.text or "").strip() for parent in parents for child in parent if _name(child) == name]


def read(root: Any, level: str) -> Request:
    """Check a request; ``level`` is the version that the header gave."""
    language(root)
    start, end = _time(root, "StartTime"), _time(root, "EndTime")
    if start is not None and end is not None and start > end:
        raise invalid("EndTime", first(root, "EndTime") or "", "It must not lie before StartTime.")
    external = _ids(root, "ExternalMessageIDs", "ExternalMessageID")
    return Request(
        levels=_levels(root),
        folder=_folder(root),
        start=start,
        end=end,
        ids=_ids(root, "MessageIDs", "MessageID") if not external else frozenset(),
        external_ids=external,
        high_priority=_truth(root, "IncludeHighPriorityMessageOnly"),
        entries=_number(root, "EntriesPerPage", DEFAULT_ENTRIES, MOST_ENTRIES),
        page=_number(root, "PageNumber", 1, None),
        selectors=frozenset(_last(part) for text in every(root, "OutputSelector") for part in text.split(",")),
        warnings=tuple(_warnings(root, level)),
    )


def language(root: Any) -> str:
    """Return the language in which the errors shall come."""
    code = first(root, "ErrorLanguage")
    if code is not None and code not in LANGUAGES:
        raise invalid("ErrorLanguage", code, "It is not one of the documented languages.")
    return (code or "en_US")[:2]


def _levels(root: Any) -> frozenset[str]:
    given = every(root, "DetailLevel")
    wrong = [level for level in given if level not in LEVELS + OTHER_LEVELS]
    if wrong:
        raise invalid("DetailLevel", wrong[0], "There is no such detail level.")
    levels = frozenset(given) & frozenset(LEVELS)
    if not levels:
        raise invalid("DetailLevel", ",".join(given), "GetMyMessages requires a detail level.")
    return levels


def _folder(root: Any) -> int | None:
    text = first(root, "FolderID")
    if text is not None and not re.fullmatch(r"\d{1,18}", text, re.ASCII):
        raise invalid("FolderID", text, "It is not a number.")
    return None if text is None else int(text)


def _ids(root: Any, container: str, name: str) -> frozenset[str]:
    ids = frozenset(text for text in every(root, name, container) if text)
    if len(ids) > MOST_IDS:
        raise invalid(container, str(len(ids)), f"At most {MOST_IDS} {name} values can be specified in one call.")
    return ids


def _truth(root: Any, name: str) -> bool:
    text = first(root, name)
    if text is not None and text not in TRUTHS:
        raise invalid(name, text, "It is neither true nor false.")
    return text is not None and TRUTHS[text]


def _number(root: Any, name: str, default: int, most: int | None) -> int:
    text = next(iter(every(root, name, "Pagination")), str(default))
    fits = re.fullmatch(r"0*[1-9]\d{0,8}", text, re.ASCII) and (most is None or int(text) <= most)
    if not fits:
        raise invalid(name, text, f"It is not a whole number from 1{f' to {most}' if most else ''}.")
    return int(text)


def _time(root: Any, name: str) -> int | None:
    """Read a time; one without a zone is in GMT."""
    text = first(root, name)
    if text is None:
        return None
    try:
        at = datetime.fromisoformat(text if "T" in text else "")
    except ValueError:
        raise invalid(name, text, "It is not an ISO 8601 time.") from None
    return ((at if at.tzinfo else at.replace(tzinfo=UTC)) - EPOCH) // timedelta(milliseconds=1)


def _warnings(root: Any, level: str) -> list[Problem]:
    """Find what is worth a warning: another version in the body, and with WarningLevel High unknown elements."""
    found = []
    version, wanted = first(root, "Version"), first(root, "WarningLevel") or "Low"
    if version is not None and version != level:
        found.append(
            _warning("Version conflict.", f"The version in the header was used: {level}.", {"Version": version})
        )
    if wanted not in {"High", "Low"}:
        raise invalid("WarningLevel", wanted, "It is neither High nor Low.")
    if wanted == "High":
        for name in _unknown(root):
            found.append(_warning("Unrecognized element.", f"The element {name} is not known.", {"Element": name}))
    return found


def _unknown(root: Any) -> list[str]:
    below = [(parent, child) for parent, children in _containers(root).items() for child in children]
    return [_name(child) for parent, child in below if _name(child) not in KNOWN[parent].split()]


def _containers(root: Any) -> Mapping[str, list[Any]]:
    inside: dict[str, list[Any]] = {"": list(root)}
    for child in root:
        if _name(child) in KNOWN:
            inside.setdefault(_name(child), []).extend(child)
    return inside


def _warning(short: str, long: str, parameters: dict[str, str]) -> Problem:
    return Problem("37", short, long, "Warning", parameters=parameters)


def _last(selector: str) -> str:
    return selector.strip().rpartition(".")[2]


def _name(element: Any) -> str:
    return str(etree.QName(element).localname)
