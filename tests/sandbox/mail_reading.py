"""Reads GetMyMessages' bodies in the tests, the broken ones as well, by other means than the client does."""

import re
from datetime import datetime

from lxml import etree

NAMESPACE = "{urn:ebay:apis:eBLBaseComponents}"


def sound(body: bytes) -> bytes:
    """Mend what the mailbox breaks on purpose; CDATA is left alone."""
    parts = re.split(r"(<!\[CDATA\[.*?\]\]>)", body.decode(), flags=re.DOTALL)
    for place in range(0, len(parts), 2):
        part = parts[place].replace("&nbsp;", " ").replace("&#11;", "")
        parts[place] = re.sub(r"&(?!#?\w+;)", "&amp;", part)
    return "".join(parts).replace("\x0b", "").encode()


def root(body: bytes) -> etree._Element:
    return etree.fromstring(sound(body))


def rows(body: bytes) -> list[etree._Element]:
    return root(body).findall(f"{NAMESPACE}Messages/{NAMESPACE}Message")


def field(element: etree._Element, path: str) -> str | None:
    """The text at a path of local names; None without such an element."""
    found = element.find("/".join(NAMESPACE + name for name in path.split(".")))
    return None if found is None else found.text or ""


def fields(element: etree._Element) -> set[str]:
    return {etree.QName(child).localname for child in element}


def moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def errors(body: bytes) -> list[tuple[str | None, str | None, str | None]]:
    """Code, severity and classification of each error."""
    names = ("ErrorCode", "SeverityCode", "ErrorClassification")
    code, severity, kind = ([field(one, name) for one in root(body).findall(f"{NAMESPACE}Errors")] for name in names)
    return list(zip(code, severity, kind, strict=True))
