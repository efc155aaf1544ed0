"""What the sandbox's GetMyMessages answers and refuses."""

from collections.abc import Callable

import httpx
import pytest
from lxml import etree
from sandbox.mail_reading import NAMESPACE, errors, field, fields, root, rows

from leadkit.sandbox import Dealership, Sandbox, folders_body, mail_body

Post = Callable[..., httpx.Response]

HEADERS = "<DetailLevel>ReturnHeaders</DetailLevel>"
MESSAGES = "<DetailLevel>ReturnMessages</DetailLevel>"
SUMMARY = "<DetailLevel>ReturnSummary</DetailLevel>"


def paging(number: int, entries: int = 200) -> str:
    return f"<Pagination><EntriesPerPage>{entries}</EntriesPerPage><PageNumber>{number}</PageNumber></Pagination>"


def ids_of(answer: httpx.Response) -> list[str | None]:
    return [field(row, "MessageID") for row in rows(answer.content)]


def refused(answer: httpx.Response) -> tuple[int, str | None, str | None]:
    ((code, severity, kind),) = errors(answer.content)
    assert (severity, kind) == ("Error", "RequestError")
    assert root(answer.content).find(f"{NAMESPACE}Messages") is None
    return answer.status_code, field(root(answer.content), "Ack"), code


