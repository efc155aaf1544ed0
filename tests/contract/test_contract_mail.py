"""Each row of the page of GetMyMessages: what is sent, what each field becomes, and what each acknowledgement means."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import pytest
from contract_accounts import TOKEN, an_account, renewing
from contract_rows import Row, each_of_mail
from contract_server import Answer, Asked, Server, answering
from lxml import etree

import leadkit as lk

NAMESPACE = "urn:ebay:apis:eBLBaseComponents"
PAGE = Path(__file__).parent / "page3"
AT = "2026-03-04T05:06:07.089Z"
MOMENT = datetime(2026, 3, 4, 5, 6, 7, 89_000, tzinfo=UTC)


def an_answer(inside: str = "<Messages/>", ack: str = "Success", *, root: str = "GetMyMessagesResponse") -> Answer:
    standard = f"<Timestamp>{AT}</Timestamp><Ack>{ack}</Ack><Version>1487</Version><Build>E1487_TEST</Build>"
    body = f'<?xml version="1.0" encoding="UTF-8"?><{root} xmlns="{NAMESPACE}">{standard}{inside}</{root}>'
    return 200, {"Content-Type": "text/xml"}, body.encode()


def a_message(inside: str = "", key: str = "1") -> str:
    return f"<Messages><Message><MessageID>{key}</MessageID>{inside}</Message></Messages>"


def an_error(code: str = "37", severity: str = "Error", classification: str = "RequestError", more: str = "") -> str:
    return (
        f"<Errors><ShortMessage>Short.</ShortMessage><LongMessage>Long.</LongMessage><ErrorCode>{code}</ErrorCode>"
        f"<SeverityCode>{severity}</SeverityCode>{more}"
        f"<ErrorClassification>{classification}</ErrorClassification></Errors>"
    )


def fetched(
    answer: Answer | Callable[[Asked], Answer] | None = None,
    fetch: Callable[[lk.Ebay], Any] = lambda ebay: ebay.mail(),
    **settings: Any,
) -> tuple[Any, Server, lk.Ebay]:
    """The frame, or how the fetch ends; what arrived; the account."""
    with answering(an_answer() if answer is None else answer) as server, an_account(server.url, **settings) as ebay:
        try:
            return fetch(ebay), server, ebay
        except lk.LeadkitError as error:
            return error, server, ebay


def elements(asked: Asked) -> list[tuple[str, str]]:
    """The leaves of a request, by their paths."""
    root = etree.fromstring(asked.body)
    tree = root.getroottree()
    return [(_path(tree, leaf), leaf.text or "") for leaf in root.iter() if not len(leaf)]


def _path(tree: Any, leaf: Any) -> str:
    steps = re.findall(r"\{[^}]*\}([A-Za-z]+)", tree.getelementpath(leaf))
    return ".".join(steps)


def placed(path: str, text: str) -> str:
    """A text at a path such as ResponseDetails.ResponseURL, as elements."""
    for step in reversed(path.split(".")):
        text = f"<{step}>{text}</{step}>"
    return text


ARGUMENTS: dict[str, tuple[dict[str, Any], list[str]]] = {
    "EndTime": ({"end": "2026-10-01T00:00:00.500Z"}, ["2026-10-01T00:00:00.500Z"]),
    "StartTime": ({"start": "2026-09-01"}, ["2026-09-01T00:00:00.000Z"]),
    "ExternalMessageIDs.ExternalMessageID": ({"external_ids": ["7", "8"]}, ["7", "8"]),
    "FolderID": ({"folder": 2}, ["2"]),
    "IncludeHighPriorityMessageOnly": ({"high_priority": True}, ["true"]),
    "MessageIDs.MessageID": ({"ids": ["5", "6"]}, ["5", "6"]),
    "Pagination.EntriesPerPage": ({"page_size": 77}, ["77"]),
    "ErrorLanguage": ({"error_language": "de_DE"}, ["de_DE"]),
    "OutputSelector": ({"output": ["Subject", "MessageID"]}, ["Subject", "MessageID"]),
    "WarningLevel": ({"warning_level": "High"}, ["High"]),
}


@pytest.mark.filterwarnings("ignore::leadkit.LeadkitWarning")  # ids are asked for that are not there
@each_of_mail("parameter", lambda row: row.name in ARGUMENTS)
def test_the_argument_arrives_as_the_parameter(row: Row) -> None:
    arguments, values = ARGUMENTS[row.name]
    _, server, _ = fetched(fetch=lambda ebay: ebay.mail(**arguments))
    assert f"mail({next(iter(arguments))}=)" == row.place
    sent = elements(server.asked[0])
    assert [text for path, text in sent if path == row.name] == values
    absent = {name for name in ARGUMENTS if name not in {row.name, "Pagination.EntriesPerPage"}}
    assert not {path for path, _ in sent} & absent


@each_of_mail("parameter", lambda row: row.name == "Pagination.PageNumber")
def test_pages_are_counted_from_one_until_one_is_short(row: Row) -> None:
    assert row.place == "paging"

    def page(asked: Asked) -> Answer:
        if dict(elements(asked))["DetailLevel"] == "ReturnSummary":
            return an_answer("<Summary><TotalMessageCount>5</TotalMessageCount></Summary>")
        number = int(dict(elements(asked))["Pagination.PageNumber"])
        messages = "".join(f"<Message><MessageID>{number}{one}</MessageID></Message>" for one in "ab"[: 4 - number])
        return an_answer(f"<Messages>{messages}</Messages>")

    found, server, _ = fetched(page, lambda ebay: ebay.mail(page_size=2))
    assert found["message_id"].to_list() == ["1a", "1b", "2a", "2b", "3a"]
    numbers = [dict(elements(one)).get("Pagination.PageNumber") for one in server.asked]
    assert (sorted(numbers[:3]), numbers[3:]) == (["1", "2", "3"], [None])  # the last one asks for the count


@each_of_mail("parameter", lambda row: row.name.startswith("DetailLevel"))
def test_the_detail_level_is_that_of_the_call(row: Row) -> None:
    fetches: dict[str, Callable[[lk.Ebay], Any]] = {
        "mail()": lambda ebay: ebay.mail(),
        "mail(bodies=True)": lambda ebay: ebay.mail(bodies=True),
        "folders()": lambda ebay: ebay.folders(),
    }
    _, server, _ = fetched(an_answer(a_message()), fetches[row.place])
    assert dict(elements(server.asked[-1]))["DetailLevel"] == row.name.split()[1]


@each_of_mail("parameter", lambda row: row.name == "MessageID (correlation)")
def test_a_request_has_an_id_that_comes_back_and_is_the_same_for_the_same_request(row: Row) -> None:
    def echo(asked: Asked) -> Answer:
        return an_answer(f"<CorrelationID>{dict(elements(asked))['MessageID']}</CorrelationID><Messages/>")

    _, server, ebay = fetched(echo, lambda ebay: (ebay.mail(), ebay.mail(), ebay.mail(folder=1)))
    ids = [dict(elements(one))["MessageID"] for one in server.asked]
    assert ebay.requests[row.place.removeprefix("requests.")].to_list() == ids
    assert ids[0] == ids[1] != ids[2]


@each_of_mail("parameter", lambda row: row.name == "Version")
def test_the_version_stands_in_the_header_and_not_in_the_body(row: Row) -> None:
    assert "in the header" in row.place
    _, server, _ = fetched(trading_version="1193")
    assert server.asked[0].headers["x-ebay-api-compatibility-level"] == "1193"
    assert "Version" not in dict(elements(server.asked[0]))


HEADERS = {
    "X-EBAY-API-CALL-NAME": "GetMyMessages",
    "X-EBAY-API-COMPATIBILITY-LEVEL": "1487",
    "X-EBAY-API-SITEID": "100",
    "X-EBAY-API-IAF-TOKEN": TOKEN,
    "Content-Type": "text/xml",
}


@each_of_mail("header")
def test_the_header_is_sent(row: Row) -> None:
    name = row.name.partition(":")[0]
    _, server, _ = fetched(site=100)
    assert (row.place, server.asked[0].headers[name.lower()]) == ("sent", HEADERS[name])
    assert (server.asked[0].method, server.asked[0].path) == ("POST", "/ws/api.dll")
    assert "authorization" not in server.asked[0].headers


TIMES = {"ExpirationDate", "ItemEndTime", "ReceiveDate", "UserResponseDate"}
FLAGS = {"Flagged", "HighPriority", "Read", "Replied", "ResponseEnabled"}


def planted(name: str) -> tuple[str, Any]:
    """A value as it stands in the XML, and as the column should have it."""
    last = name.rpartition(".")[2]
    if last in TIMES:
        return AT.replace("2026", "2025"), MOMENT.replace(year=2025)
    return ("true", True) if last in FLAGS else ("planted&é=1+1", "planted&é=1+1")


@each_of_mail("field", lambda row: row.place.startswith("mail.") and row.place != "mail.fetched_at")
def test_a_planted_value_is_in_its_column_and_in_no_other(row: Row) -> None:
    path = row.name.removeprefix("Messages.Message.")
    text, expected = planted(path)
    column, _, inner = row.place.removeprefix("mail.").partition("[].")
    message = f"<Messages><Message>{placed(path, escape(text))}</Message></Messages>"
    found, _, _ = fetched(an_answer(message))
    cells = found.drop("account", "fetched_at").row(0, named=True)
    value = [{"name": None, "type": None, "url": None} | {inner: expected}] if inner else expected
    # plain text in Text is also what can be read of it
    others = {"html": {"text"}}.get(column, set())
    assert {name: cell for name, cell in cells.items() if cell is not None and name not in others} == {column: value}


@each_of_mail("field", lambda row: row.name == "Timestamp")
def test_the_timestamp_is_when_it_was_fetched(row: Row) -> None:
    found, _, _ = fetched(an_answer(a_message()))
    assert found[row.place.removeprefix("mail.")].to_list() == [MOMENT]


@each_of_mail("field", lambda row: row.name == "Alerts")
def test_alerts_are_read_past(row: Row) -> None:
    found, _, ebay = fetched(an_answer(f"<{row.name}/>{a_message()}"))
    assert (row.place, len(found), len(ebay.problems)) == ("read past", 1, 0)


@each_of_mail("field", lambda row: row.name.startswith("Summary.FolderSummary."))
def test_a_count_of_a_folder_is_in_its_column_and_in_no_other(row: Row) -> None:
    path = row.name.removeprefix("Summary.")
    column = row.place.removeprefix("folders.")
    text, expected = ("4711", 4711) if column not in {"folder_id", "name"} else ("4711", "4711")
    found, _, _ = fetched(an_answer(f"<Summary>{placed(path, text)}</Summary>"), lambda ebay: ebay.folders())
    cells = found.drop("account", "fetched_at").row(0, named=True)
    assert {name: cell for name, cell in cells.items() if cell is not None} == {column: expected}


@each_of_mail("field", lambda row: row.place.endswith("(row folder_id null)"))
def test_a_count_of_all_folders_is_in_the_row_without_a_folder(row: Row) -> None:
    name = row.name.removeprefix("Summary.")
    column = row.place.split()[0].removeprefix("folders.")
    found, _, _ = fetched(an_answer(f"<Summary>{placed(name, '4711')}</Summary>"), lambda ebay: ebay.folders())
    cells = found.drop("account", "fetched_at").row(0, named=True)
    assert {name: cell for name, cell in cells.items() if cell is not None} == {column: 4711}


@each_of_mail("field", lambda row: row.name in {"Ack", "Build", "CorrelationID", "Version"})
def test_what_an_answer_says_of_itself_stands_in_the_requests(row: Row) -> None:
    _, _, ebay = fetched(an_answer("<CorrelationID>the-id</CorrelationID><Messages/>"))
    said = {"Ack": "Success", "Build": "E1487_TEST", "CorrelationID": "the-id", "Version": "1487"}
    assert ebay.requests[row.place.removeprefix("requests.")].to_list() == [said[row.name]]


@each_of_mail("field", lambda row: row.name == "Errors.ErrorClassification")
def test_a_system_error_is_retried_at_most_twice_and_a_request_error_never(row: Row, no_pauses: None) -> None:
    assert row.place == "SystemError retried, RequestError not"
    for classification, kind, calls in (
        ("SystemError", lk.ServerError, 3),
        ("RequestError", lk.LeadkitError, 1),
    ):
        error, server, _ = fetched(an_answer(an_error("99", classification=classification), "Failure"))
        assert (type(error), len(server.asked)) == (kind, calls)


@each_of_mail("field", lambda row: row.name in {"Errors.ErrorCode", "Errors.LongMessage", "Errors.ShortMessage"})
def test_an_error_carries_what_the_api_says(row: Row) -> None:
    error, _, _ = fetched(an_answer(an_error("4711"), "Failure"))
    assert row.place in {"error .code", "error message"}
    assert (error.code, error.status, error.source) == ("4711", 200, "mail")
    assert (error.errors[0]["message"], error.errors[0]["long_message"]) == ("Short.", "Long.")
    assert "4711 Long." in str(error)


@each_of_mail("field", lambda row: row.name.startswith("Errors.ErrorParameters"))
def test_every_listed_error_has_its_parameters(row: Row) -> None:
    assert row.place == "error .errors[].parameters"
    more = '<ErrorParameters ParamID="0"><Value>FolderID</Value></ErrorParameters>'
    error, _, _ = fetched(an_answer(an_error("1") + an_error("2", more=more), "Failure"))
    assert [one["parameters"] for one in error.errors] == [[], [{"name": "0", "value": "FolderID"}]]
    assert "0 = FolderID" in str(error)


@each_of_mail("field", lambda row: row.name == "Errors.SeverityCode")
def test_an_error_raises_and_a_warning_warns(row: Row) -> None:
    assert row.place == "Error raises, Warning warns"
    both = an_error("21", "Warning") + an_error("22")
    error, _, _ = fetched(an_answer(both, "Failure"))
    assert error.code == "22"
    with pytest.warns(lk.LeadkitWarning, match="21 Long"):
        found, _, _ = fetched(an_answer(an_error("21", "Warning") + a_message(), "Warning"))
    assert len(found) == 1


@each_of_mail("field", lambda row: row.name == "HardExpirationWarning")
def test_the_end_of_the_token_is_a_warning(row: Row) -> None:
    assert row.place == "a LeadkitWarning"
    with pytest.warns(lk.LeadkitWarning, match=r"token_expires .*2026-11-05"):
        fetched(an_answer(f"<{row.name}>2026-11-05T00:00:00.000Z</{row.name}>{a_message()}"))


@pytest.mark.parametrize("told", [True, False])
@each_of_mail("status", lambda row: row.name != "Ack Failure")
def test_an_acknowledgement_with_data_gives_the_rows(row: Row, told: bool) -> None:
    ack = row.name.removeprefix("Ack ")
    answer = an_answer((an_error(severity="Warning") if told else "") + a_message(), ack)
    if ack == "Success" and not told:
        found, _, ebay = fetched(answer)
        assert (row.place, len(ebay.problems)) == ("rows", 0)
    else:
        with pytest.warns(lk.LeadkitWarning, match="api_warning") as warned:
            found, _, _ = fetched(answer)
        assert len(warned) == 1
    assert found["message_id"].to_list() == ["1"]


@pytest.mark.parametrize("root", ["GetMyMessagesResponse", "eBayApiErrorResponse"])
@each_of_mail("status", lambda row: row.name == "Ack Failure")
def test_a_failure_inside_http_200_is_an_error(row: Row, root: str) -> None:
    error, server, ebay = fetched(an_answer(an_error(), "Failure", root=root))
    assert (row.place, type(error), len(server.asked)) == ("LeadkitError", lk.LeadkitError, 1)
    assert ebay.requests["status"].to_list() == [200]


@pytest.mark.parametrize(
    ("code", "kind", "calls"),
    [
        ("931", lk.Unauthorized, 1),
        ("932", lk.Unauthorized, 1),
        ("518", lk.RateLimited, 1),
        ("21919144", lk.RateLimited, 1),
        ("2", lk.LeadkitError, 1),
        ("10007", lk.ServerError, 3),
    ],
)
def test_the_codes_have_their_errors(code: str, kind: type, calls: int, no_pauses: None) -> None:
    error, server, _ = fetched(an_answer(an_error(code), "Failure"))
    assert (type(error), error.code, len(server.asked)) == (kind, code, calls)


def test_an_expired_token_is_refreshed_once() -> None:
    def answer(asked: Asked) -> Answer:
        if asked.path.endswith("/token"):
            return 200, {}, b'{"access_token": "v^1.1#another", "expires_in": 7200, "token_type": "x"}'
        return an_answer(an_error("21917053"), "Failure")

    with answering(answer) as server, renewing(server.url) as ebay, pytest.raises(lk.Unauthorized, match="21917053"):
        ebay.mail()
    assert [asked.path.rpartition("/")[2] for asked in server.asked] == ["token", "api.dll", "token", "api.dll"]


ROWS = {
    "basic": [
        ("1095270", "762802", "110043547115", True, datetime(2016, 2, 10, 18, 51, 33, tzinfo=UTC)),
        ("1095480", "763010", "110043598202", False, None),
    ],
    "ids": [("2848093", None, None, None, None)],
    "folder": [("2809419", None, None, None, None)],
}
ASKED: dict[str, dict[str, Any]] = {
    "basic": {"warning_level": "High"},
    "ids": {"ids": ["2848093"], "bodies": True},
    "folder": {"folder": 2, "bodies": True},
}


@pytest.mark.parametrize("sample", ASKED)
@each_of_mail("sample")
def test_the_samples_of_page_3_go_out_and_come_in_as_they_are_printed(row: Row, sample: str) -> None:
    assert row.place == "requests rebuilt, responses read whole"
    body = (PAGE / f"{sample}-response.xml").read_bytes()
    found, server, ebay = fetched((200, {"Content-Type": "text/xml"}, body), lambda ebay: ebay.mail(**ASKED[sample]))
    wanted = set(_leaves_of_sample(sample)) - {("DetailLevel", "ReturnMessages")}
    assert wanted <= set(elements(server.asked[0]))
    levels = {dict(elements(asked))["DetailLevel"] for asked in server.asked}
    assert levels >= {text for name, text in _leaves_of_sample(sample) if name == "DetailLevel"}
    told = found.select("message_id", "external_message_id", "item_id", "replied", "replied_at").rows()
    assert told == ROWS[sample]
    assert set(ebay.problems["kind"]) == ({"repaired_xml"} if sample == "basic" else set())


def _leaves_of_sample(sample: str) -> list[tuple[str, str]]:
    """What a sample asks for; its token and its version travel in headers."""
    asked = Asked("POST", "", {}, {}, (PAGE / f"{sample}-request.xml").read_bytes())
    return [pair for pair in elements(asked) if not pair[0].startswith(("RequesterCredentials", "Version"))]


def test_the_samples_are_read_to_the_letter() -> None:
    basic = lk.read_mail(PAGE / "basic-response.xml")
    assert basic["response_url"][1] == (
        "http://contact.sandbox.ebay.com/ws/eBayISAPI.dll?M2MContact&item=110043598202&requested=bigbuyer&qid=763010"
        "&redirect=0&messageid=m1095480"
    )
    assert basic["subject"][1] == (
        "bigbuyer has sent a question about item #110043598202, ending on Feb-18-16 18:52:35 PST - Acura : CL"
    )
    (html,) = lk.read_mail(PAGE / "ids-response.xml")["html"]
    assert '<td valign="bottom" align="left" class="Help"><b>eBay sent this' in html
    (text,) = lk.read_mail(PAGE / "ids-response.xml")["text"]
    assert text.startswith("eBay sent this message to Sample Seller (sampleseller).")
    assert text.endswith("Learn more.")
    assert lk.read_mail(PAGE / "folder-response.xml").schema == basic.schema
