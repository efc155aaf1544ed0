"""What an answer says of itself: acks, errors, retries, tokens, and what stands in it that nobody knows."""

from __future__ import annotations

import warnings
from typing import Any

import pytest
from loopback import Served
from mail_answers import (
    TYPED,
    an_account,
    answer,
    asking,
    error,
    failure,
    inside,
    kinds,
    message,
    messages,
    unheard,
)

import leadkit as lk
from leadkit.sandbox import Dealership, Sandbox

ONE = f"<Messages>{message(1)}</Messages>"


def account(sandbox: Sandbox, **settings: Any) -> Any:
    return an_account(sandbox.url, **({"token": sandbox.token, "clock": sandbox.dealership.now} | settings))


def renewing(sandbox: Sandbox, **settings: Any) -> Any:
    keys = {
        "client_id": sandbox.client_id,
        "client_secret": sandbox.client_secret,
        "refresh_token": sandbox.refresh_token,
    }
    return account(sandbox, token=None, **keys, **settings)


@pytest.mark.parametrize("ack", ["Warning", "PartialFailure", "CustomCode"])
def test_rows_stay_and_there_is_one_warning(sandbox: Sandbox, shop: Dealership, ack: str) -> None:
    sandbox.faults.add("trading_error", code=21920000, severity="Warning", ack=ack, short="Short.", long="Long.")
    with account(sandbox) as ebay, warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        found = ebay.mail(0, page_size=50, bodies=True)
        calls = ebay.requests.height
        (problem,) = ebay.problems.filter(kind="api_warning").rows(named=True)
        assert set(ebay.requests["ack"]) == {ack}
    assert len(found) == len([mail for mail in shop.mail if mail.folder == 0])
    (warning,) = caught
    assert warning.category is lk.LeadkitWarning
    assert warning.filename == __file__
    assert "the API warns: 21920000 Long." in str(warning.message)
    assert (problem["source"], problem["column"], problem["row_key"], problem["count"]) == (
        "mail",
        "Errors",
        "21920000",
        calls,
    )


def test_rows_that_come_with_an_error_are_kept_whatever_the_ack_says() -> None:
    with asking(answer(ONE, ack="Success", errors=error(37, Tag="x"))) as (ebay, _):
        with pytest.warns(lk.LeadkitWarning, match=r"the API warns: 37 Long 37\."):
            assert ebay.mail()["message_id"].to_list() == ["1"]
        assert kinds(ebay) == {"api_warning": 1}


def test_warnings_that_say_different_things_are_rows_of_their_own() -> None:
    told = error(1, severity="Warning") + error(2, severity="Warning") + error(1, severity="Warning")
    with asking(answer(ONE, ack="Warning", errors=told)) as (ebay, _):
        with pytest.warns(lk.LeadkitWarning, match=r"api_warning \(3\) in Errors"):
            assert len(ebay.mail()) == 1
        assert ebay.problems.select("row_key", "count", "detail").rows() == [
            ("1", 2, "the API warns: 1 Long 1."),
            ("2", 1, "the API warns: 2 Long 2."),
        ]


@pytest.mark.parametrize("ack", ["Warning", "PartialFailure", "CustomCode", "Something"])
def test_an_ack_without_its_reason_is_told(ack: str) -> None:
    with (
        asking(answer(ONE, ack=ack)) as (ebay, _),
        pytest.warns(lk.LeadkitWarning, match=f"the API answered {ack} and did not say why"),
    ):
        assert len(ebay.mail()) == 1


def test_a_warning_without_words_is_told_by_its_code() -> None:
    bare = "<Errors><ErrorCode>5</ErrorCode></Errors><Errors/>"
    with asking(answer(ONE, ack="Warning", errors=bare)) as (ebay, _), unheard():
        ebay.mail()
        assert ebay.problems["detail"].to_list() == ["the API warns: 5", "the API warns:"]


def test_a_warning_beside_success_is_told_too() -> None:
    with (
        asking(answer(ONE, errors=error(7, severity="Warning"))) as (ebay, _),
        pytest.warns(lk.LeadkitWarning, match="the API warns: 7 Long 7"),
    ):
        ebay.folders()