def test_pages_hold_every_message_once_the_oldest_first(post_mail: Post, shop: Dealership) -> None:
    pages = [post_mail(HEADERS + paging(number)) for number in range(1, len(shop.mail) // 200 + 3)]
    assert [one for page in pages for one in ids_of(page)] == [mail.message_id for mail in shop.mail]
    times = [field(row, "ReceiveDate") for page in pages for row in rows(page.content)]
    assert times == sorted(times, key=str)
    assert ids_of(pages[-1]) == []
    assert b"<Messages/>" in pages[-1].content


def test_a_page_is_the_body_that_is_made_without_http(post_mail: Post, shop: Dealership) -> None:
    answer = post_mail(HEADERS + "<FolderID>1</FolderID>" + paging(2, 50))
    assert answer.content == mail_body(shop, folder=1, page=2, entries=50)
    assert answer.headers["content-type"] == "text/xml; charset=utf-8"
    ids = [mail.message_id for mail in shop.mail[5:9]]
    inside = "".join(f"<MessageID>{one}</MessageID>" for one in ids)
    assert post_mail(f"{MESSAGES}<MessageIDs>{inside}</MessageIDs>").content == mail_body(
        shop, "ReturnMessages", ids=ids
    )
    assert post_mail(SUMMARY).content == folders_body(shop)


def test_a_page_has_25_messages_unless_told_otherwise(post_mail: Post, shop: Dealership) -> None:
    assert ids_of(post_mail(HEADERS)) == [mail.message_id for mail in shop.mail[:25]]


def test_headers_have_no_bodies_and_bodies_no_item(post_mail: Post) -> None:
    headers = set().union(*(fields(row) for row in rows(post_mail(HEADERS + paging(2)).content)))
    bodies = set().union(*(fields(row) for row in rows(post_mail(MESSAGES + paging(2)).content)))
    assert headers - bodies == {"ItemID", "ItemTitle", "ItemEndTime"}
    assert bodies - headers == {"Text", "Content"}
    assert b"<Alerts/>" in post_mail(HEADERS).content
    assert b"<Alerts/>" not in post_mail(MESSAGES).content


def test_several_detail_levels_give_all_that_each_gives(post_mail: Post) -> None:
    answer = root(post_mail(HEADERS + MESSAGES + SUMMARY + paging(2)).content)
    assert {"Summary", "Alerts", "Messages"} <= fields(answer)
    assert {"ItemID", "Text"} <= set().union(*(fields(row) for row in answer.iter(f"{NAMESPACE}Message")))
    only = fields(root(post_mail(SUMMARY).content))
    assert only == {"Timestamp", "Ack", "Version", "Build", "Summary"}


def test_a_level_that_does_not_apply_is_ignored(post_mail: Post) -> None:
    both = post_mail(HEADERS + "<DetailLevel>ReturnAll</DetailLevel>")
    assert both.content == post_mail(HEADERS).content
    assert refused(post_mail("<DetailLevel>ReturnAll</DetailLevel>")) == (200, "Failure", "37")


@pytest.mark.parametrize("folder", [0, 1, 2, 7, 12, 99])
def test_a_folder_holds_its_own_messages(post_mail: Post, shop: Dealership, folder: int) -> None:
    answer = post_mail(f"{HEADERS}<FolderID> {folder} </FolderID>{paging(1)}")
    assert ids_of(answer) == [mail.message_id for mail in shop.mail if mail.folder == folder][:200]
    assert bool(ids_of(answer)) == (folder != 99)


def test_times_are_bounds_and_both_belong(post_mail: Post, shop: Dealership) -> None:
    middle = [mail for mail in shop.mail if mail.folder == 0][300:320]
    first, last = (root(mail_body(shop, ids=[mail.message_id])) for mail in (middle[0], middle[-1]))
    start, end = (field(one, "Messages.Message.ReceiveDate") for one in (first, last))
    inside = f"{HEADERS}<FolderID>0</FolderID><StartTime>{start}</StartTime>"
    assert ids_of(post_mail(f"{inside}<EndTime>{end}</EndTime>")) == [mail.message_id for mail in middle]
    assert ids_of(post_mail(inside))[:20] == [mail.message_id for mail in middle]
    naive = (start or "").removesuffix("Z")
    assert ids_of(post_mail(f"{HEADERS}<FolderID>0</FolderID><StartTime>{naive}</StartTime>"))[0] == ids_of(
        post_mail(inside)
    )[0]  # fmt: skip


def test_external_ids_take_precedence_over_ids(post_mail: Post, shop: Dealership) -> None:
    known = next(mail for mail in shop.mail if mail.external_id)
    inside = (
        f"<ExternalMessageIDs><ExternalMessageID>{known.external_id}</ExternalMessageID></ExternalMessageIDs>"
        f"<MessageIDs><MessageID>{shop.mail[0].message_id}</MessageID></MessageIDs>"
    )
    assert ids_of(post_mail(HEADERS + inside)) == [known.message_id]


def test_ids_that_nobody_has_are_missing_and_repeated_ones_count_once(post_mail: Post, shop: Dealership) -> None:
    wanted = [*[shop.mail[place].message_id for place in (9, 9, 3)], "12345"]
    inside = "".join(f"<MessageID>{one}</MessageID>" for one in wanted * 4)
    answer = post_mail(f"{MESSAGES}<MessageIDs>{inside}</MessageIDs>")
    assert ids_of(answer) == [shop.mail[3].message_id, shop.mail[9].message_id]
    assert field(root(answer.content), "Ack") == "Success"


def test_an_empty_list_of_ids_asks_for_no_ids(post_mail: Post) -> None:
    assert len(ids_of(post_mail(HEADERS + "<MessageIDs/>"))) == 25


@pytest.mark.parametrize("spelling", ["true", "1"])
def test_high_priority_only(post_mail: Post, shop: Dealership, spelling: str) -> None:
    inside = f"{HEADERS}<IncludeHighPriorityMessageOnly>{spelling}</IncludeHighPriorityMessageOnly>{paging(1)}"
    answer = post_mail(inside)
    assert ids_of(answer) == [mail.message_id for mail in shop.mail if mail.high_priority][:200]
    assert {field(row, "HighPriority") for row in rows(answer.content)} == {"true"}


def test_output_selectors_leave_only_what_they_name(post_mail: Post) -> None:
    chosen = (
        "<OutputSelector>MessageID</OutputSelector><OutputSelector>Messages.Message.Folder.FolderID</OutputSelector>"
        "<OutputSelector>Sender,Nothing</OutputSelector>"
    )
    answer = post_mail(HEADERS + chosen)
    assert {frozenset(fields(row)) for row in rows(answer.content)} == {frozenset({"Sender", "MessageID", "Folder"})}
    assert fields(root(answer.content)) == {"Timestamp", "Ack", "Version", "Build", "Messages"}
    counts = root(post_mail(SUMMARY + "<OutputSelector>TotalMessageCount</OutputSelector>").content)
    assert field(counts, "Summary.TotalMessageCount") is not None
    assert field(counts, "Summary.FlaggedMessageCount") is None


def test_a_message_id_comes_back_as_the_correlation_id(post_mail: Post) -> None:
    assert field(root(post_mail(HEADERS + "<MessageID>a &amp; b</MessageID>").content), "CorrelationID") == "a & b"
    assert field(root(post_mail("<MessageID>7</MessageID>").content), "CorrelationID") == "7"
    assert field(root(post_mail(HEADERS).content), "CorrelationID") is None


def test_an_answer_tells_its_time_version_and_build(post_mail: Post, shop: Dealership) -> None:
    answer = root(post_mail(HEADERS, X_EBAY_API_COMPATIBILITY_LEVEL="1193").content)
    assert field(answer, "Timestamp") == f"{shop.now:%Y-%m-%dT%H:%M:%S}.000Z"
    assert (field(answer, "Version"), field(answer, "Build")) == ("1193", "E1193_CORE_APIMSG_19101244_R1")
    assert field(answer, "HardExpirationWarning") is None


def test_a_version_in_the_body_is_worth_a_warning_if_it_differs(post_mail: Post) -> None:
    other, same = (post_mail(f"{HEADERS}<Version>{one}</Version>") for one in (467, 1487))
    assert (field(root(other.content), "Ack"), errors(other.content)) == (
        "Warning",
        [("37", "Warning", "RequestError")],
    )
    assert len(ids_of(other)) == 25
    assert (field(root(same.content), "Ack"), errors(same.content)) == ("Success", [])


def test_unknown_elements_are_told_if_warnings_are_wanted(post_mail: Post) -> None:
    odd = "<folderId>1</folderId><Pagination><Pages>1</Pages></Pagination><!-- a comment -->"
    loud = post_mail(HEADERS + odd + "<WarningLevel>High</WarningLevel>")
    assert [code for code, _, _ in errors(loud.content)] == ["37", "37"]
    assert b'<ErrorParameters ParamID="Element"><Value>folderId</Value></ErrorParameters>' in loud.content
    assert post_mail(HEADERS + odd + "<WarningLevel>Low</WarningLevel>").content == post_mail(HEADERS).content


@pytest.mark.parametrize(
    ("inside", "name"),
    [
        ("", "DetailLevel"),
        ("<DetailLevel/>", "DetailLevel"),
        ("<DetailLevel>returnHeaders</DetailLevel>", "DetailLevel"),
        (HEADERS + "<FolderID>Inbox</FolderID>", "FolderID"),
        (HEADERS + "<FolderID>-1</FolderID>", "FolderID"),
        (HEADERS + "<StartTime>2026-09-01</StartTime>", "StartTime"),
        (HEADERS + "<EndTime>yesterday</EndTime>", "EndTime"),
        (
            HEADERS + "<StartTime>2026-09-02T00:00:00Z</StartTime><EndTime>2026-09-01T00:00:00Z</EndTime>",
            "EndTime",
        ),
        (HEADERS + "<IncludeHighPriorityMessageOnly>yes</IncludeHighPriorityMessageOnly>", "IncludeHighPriority"),
        (HEADERS + paging(0), "PageNumber"),
        (HEADERS + paging(1, 201), "EntriesPerPage"),
        (HEADERS + paging(1, 0), "EntriesPerPage"),
        (HEADERS + "<WarningLevel>Medium</WarningLevel>", "WarningLevel"),
        ("<ErrorLanguage>xx_XX</ErrorLanguage>" + HEADERS, "ErrorLanguage"),
        (
            HEADERS + f"<MessageIDs>{''.join(f'<MessageID>{one}</MessageID>' for one in range(11))}</MessageIDs>",
            "MessageIDs",
        ),
    ],
)
def test_each_wrong_input_fails_within_a_good_http_answer(post_mail: Post, inside: str, name: str) -> None:
    answer = post_mail(inside)
    assert refused(answer) == (200, "Failure", "37")
    assert f'ParamID="{name}' in answer.text


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({"X_EBAY_API_CALL_NAME": ""}, "2"),
        ({"X_EBAY_API_CALL_NAME": "GetItem"}, "2"),
        ({"X_EBAY_API_COMPATIBILITY_LEVEL": ""}, "37"),
        ({"X_EBAY_API_COMPATIBILITY_LEVEL": "new"}, "37"),
        ({"X_EBAY_API_SITEID": ""}, "37"),
        ({"Content_Type": "application/json"}, "37"),
        ({"Content_Type": "text/xml; charset=utf-8"}, None),
        ({"X_EBAY_API_IAF_TOKEN": ""}, "931"),
        ({"X_EBAY_API_IAF_TOKEN": "invalid token"}, "931"),
        ({"X_EBAY_API_IAF_TOKEN": "expired token"}, "21917053"),
    ],
)
def test_each_header_is_checked(post_mail: Post, headers: dict[str, str], code: str | None) -> None:
    answer = post_mail(HEADERS, **headers)
    assert answer.status_code == 200
    assert [one for one, _, _ in errors(answer.content)] == ([code] if code else [])
    assert field(root(answer.content), "Ack") == ("Failure" if code else "Success")


