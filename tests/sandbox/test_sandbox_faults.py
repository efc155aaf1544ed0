"""Every fault of the sandbox, seen from the client's side."""

import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from leadkit.sandbox import Dealership, Sandbox

Ask = Callable[..., httpx.Response]

MEMBERS = {"conversation_type": "FROM_MEMBERS", "limit": "50"}
WINDOW = {"startTime": "2026-09-01T00:00:00Z", "endTime": "2026-09-03T00:00:00Z"}
LEAD = "classifiedLeads[].responses[]"


def ids(page: httpx.Response) -> list[str]:
    return [row["conversationId"] for row in page.json()["conversations"]]


def first_lead(answer: httpx.Response) -> dict[str, Any]:
    lead: dict[str, Any] = next(row["responses"][0] for row in answer.json()["classifiedLeads"] if row.get("responses"))
    return lead


def test_latency_keeps_the_client_waiting(sandbox: Sandbox, get: Ask) -> None:
    sandbox.faults.add("latency", seconds=0.15, times=1)
    begun = time.monotonic()
    assert get("classified_lead").status_code == 200
    assert time.monotonic() - begun >= 0.15


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("classified_lead", 401, 1001),
        ("classified_lead", 403, 1100),
        ("conversation", 404, 2002),
        ("classified_lead", 429, 2001),
        ("classified_lead", 500, 350000),
        ("conversation", 500, 335000),
        ("conversation", 503, 335000),
    ],
)
def test_a_status_comes_with_the_body_of_its_api(sandbox: Sandbox, get: Ask, path: str, status: int, code: int) -> None:
    sandbox.faults.add("status", status=status)
    answer = get(path, MEMBERS)
    assert (answer.status_code, answer.json()["errors"][0]["errorId"]) == (status, code)


@pytest.mark.parametrize(("status", "error"), [(500, "server_error"), (429, "invalid_request")])
def test_a_status_of_the_token_endpoint_is_flat(sandbox: Sandbox, status: int, error: str) -> None:
    sandbox.faults.add("status", path="oauth2/token", status=status)
    answer = httpx.post(f"{sandbox.url}/identity/v1/oauth2/token")
    assert (answer.status_code, answer.json()["error"]) == (status, error)


def test_a_status_brings_its_headers_and_its_body_or_none(sandbox: Sandbox, get: Ask) -> None:
    sandbox.faults.add("status", status=429, headers={"Retry-After": "1"}, times=1)
    sandbox.faults.add("status", status=500, body=b"", times=1)
    sandbox.faults.add("status", status=503, body=b"<h1>Busy</h1>", content_type="text/html", times=1)
    limited, empty, busy = (get("classified_lead") for _ in range(3))
    assert (limited.status_code, limited.headers["retry-after"]) == (429, "1")
    assert (empty.status_code, empty.content) == (500, b"")
    assert "content-type" not in empty.headers
    assert (busy.status_code, busy.text, busy.headers["content-type"][:9]) == (503, "<h1>Busy</h1>", "text/html")
    assert "retry-after" not in busy.headers


def test_after_and_times_say_when_a_fault_strikes(sandbox: Sandbox, get: Ask) -> None:
    fault = sandbox.faults.add("status", status=500, after=1, times=2)
    assert [get("classified_lead").status_code for _ in range(5)] == [200, 500, 500, 200, 200]
    assert (fault.seen, fault.hits) == (5, 2)


def test_path_and_where_say_which_requests_a_fault_concerns(sandbox: Sandbox, get: Ask) -> None:
    sandbox.faults.add("status", status=503, path="/conversation", where={"offset": "50"})
    assert get("classified_lead").status_code == 200
    assert get("conversation", MEMBERS).status_code == 200
    assert get("conversation", {**MEMBERS, "offset": "50"}).status_code == 503


def test_a_share_is_drawn_from_the_seed(shop: Dealership) -> None:
    def statuses() -> list[int]:
        with Sandbox(dealership=shop) as sandbox:
            sandbox.faults.add("status", status=500, share=0.4)
            with httpx.Client(base_url=sandbox.url) as client:
                return [client.get("/").status_code for _ in range(20)]

    first = statuses()
    assert first == statuses()
    assert set(first) == {404, 500}