def test_a_part_that_failed_by_the_systems_fault_is_not_asked_for_again(sandbox: Sandbox) -> None:
    sandbox.faults.add("trading_error", code=10007, ack="PartialFailure", classification="SystemError")
    with account(sandbox) as ebay, unheard():
        assert len(ebay.mail(1)) > 0
        assert set(ebay.requests["attempts"]) == {1}


def test_a_failure_raises_with_every_error_and_its_parameters(sandbox: Sandbox) -> None:
    sandbox.faults.add("trading_error", code=37, short="Short.", long="Bad <tag>.", parameters={"0": "a&b", "Tag": "x"})
    sandbox.faults.add("trading_error", code=36, short="Also.", long="And that.")
    with account(sandbox) as ebay:
        with pytest.raises(lk.LeadkitError) as caught:
            ebay.mail()
        assert ebay.requests.select("status", "attempts").rows() == [(200, 1)]
    failed = caught.value
    assert type(failed) is lk.LeadkitError
    assert (failed.source, failed.status, failed.code) == ("mail", 200, "37")
    assert [one["code"] for one in failed.errors] == ["37", "36"]
    assert failed.errors[0]["parameters"] == [{"name": "0", "value": "a&b"}, {"name": "Tag", "value": "x"}]
    assert failed.errors[0]["message"] == "Short."
    for said in ("37 Bad <tag>. (0 = a&b, Tag = x)", "36 And that.", "GetMyMessages"):
        assert said in str(failed)


def test_the_error_that_failed_it_stands_before_the_warnings() -> None:
    with (
        asking(failure(error(1, severity="Warning"), error(2), error(3, severity="Warning"))) as (ebay, _),
        pytest.raises(lk.LeadkitError) as caught,
    ):
        ebay.mail()
    assert (caught.value.code, [one["code"] for one in caught.value.errors]) == ("2", ["2", "1", "3"])


@pytest.mark.parametrize(
    "body",
    [
        failure(),
        b"<eBayApiErrorResponse/>",
        b"<eBayApiErrorResponse><Ack>Failure</Ack></eBayApiErrorResponse>",
        b"<GetMyMessagesResponse><Ack> Failure </Ack></GetMyMessagesResponse>",
    ],
    ids=["no errors", "another root", "with its ack", "blanks"],
)
def test_a_failure_that_gives_no_reason_is_one_too(body: bytes) -> None:
    with asking(body) as (ebay, _), pytest.raises(lk.LeadkitError, match="did not say why") as caught:
        ebay.mail()
    assert (type(caught.value), caught.value.code, caught.value.errors) == (lk.LeadkitError, None, [])


def test_the_root_of_errors_is_a_failure_whatever_its_ack(sandbox: Sandbox) -> None:
    sandbox.faults.add("trading_error", code=2, root="eBayApiErrorResponse")
    with account(sandbox) as ebay, pytest.raises(lk.LeadkitError) as caught:
        ebay.folders()
    assert (caught.value.code, caught.value.source) == ("2", "folders")


@pytest.mark.parametrize("long", ["x" * 5000, "<![CDATA[<Ack>Success</Ack>]]>" + "x" * 5000])
def test_a_failure_is_seen_wherever_its_ack_stands(long: str) -> None:
    body = f"<GetMyMessagesResponse><Errors><LongMessage>{long}</LongMessage><ErrorCode>9</ErrorCode></Errors>"
    with (
        asking(f"{body}<Ack>Failure</Ack></GetMyMessagesResponse>".encode()) as (ebay, _),
        pytest.raises(lk.LeadkitError) as caught,
    ):
        ebay.mail()
    assert caught.value.code == "9"


def test_words_in_a_message_that_look_like_an_ack_are_no_ack() -> None:
    odd = messages(message(1, Content="<![CDATA[<Ack>Failure</Ack>]]>"))
    with asking(odd) as (ebay, _):
        assert ebay.mail(bodies=True)["text"].to_list() == ["<Ack>Failure</Ack>"]


@pytest.mark.parametrize(("code", "kind"), [(10007, "RequestError"), (5000, "SystemError"), (10007, "SystemError")])
def test_a_fault_of_the_system_is_asked_again_twice_at_most(sandbox: Sandbox, code: int, kind: str) -> None:
    fault = sandbox.faults.add("trading_error", code=code, classification=kind)
    with account(sandbox) as ebay:
        with pytest.raises(lk.ServerError) as caught:
            ebay.mail()
        assert ebay.requests["attempts"].to_list() == [3]
    assert (fault.hits, caught.value.code, caught.value.status) == (3, str(code), 200)
    assert "after 3 attempts" in str(caught.value)