@pytest.mark.parametrize(("token", "code"), [("good", None), ("expired one", "932"), ("invalid one", "931")])
def test_a_token_in_the_body_is_an_auth_n_auth_token(post_mail: Post, token: str, code: str | None) -> None:
    inside = f"<RequesterCredentials><eBayAuthToken>{token}</eBayAuthToken></RequesterCredentials>"
    answer = post_mail(HEADERS + inside, X_EBAY_API_IAF_TOKEN="")
    assert [one for one, _, _ in errors(answer.content)] == ([code] if code else [])


def test_an_ended_token_fails_until_a_new_one_comes(sandbox: Sandbox, post: Post) -> None:
    assert errors(post(HEADERS).content) == []
    sandbox.expire_tokens()
    assert refused(post(HEADERS)) == (200, "Failure", "21917053")
    form = {"grant_type": "refresh_token", "refresh_token": sandbox.refresh_token}
    auth = (sandbox.client_id, sandbox.client_secret)
    fresh = httpx.post(f"{sandbox.url}/identity/v1/oauth2/token", data=form, auth=auth).json()["access_token"]
    assert errors(post(HEADERS, X_EBAY_API_IAF_TOKEN=fresh).content) == []


def test_a_token_without_the_general_scope_is_no_good_here(sandbox: Sandbox, post: Post) -> None:
    form = {
        "grant_type": "refresh_token",
        "refresh_token": sandbox.refresh_token,
        "scope": "https://api.ebay.com/oauth/api_scope/sell.leads",
    }
    auth = (sandbox.client_id, sandbox.client_secret)
    token = httpx.post(f"{sandbox.url}/identity/v1/oauth2/token", data=form, auth=auth).json()["access_token"]
    assert refused(post(HEADERS, X_EBAY_API_IAF_TOKEN=token)) == (200, "Failure", "931")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("<GetMyMessagesRequest>", "5"),
        ("", "5"),
        ('<!DOCTYPE a [<!ENTITY b "c">]><GetMyMessagesRequest/>', "5"),
        ("<GetItemRequest/>", "2"),
        ("<GetMyMessagesRequest/>", "37"),
    ],
)
def test_a_body_that_is_no_such_request_fails(post_mail: Post, body: str, code: str) -> None:
    assert refused(post_mail(body, whole=True)) == (200, "Failure", code)