def test_faults_can_be_taken_back(sandbox: Sandbox, get: Ask) -> None:
    sandbox.faults.add("status", status=500)
    assert get("classified_lead").status_code == 500
    sandbox.faults.clear()
    assert get("classified_lead").status_code == 200


@pytest.mark.parametrize("encoding", ["identity", "gzip"])
def test_a_cut_connection_ends_within_the_body(sandbox: Sandbox, get: Ask, encoding: str) -> None:
    sandbox.faults.add("cut", times=1)
    with pytest.raises(httpx.RemoteProtocolError, match="peer closed connection"):
        get("classified_lead", **{"Accept-Encoding": encoding})
    assert get("classified_lead").status_code == 200


def test_a_truncated_body_is_whole_http_but_half_the_json(sandbox: Sandbox, get: Ask) -> None:
    whole = get("classified_lead").content
    sandbox.faults.add("truncated", at=0.25)
    answer = get("classified_lead", **{"Accept-Encoding": "identity"})
    assert answer.status_code == 200
    assert answer.content == whole[: len(whole) // 4]
    assert int(answer.headers["content-length"]) == len(answer.content)


@pytest.mark.parametrize("body", [b"{}", b"[]", b"", b"<html></html>", '{"a": "é"}'.encode("utf-16")])
def test_a_body_can_be_anything(sandbox: Sandbox, get: Ask, body: bytes) -> None:
    sandbox.faults.add("body", body=body)
    answer = get("classified_lead")
    assert (answer.status_code, answer.content) == (200, body)


def test_no_content_is_a_204_without_a_body(sandbox: Sandbox, get: Ask) -> None:
    sandbox.faults.add("no_content")
    answer = get("classified_lead")
    assert (answer.status_code, answer.content) == (204, b"")


def test_a_token_expires_in_the_middle_and_a_refreshed_one_goes_on(sandbox: Sandbox, get: Ask) -> None:
    sandbox.faults.add("expire_token", path="/conversation", after=1, times=1)
    assert [get("conversation", MEMBERS).status_code for _ in range(3)] == [200, 401, 401]
    form = {"grant_type": "refresh_token", "refresh_token": sandbox.refresh_token}
    auth = (sandbox.client_id, sandbox.client_secret)
    fresh = httpx.post(f"{sandbox.url}/identity/v1/oauth2/token", data=form, auth=auth).json()["access_token"]
    assert get("conversation", MEMBERS, Authorization=f"Bearer {fresh}").status_code == 200


def test_rows_come_between_two_pages(sandbox: Sandbox, get: Ask) -> None:
    first, second = (ids(get("conversation", {**MEMBERS, "offset": at})) for at in ("0", "50"))
    total = get("conversation", MEMBERS).json()["total"]
    sandbox.faults.add("insert_rows", path="/conversation", rows=3, after=1)
    assert ids(get("conversation", MEMBERS)) == first
    shifted = get("conversation", {**MEMBERS, "offset": "50"})
    assert ids(shifted) == first[-3:] + second[:-3]
    assert shifted.json()["total"] == total + 3
    newcomers = ids(get("conversation", MEMBERS))[:3]
    assert not set(newcomers) & {*first, *second}
    assert get(f"conversation/{newcomers[0]}", MEMBERS).json()["total"] == 1


def test_rows_can_come_at_any_place_and_of_either_type(sandbox: Sandbox, get: Ask) -> None:
    notices = {"conversation_type": "FROM_EBAY", "limit": "50"}
    before = ids(get("conversation", notices))
    sandbox.faults.add("insert_rows", path="/conversation", at=2, times=1)
    sandbox.faults.add("insert_rows", path="/conversation", at=10_000, times=1)
    after = ids(get("conversation", notices))
    assert (after[:2], after[3:-1]) == (before[:2], before[2:])
    assert not {after[2], after[-1]} & set(before)


def test_rows_go_between_two_pages(sandbox: Sandbox, get: Ask) -> None:
    first, second = (ids(get("conversation", {**MEMBERS, "offset": at})) for at in ("0", "50"))
    sandbox.faults.add("remove_rows", path="/conversation", rows=2, at=1, after=1)
    assert ids(get("conversation", MEMBERS)) == first
    assert ids(get("conversation", {**MEMBERS, "offset": "50"}))[:48] == second[2:]
    assert ids(get("conversation", MEMBERS))[:48] == first[:1] + first[3:]
    assert get(f"conversation/{first[1]}", MEMBERS).status_code == 404


def test_a_page_can_be_repeated(sandbox: Sandbox, get: Ask) -> None:
    sandbox.faults.add("repeat_page", where={"offset": "50"})
    first = get("conversation", MEMBERS)
    again = get("conversation", {**MEMBERS, "offset": "50"})
    assert ids(again) == ids(first)
    assert again.json()["offset"] == 50
    assert "offset=100" in again.json()["next"]


def test_a_page_of_messages_can_be_repeated(sandbox: Sandbox, get: Ask, shop: Dealership) -> None:
    path = f"conversation/{shop.threads[0].conversation_id}"
    sandbox.faults.add("long_thread", messages=60)
    sandbox.faults.add("repeat_page", where={"offset": "50"})
    first, again = (get(path, {**MEMBERS, "offset": at}).json() for at in ("0", "50"))
    assert again["messages"] == first["messages"]


def test_one_thread_or_every_thread_can_be_gone(sandbox: Sandbox, get: Ask) -> None:
    one, other = ids(get("conversation", MEMBERS))[:2]
    sandbox.faults.add("gone_thread", conversation_id=one)
    gone = get(f"conversation/{one}", MEMBERS)
    assert (gone.status_code, gone.json()["errors"][0]["errorId"]) == (404, 2002)
    assert get(f"conversation/{other}", MEMBERS).status_code == 200
    assert one in ids(get("conversation", MEMBERS))
    sandbox.faults.add("gone_thread")
    assert get(f"conversation/{other}", MEMBERS).status_code == 404


def test_a_long_thread_has_more_than_a_page_and_no_new_reply(sandbox: Sandbox, get: Ask, shop: Dealership) -> None:
    thread = next(one for one in shop.threads if not one.messages[-1].from_seller)
    path = f"conversation/{thread.conversation_id}"
    before = get(path, MEMBERS).json()
    sandbox.faults.add("long_thread", messages=120, conversation_id=thread.conversation_id)
    kind = {**MEMBERS, "conversation_type": thread.conversation_type}
    pages = [get(path, {**kind, "offset": str(start)}).json() for start in (0, 50, 100)]
    messages = [message for page in pages for message in page["messages"]]
    assert [len(page["messages"]) for page in pages] == [50, 50, 20]
    assert len({message["messageId"] for message in messages}) == 120
    assert all(message in messages for message in before["messages"])
    added = [message for message in messages if message not in before["messages"]]
    assert {message["senderUsername"] for message in added} == {thread.other_party}
    assert max(message["createdDate"] for message in added) < shop.now.isoformat()


def test_a_total_can_be_wrong(sandbox: Sandbox, get: Ask) -> None:
    leads, items = (get("classified_lead").json()[key] for key in ("totalLeads", "totalItems"))
    talks = get("conversation", MEMBERS).json()["total"]
    sandbox.faults.add("wrong_total", delta=-2)
    sandbox.faults.add("wrong_total", path="/leads/", delta=5, key="totalItems")
    assert get("conversation", MEMBERS).json()["total"] == talks - 2
    body = get("classified_lead").json()
    assert (body["totalLeads"], body["totalItems"]) == (leads - 2, items + 5)


@pytest.mark.parametrize("level", ["", "classifiedLeads[]", LEAD, f"{LEAD}.leadFee", f"{LEAD}.contactInformation"])
def test_unknown_keys_come_at_any_level(sandbox: Sandbox, get: Ask, level: str) -> None:
    plain = get("classified_lead").text
    sandbox.faults.add("unknown_keys", at=level, key="surprise", value={"a": [1]}, rows=1)
    text = get("classified_lead").text
    assert '"surprise"' not in plain
    assert text.count('"surprise":{"a":[1]}') == 1


def test_unknown_keys_come_in_every_object_unless_told_otherwise(sandbox: Sandbox, get: Ask) -> None:
    sandbox.faults.add("unknown_keys", at=LEAD)
    answer = get("classified_lead")
    assert answer.text.count('"newKey":"new"') == answer.json()["totalLeads"]


def test_an_object_can_stand_in_a_scalars_place(sandbox: Sandbox, get: Ask) -> None:
    sandbox.faults.add("object_in_scalar", at=f"{LEAD}.submittedTime")
    answer = get("classified_lead")
    assert first_lead(answer)["submittedTime"] == {"unexpected": "object"}
    assert answer.text.count('"unexpected"') == 1


def test_any_value_can_be_planted(sandbox: Sandbox, get: Ask) -> None:
    sandbox.faults.add("value", at=f"{LEAD}.leadStatus", value="ESCALATED", rows=2)
    sandbox.faults.add("value", at="totalItems", value="many")
    answer = get("classified_lead")
    assert answer.text.count('"ESCALATED"') == 2
    assert answer.json()["totalItems"] == "many"


def test_a_key_can_be_missing(sandbox: Sandbox, get: Ask) -> None:
    sandbox.faults.add("missing_key", at="totalLeads")
    sandbox.faults.add("missing_key", at=f"{LEAD}.userId", rows=1)
    sandbox.faults.add("missing_key", at="no.such.place")
    answer = get("classified_lead")
    sandbox.faults.clear()
    assert "totalLeads" not in answer.json()
    assert answer.text.count('"userId"') == get("classified_lead").text.count('"userId"') - 1


def test_windows_that_are_too_large_fail_and_narrow_ones_do_not(sandbox: Sandbox, get: Ask) -> None:
    sandbox.faults.add("too_large", hours=48)
    wide = {**WINDOW, "endTime": "2026-09-03T00:00:01Z"}
    for query in ({}, wide, {"endTime": WINDOW["endTime"]}, {"startTime": WINDOW["startTime"]}):
        answer = get("classified_lead", query)
        assert (answer.status_code, answer.json()["errors"][0]["errorId"]) == (500, 350000)
    assert get("classified_lead", WINDOW).status_code == 200
    assert get("classified_lead", {"startTime": "2026-11-01T12:00:00Z"}).status_code == 200


def test_a_window_that_cannot_be_read_is_left_to_the_api(sandbox: Sandbox, get: Ask) -> None:
    sandbox.faults.add("too_large", hours=48)
    for text in ("soon", "2026-09-01T00:00:00"):
        assert get("classified_lead", {"startTime": text}).json()["errors"][0]["errorId"] == 352003


def test_too_large_can_take_longer_than_a_client_waits(sandbox: Sandbox) -> None:
    sandbox.faults.add("too_large", hours=1, seconds=60)
    with pytest.raises(httpx.ReadTimeout):
        httpx.get(f"{sandbox.url}/sell/leads/v1/classified_lead", timeout=0.1)


@pytest.mark.parametrize(
    ("kind", "options", "match"),
    [
        ("earthquake", {}, "no fault is called 'earthquake'"),
        ("latency", {}, r"needs \['seconds'\]"),
        ("cut", {"status": 500}, r"does not know \['status'\]"),
    ],
)
def test_an_order_that_makes_no_sense_is_refused(shop: Dealership, kind: str, options: Any, match: str) -> None:
    with pytest.raises(ValueError, match=match):
        Sandbox(dealership=shop).faults.add(kind, **options)


def test_damaged_bodies_are_the_same_every_time(shop: Dealership) -> None:
    def body() -> bytes:
        with Sandbox(dealership=shop) as sandbox:
            sandbox.faults.add("unknown_keys", at=LEAD, rows=3)
            sandbox.faults.add("truncated", at=0.9)
            headers = {"Authorization": f"Bearer {sandbox.token}"}
            return httpx.get(f"{sandbox.url}/sell/leads/v1/classified_lead", headers=headers).content

    assert body() == body()