@pytest.mark.parametrize("times", [1, 2])
def test_a_fault_of_the_system_that_passes_costs_nothing(sandbox: Sandbox, shop: Dealership, times: int) -> None:
    sandbox.faults.add("trading_error", code=10007, classification="SystemError", times=times)
    with account(sandbox) as ebay:
        found = ebay.mail(1)
        assert ebay.requests["attempts"][0] == times + 1
        assert ebay.requests["ack"][0] == "Success"
    assert len(found) == len([mail for mail in shop.mail if mail.folder == 1])


@pytest.mark.parametrize("code", [518, 21919144])
def test_a_spent_limit_fails_at_once(sandbox: Sandbox, code: int) -> None:
    fault = sandbox.faults.add("trading_error", code=code)
    with account(sandbox) as ebay, pytest.raises(lk.RateLimited, match="Ask again tomorrow") as caught:
        ebay.mail()
    assert (fault.hits, caught.value.code, caught.value.resets_at) == (1, str(code), None)


@pytest.mark.parametrize("code", [930, 931, 932, 16110, 17470])
def test_a_token_that_can_not_be_helped_is_unauthorized_at_once(sandbox: Sandbox, code: int) -> None:
    fault = sandbox.faults.add("trading_error", code=code)
    with renewing(sandbox) as ebay, pytest.raises(lk.Unauthorized) as caught:
        ebay.mail()
    assert (fault.hits, caught.value.code) == (1, str(code))


@pytest.mark.parametrize(
    ("errors", "kind", "asked", "order"),
    [
        ([error(10007, kind="SystemError"), error(518)], lk.RateLimited, 1, ["518", "10007"]),
        ([error(2), error(21919144), error(21917053)], lk.RateLimited, 1, ["21919144", "21917053", "2"]),
        ([error(1), error(21917053)], lk.Unauthorized, 2, ["21917053", "1"]),
        ([error(931), error(21916984)], lk.Unauthorized, 2, ["21916984", "931"]),
        ([error(10007), error(932)], lk.Unauthorized, 1, ["932", "10007"]),
        ([error(2), error(10007)], lk.LeadkitError, 1, ["2", "10007"]),
        ([error(518, severity="Warning"), error(10007), error(2)], lk.ServerError, 3, ["10007", "2", "518"]),
        ([error(21917053, severity="Warning"), error(1)], lk.LeadkitError, 1, ["1", "21917053"]),
    ],
    ids=range(8),
)
def test_of_several_errors_the_one_that_no_other_call_helps_decides_wherever_it_stands(
    sandbox: Sandbox, errors: list[str], kind: type[lk.LeadkitError], asked: int, order: list[str]
) -> None:
    sandbox.faults.add("body", path="/ws/api.dll", body=failure(*errors))
    with renewing(sandbox) as ebay, pytest.raises(lk.LeadkitError) as caught:
        ebay.mail()
    assert (type(caught.value), caught.value.code) == (kind, order[0])
    assert [one["code"] for one in caught.value.errors] == order
    assert len(of_trading(sandbox)) == asked
    with pytest.raises(lk.BadResponse, match=f"that failed: {order[0]} Short") as saved:
        lk.read_mail(failure(*errors))
    assert saved.value.code == order[0]


def of_trading(sandbox: Sandbox) -> list[str]:
    """The tokens that came with the calls, in order."""
    return [one.headers["x-ebay-api-iaf-token"] for one in sandbox.requests if one.path == "/ws/api.dll"]


@pytest.mark.parametrize("parallel", [1, 8])
def test_a_token_that_ends_in_the_middle_of_a_sweep_is_refreshed_once(sandbox: Sandbox, parallel: int) -> None:
    with renewing(sandbox, max_parallel=parallel) as ebay:
        before = ebay.mail(0, page_size=20)
        sandbox.requests.clear()
        sandbox.faults.add("expire_token", path="/ws/api.dll", after=2, times=1)
        assert ebay.mail(0, page_size=20).equals(before)
    made = [one for one in sandbox.requests if one.path == "/identity/v1/oauth2/token"]
    assert len(made) == 1
    assert len(set(of_trading(sandbox))) == 2


