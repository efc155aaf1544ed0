"""Each status becomes what the contract says: rows, an empty frame, or an error by its name."""

from collections.abc import Callable

import polars as pl
import pytest
from contract_accounts import EMPTY, OPERATIONS, PATHS, a_thread, an_account, renewing
from contract_bodies import COLUMNS, bare, full_body
from contract_rows import Row, each
from contract_server import Answer, Answering, Asked, Server, answering, as_json

import leadkit as lk
from leadkit.sandbox import Sandbox

TOKENS = "/identity/v1/oauth2/token"
NAMES = [(source, operation) for source, operations in OPERATIONS.items() for operation in operations]
TABLES = {("leads", "all listings"): "leads", ("leads", "one listing"): "leads"}
TABLES |= {("conversations", "list"): "conversations", ("conversations", "thread"): "messages"}


def status(*wanted: int) -> Callable[[Row], bool]:
    return lambda row: int(row.name) in wanted


def refusal(code: int, answered: int) -> Answer:
    error = {"errorId": code, "domain": "ACCESS", "category": "REQUEST", "message": "No.", "longMessage": "Not at all."}
    return as_json({"errors": [error | {"parameters": [{"name": "why", "value": "because"}]}]}, answered)


def full(source: str, operation: str) -> Answer:
    body = full_body(TABLES[source, operation])
    return as_json(bare(body) if operation == "one listing" else body)


def outcome(answer: Answer | Answering, source: str, operation: str) -> tuple[pl.DataFrame | lk.LeadkitError, Server]:
    """What a fetch gives, or how it ends, and what was asked for it."""
    with answering(answer) as server, an_account(server.url) as ebay:
        try:
            return OPERATIONS[source][operation](ebay), server
        except lk.LeadkitError as error:
            return error, server


@each("status", status(200))
def test_200_is_rows(row: Row) -> None:
    for operation in OPERATIONS[row.source]:
        found, server = outcome(full(row.source, operation), row.source, operation)
        assert isinstance(found, pl.DataFrame)
        assert (len(found), len(server.asked)) == (1, 1)


@each("status", status(204))
def test_204_is_an_empty_frame_with_every_column_and_its_type(row: Row) -> None:
    for operation in OPERATIONS[row.source]:
        found, server = outcome((204, {}, b""), row.source, operation)
        filled, _ = outcome(full(row.source, operation), row.source, operation)
        assert isinstance(found, pl.DataFrame)
        assert isinstance(filled, pl.DataFrame)
        assert found.columns == COLUMNS[row.source]
        assert (len(found), len(server.asked)) == (0, 1)
        assert found.schema == filled.schema


@each("status", status(400))
def test_400_is_an_error_with_the_code(row: Row, no_pauses: None) -> None:
    for operation in OPERATIONS[row.source]:
        error, server = outcome(refusal(987654, 400), row.source, operation)
        assert isinstance(error, lk.LeadkitError)
        assert type(error) is lk.LeadkitError
        assert (error.status, error.code, len(server.asked)) == (400, "987654", 1)
        assert error.source == TABLES[row.source, operation]
        assert error.errors[0]["parameters"] == [{"name": "why", "value": "because"}]
        assert "987654" in str(error)


@each("status", status(401))
def test_401_is_unauthorized_after_one_refresh(row: Row, no_pauses: None) -> None:
    for operation, fetch in OPERATIONS[row.source].items():
        with (
            answering(_refused_whatever_the_token()) as server,
            renewing(server.url) as ebay,
            pytest.raises(lk.Unauthorized) as caught,
        ):
            fetch(ebay)
        assert (caught.value.status, caught.value.code) == (401, "1001")
        assert _in_short(server) == ["token", "Bearer minted-1", "token", "Bearer minted-2"], operation


@each("status", status(401))
def test_401_goes_on_where_the_refresh_helps(row: Row, no_pauses: None) -> None:
    for operation, fetch in OPERATIONS[row.source].items():
        answer = _refused_until_renewed(full(row.source, operation))
        with answering(answer) as server, renewing(server.url) as ebay:
            assert len(fetch(ebay)) == 1
        assert _in_short(server) == ["token", "Bearer minted-1", "token", "Bearer minted-2"], operation


