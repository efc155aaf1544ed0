"""GetMyMessages' answers written by hand, accounts to ask for them, and requests read without the client's own code."""

from __future__ import annotations

import warnings
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import polars as pl
import stamina
from loopback import Arrived, Loopback, Served, serving

import leadkit as lk

NOW = datetime(2026, 11, 2, 6, tzinfo=UTC)
AT = datetime(2026, 11, 2, 5, 59, tzinfo=UTC)
NAMESPACE = "urn:ebay:apis:eBLBaseComponents"
TYPED = {"Content-Type": "text/xml", "Date": "Mon, 02 Nov 2026 06:00:00 GMT"}
TOKEN = "v^1.1#a-token-of-the-mailbox"
Script = Callable[[Arrived], Served]


def answer(inside: str = "<Messages/>", *, ack: str = "Success", errors: str = "", head: str = "") -> bytes:
    """An answer with this inside; `head` stands before the root element."""
    standard = f"<Timestamp>2026-11-02T05:59:00.000Z</Timestamp><Ack>{ack}</Ack>{errors}<Version>1487</Version>"
    whole = f'<GetMyMessagesResponse xmlns="{NAMESPACE}">{standard}{inside}</GetMyMessagesResponse>'
    return f'<?xml version="1.0" encoding="utf-8"?>{head}{whole}'.encode()


def message(key: object = None, **elements: str) -> str:
    """A message with this id and these elements, their insides as XML."""
    whole = ({} if key is None else {"MessageID": str(key)}) | elements
    return f"<Message>{''.join(f'<{name}>{inside}</{name}>' for name, inside in whole.items())}</Message>"


def messages(*rows: str) -> bytes:
    return answer(f"<Messages>{''.join(rows)}</Messages>")


def counted(count: object, folder: object = None) -> bytes:
    """The summary of a mailbox with so many messages, in this folder and in all."""
    total = f"<TotalMessageCount>{count}</TotalMessageCount>"
    one = "" if folder is None else f"<FolderSummary><FolderID>{folder}</FolderID>{total}</FolderSummary>"
    return answer(f"<Summary>{one}{total}</Summary>")


def error(code: object, *, severity: str = "Error", kind: str = "RequestError", **parameters: str) -> str:
    given = "".join(
        f'<ErrorParameters ParamID="{key}"><Value>{value}</Value></ErrorParameters>'
        for key, value in parameters.items()
    )
    return (
        f"<Errors><ShortMessage>Short {code}.</ShortMessage><LongMessage>Long {code}.</LongMessage>"
        f"<ErrorCode>{code}</ErrorCode><SeverityCode>{severity}</SeverityCode>{given}"
        f"<ErrorClassification>{kind}</ErrorClassification></Errors>"
    )


def failure(*errors: str) -> bytes:
    return answer("", ack="Failure", errors="".join(errors))


def served(body: bytes) -> Served:
    return Served(body=body, headers=TYPED)


def inside(body: bytes) -> dict[str, list[str]]:
    """The texts of a request by the path of their element, its namespace checked."""
    found: dict[str, list[str]] = {}

    def collect(element: ET.Element, path: str) -> None:
        for child in element:
            assert child.tag.startswith(f"{{{NAMESPACE}}}"), child.tag
            here = f"{path}.{child.tag.partition('}')[2]}".removeprefix(".")
            if len(child):
                collect(child, here)
            else:
                found.setdefault(here, []).append(child.text or "")

    root = ET.fromstring(body)
    assert root.tag == f"{{{NAMESPACE}}}GetMyMessagesRequest"
    collect(root, "")
    return found


@contextmanager
def an_account(origin: str, **settings: Any) -> Iterator[lk.Ebay]:
    """An account; what is asked again is asked again at once."""
    given: dict[str, Any] = {"token": TOKEN, "base_url": origin, "clock": NOW} | settings
    with stamina.set_testing(True, attempts=10, cap=True), lk.Ebay(**given) as ebay:
        yield ebay


@contextmanager
def asking(*answers: bytes | Script, **settings: Any) -> Iterator[tuple[lk.Ebay, Loopback]]:
    """An account, and a server that gives these answers in turn, the last of them from then on."""
    scripts = [served(one) if isinstance(one, bytes) else one for one in answers]
    with serving(*scripts) as server, an_account(server.origin, **settings) as ebay:
        yield ebay, server


@contextmanager
def unheard() -> Iterator[None]:
    """Warnings are of no interest here."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", lk.LeadkitWarning)
        yield


def kinds(ebay: Any) -> dict[str, int]:
    """How many problems of each kind there are."""
    return dict(ebay.problems.group_by("kind").agg(pl.col("count").sum()).iter_rows())


def read(body: bytes, **options: Any) -> tuple[pl.DataFrame, list[dict[str, Any]]]:
    """The messages of a saved body, and what was odd in it."""
    problems: list[dict[str, Any]] = []
    with unheard():
        return lk.read_mail(body, problems=problems, **options), problems


def told(problems: list[dict[str, Any]]) -> Counter[str]:
    """What was odd, by kind."""
    found: Counter[str] = Counter()
    for one in problems:
        found[one["kind"]] += one["count"]
    return found