def test_a_token_that_stays_refused_is_refreshed_once_and_no_more(sandbox: Sandbox) -> None:
    sandbox.faults.add("trading_error", code=21917053)
    with renewing(sandbox) as ebay, pytest.raises(lk.Unauthorized) as caught:
        ebay.mail()
    assert [one.path for one in sandbox.requests].count("/identity/v1/oauth2/token") == 2  # the first, and its renewal
    assert len(of_trading(sandbox)) == 2
    assert (caught.value.code, caught.value.source, caught.value.status) == ("21917053", "mail", 200)


def test_a_given_token_that_has_ended_is_unauthorized_at_once(sandbox: Sandbox) -> None:
    with account(sandbox, token="expired-token") as ebay, pytest.raises(lk.Unauthorized, match="21917053") as caught:
        ebay.mail()
    assert len(sandbox.requests) == 1
    assert "expired-token" not in str(caught.value)


def test_the_end_of_the_consent_is_shown_once_for_a_fetch(sandbox: Sandbox) -> None:
    sandbox.faults.add("hard_expiration", at="2026-11-05T12:00:00.000Z")
    with account(sandbox) as ebay:
        with pytest.warns(lk.LeadkitWarning, match=r"the token ends at 2026-11-05T12:00:00.000Z: consent again"):
            ebay.mail(0, page_size=50)
        told = ebay.problems.filter(kind="token_expires").select("column", "example").rows()
    assert told == [("HardExpirationWarning", "2026-11-05T12:00:00.000Z")]


def test_errors_come_in_the_language_that_was_asked_for(sandbox: Sandbox) -> None:
    with account(sandbox, token="invalid") as ebay, pytest.raises(lk.Unauthorized, match="Authentifizierungstoken"):
        ebay.mail(error_language="de_DE")
    assert inside(sandbox.requests[0].body)["ErrorLanguage"] == ["de_DE"]


def test_nothing_that_is_sent_is_unknown_to_the_api(sandbox: Sandbox, shop: Dealership) -> None:
    ids = [mail.message_id for mail in shop.mail[:3]]
    with account(sandbox) as ebay, unheard():
        ebay.mail(
            0, start="2026-01-01", end="2026-11-01", high_priority=True, warning_level="High", error_language="en_US"
        )
        ebay.mail(ids=ids, bodies=True, warning_level="High", output="Text")
        assert set(ebay.requests["ack"]) == {"Success"}


def test_unknown_elements_are_told_once_by_their_place_and_cost_nothing(sandbox: Sandbox, shop: Dealership) -> None:
    sandbox.faults.add("unknown_keys", at="Messages.Message", key="NewElement")
    sandbox.faults.add("unknown_keys", at="Messages.Message.Folder", key="Colour", value={"Red": "1"})
    sandbox.faults.add("unknown_keys", at="", key="Paging")
    sandbox.faults.add("unknown_keys", at="Messages", key="HasMore", value="true")
    sent = [mail.message_id for mail in shop.mail if mail.folder == 1]
    with account(sandbox) as ebay:
        assert ebay.mail(1)["message_id"].to_list() == sent
        told = {row["column"]: row["count"] for row in ebay.problems.filter(kind="unknown_key").rows(named=True)}
    assert told == {
        "Messages.Message[].NewElement": len(sent),
        "Messages.Message[].Folder.Colour": len(sent),
        "Paging": 2,  # also in the summary
        "Messages.HasMore": 1,
    }


def test_an_element_that_stands_twice_keeps_its_first_value_and_is_told() -> None:
    with (
        asking(messages(message(1, Sender="ann").replace("</Message>", "<Sender>bo</Sender></Message>"))) as (ebay, _),
        pytest.warns(lk.LeadkitWarning, match=r"repeated_key \(1\) in sender"),
    ):
        assert ebay.mail()["sender"].to_list() == ["ann"]