def test_the_samples_of_the_page_are_taken(post_mail: Post) -> None:
    """The three requests of the page, with and without a namespace."""
    credentials = "<RequesterCredentials><eBayAuthToken>ABC...123</eBayAuthToken></RequesterCredentials>"
    samples = (
        f"{credentials}<WarningLevel>High</WarningLevel>{HEADERS}",
        f"<Version>467</Version>{MESSAGES}{credentials}<MessageIDs><MessageID>2848093</MessageID></MessageIDs>",
        f"<Version>467</Version>{MESSAGES}{credentials}<FolderID>2</FolderID>",
    )
    acks = [field(root(post_mail(one, X_EBAY_API_IAF_TOKEN="").content), "Ack") for one in samples]
    assert acks == ["Success", "Warning", "Warning"]
    bare = f"<GetMyMessagesRequest>{samples[0]}</GetMyMessagesRequest>"
    assert field(root(post_mail(bare, whole=True).content), "Ack") == "Success"


@pytest.mark.parametrize(
    ("language", "word"), [("de_DE", "ungültig"), ("de_AT", "ungültig"), ("en_US", "invalid"), ("fr_FR", "invalid")]
)
def test_errors_come_in_german_or_english(post_mail: Post, language: str, word: str) -> None:
    answer = post_mail(f"<ErrorLanguage>{language}</ErrorLanguage>")
    assert word in (field(root(answer.content), "Errors.LongMessage") or "")


def test_other_methods_are_not_found(standing: Sandbox) -> None:
    assert httpx.get(f"{standing.url}/ws/api.dll").status_code == 404


def test_every_answer_without_a_flaw_is_well_formed(post_mail: Post, shop: Dealership) -> None:
    broken = {mail.message_id for mail in shop.mail if mail.flaw}
    for number in range(1, len(shop.mail) // 200 + 2):
        answer = post_mail(HEADERS + MESSAGES + paging(number))
        page = {mail.message_id for mail in shop.mail[(number - 1) * 200 : number * 200]}
        if page & broken:
            with pytest.raises(etree.XMLSyntaxError):
                etree.fromstring(answer.content)
        else:
            etree.fromstring(answer.content)