@each("status", status(401))
def test_401_with_a_token_that_can_not_be_renewed_is_unauthorized_at_once(row: Row, no_pauses: None) -> None:
    for operation in OPERATIONS[row.source]:
        error, server = outcome(refusal(1001, 401), row.source, operation)
        assert isinstance(error, lk.Unauthorized)
        assert (error.code, len(server.asked)) == ("1001", 1)


@each("status", status(403))
def test_403_is_forbidden_and_says_that_a_scope_may_be_missing(row: Row, no_pauses: None) -> None:
    assert row.place == "Forbidden (limited release, scope)"
    for operation in OPERATIONS[row.source]:
        error, server = outcome(refusal(1100, 403), row.source, operation)
        assert isinstance(error, lk.Forbidden)
        assert (error.status, error.code, len(server.asked)) == (403, "1100", 1)
        assert "scope" in str(error)


@each("status", status(404))
def test_404_is_not_found(row: Row, no_pauses: None) -> None:
    error, server = outcome(refusal(2002, 404), row.source, "list")
    assert isinstance(error, lk.NotFound)
    assert (error.status, error.code, len(server.asked)) == (404, "2002", 1)


@each("status", status(404))
def test_404_of_one_thread_is_a_missing_thread_and_the_others_stand(row: Row) -> None:
    good, gone = full("conversations", "thread"), refusal(2002, 404)
    both = pl.concat([a_thread("4711"), a_thread("4712")])
    with (
        answering(lambda asked: gone if asked.path.endswith("/4712") else good) as server,
        an_account(server.url) as ebay,
    ):
        with pytest.warns(lk.LeadkitWarning, match="missing_thread"):
            messages = ebay.messages(both)
        (problem,) = ebay.problems.rows(named=True)
    assert messages["conversation_id"].to_list() == ["4711"]
    assert (problem["source"], problem["kind"], problem["row_key"]) == ("messages", "missing_thread", "4712")


@each("status", status(500))
def test_500_is_asked_again_and_then_a_server_error(row: Row, no_pauses: None) -> None:
    for operation in OPERATIONS[row.source]:
        error, server = outcome(refusal(350000, 500), row.source, operation)
        assert isinstance(error, lk.ServerError)
        assert (error.status, error.code) == (500, "350000")
        same = [asked for asked in server.asked if asked.query == server.asked[0].query]
        assert len(same) == 4


@each("status", status(500))
def test_500_that_passes_leaves_the_rows(row: Row, no_pauses: None) -> None:
    for operation in OPERATIONS[row.source]:
        found, server = outcome(_in_turn(refusal(335000, 500), full(row.source, operation)), row.source, operation)
        assert isinstance(found, pl.DataFrame)
        assert (len(found), len(server.asked)) == (1, 2)


@pytest.mark.parametrize(("source", "operation"), NAMES, ids=lambda name: name)
def test_the_operations_of_these_tests_reach_their_documented_path(source: str, operation: str) -> None:
    found, server = outcome(as_json(EMPTY[source, operation]), source, operation)
    assert isinstance(found, pl.DataFrame)
    assert (len(found), [asked.path for asked in server.asked]) == (0, [PATHS[source, operation]])


def test_the_sandbox_ends_a_token_and_the_account_makes_another(sandbox: Sandbox) -> None:
    keys = {
        "client_id": sandbox.client_id,
        "client_secret": sandbox.client_secret,
        "refresh_token": sandbox.refresh_token,
    }
    with renewing(sandbox.url, **keys, sellers=sandbox.dealership.sellers, clock=sandbox.dealership.now) as ebay:
        before = ebay.leads()
        sandbox.expire_tokens()
        assert ebay.leads().equals(before)
    assert [one.path == TOKENS for one in sandbox.requests] == [True, False, False, True, False]


def _refused_whatever_the_token() -> Answering:
    made: list[str] = []

    def answer(asked: Asked) -> Answer:
        if asked.path != TOKENS:
            return refusal(1001, 401)
        made.append(f"minted-{len(made) + 1}")
        return as_json({"access_token": made[-1], "expires_in": 7200, "token_type": "User Access Token"})

    return answer


def _in_turn(*answers: Answer) -> Answering:
    left = list(answers)
    return lambda _: left.pop(0)


def _refused_until_renewed(good: Answer) -> Answering:
    refused = _refused_whatever_the_token()
    return lambda asked: good if asked.headers["authorization"] == "Bearer minted-2" else refused(asked)


def _in_short(server: Server) -> list[str]:
    return ["token" if asked.path == TOKENS else asked.headers["authorization"] for asked in server.asked]