def test_a_text_between_elements_is_told() -> None:
    row = message(1, Folder="here<FolderID>0</FolderID>there", Sender="ann").replace("<Sender>", "bo<Sender>")
    with asking(messages(row)) as (ebay, _):
        with pytest.warns(lk.LeadkitWarning, match=r"bad_value \(3\)"):
            found = ebay.mail()
        assert kinds(ebay) == {"bad_value": 3}
    assert found.select("sender", "folder_id").rows() == [("ann", "0")]


BAD_BODIES = {
    "nothing": b"",
    "blanks": b" \n ",
    "JSON": b'{"Ack": "Success"}',
    "a page for people": b"<!DOCTYPE html><html><body>Sorry</body></html>",
    "HTML": b"<html><body>Sorry</body></html>",
    "another call": b"<GetItemResponse><Ack>Success</Ack></GetItemResponse>",
    "no ack": b"<GetMyMessagesResponse><Messages/></GetMyMessagesResponse>",
    "an empty ack": b"<GetMyMessagesResponse><Ack/><Messages/></GetMyMessagesResponse>",
    "cut": messages(message(1), message(2))[:-60],
    "only its beginning": b"<GetMyMessagesResponse>",
    "bytes": bytes(range(256)),
}


@pytest.mark.parametrize("body", BAD_BODIES.values(), ids=BAD_BODIES)
def test_a_body_that_is_not_what_was_promised_is_named(body: bytes) -> None:
    with asking(body) as (ebay, _):
        for fetch, source in ((ebay.mail, "mail"), (ebay.folders, "folders")):
            with pytest.raises(lk.BadResponse, match=rf"^{source} \(GetMyMessages\): ") as caught:
                fetch()
            assert caught.value.source == source
    for reader in (lk.read_mail, lk.read_folders):
        with pytest.raises(lk.BadResponse):
            reader(body)


def test_a_saved_body_that_failed_says_why_with_all_its_errors() -> None:
    with pytest.raises(lk.BadResponse, match=r"an answer that failed: 518 Short 518.; 2 Short 2.\.") as caught:
        lk.read_mail(failure(error(518, Tag="x"), error(2)))
    assert (caught.value.code, caught.value.source) == ("518", "mail")
    assert [one["parameters"] for one in caught.value.errors] == [[{"name": "Tag", "value": "x"}], []]
    with pytest.raises(lk.BadResponse, match="it does not say why") as caught:
        lk.read_folders(failure())
    assert (caught.value.code, caught.value.errors) == (None, [])


@pytest.mark.parametrize(
    ("served", "kind", "attempts"),
    [
        (Served(500, b"<html><title>Oops</title></html>", TYPED), lk.ServerError, 4),
        (Served(503, answer(ONE), TYPED), lk.ServerError, 4),
        (Served(500, failure(error(37)), TYPED), lk.LeadkitError, 1),
        (Served(401, b"", TYPED), lk.Unauthorized, 1),
        (Served(400, failure(error(10007, kind="SystemError")), TYPED), lk.ServerError, 3),
        (Served(404, b"not XML", TYPED), lk.NotFound, 1),
    ],
)
def test_a_status_that_is_no_success_counts_unless_the_body_knows_better(
    served: Served, kind: type[lk.LeadkitError], attempts: int
) -> None:
    with asking(lambda _: served) as (ebay, server):
        with pytest.raises(lk.LeadkitError) as caught:
            ebay.mail()
        assert ebay.requests["attempts"].to_list() == [attempts]
    assert type(caught.value) is kind
    assert len(server.arrived) == attempts


def test_a_call_that_fails_in_the_middle_ends_the_fetch(sandbox: Sandbox) -> None:
    sandbox.faults.add("trading_error", code=518, where={"PageNumber": "3"})
    with account(sandbox) as ebay, pytest.raises(lk.RateLimited, match="518"):
        ebay.mail(0, page_size=20)


@pytest.mark.parametrize(
    ("kind", "options", "error"), [("cut", {}, lk.NetworkError), ("truncated", {"at": 0.9}, lk.BadResponse)]
)
def test_a_body_that_ends_too_early_is_an_error_and_no_smaller_frame(
    sandbox: Sandbox, kind: str, options: dict[str, Any], error: type[lk.LeadkitError]
) -> None:
    sandbox.faults.add(kind, **options)
    with account(sandbox) as ebay, pytest.raises(error):
        ebay.mail(0)
