"""What the sandbox's token endpoint gives and refuses."""

import httpx
import pytest

from leadkit.sandbox import Sandbox

SCOPES = "https://api.ebay.com/oauth/api_scope"


def post(sandbox: Sandbox, form: dict[str, str], auth: tuple[str, str] | None = None) -> httpx.Response:
    url = f"{sandbox.url}/identity/v1/oauth2/token"
    return httpx.post(url, data=form, auth=auth or (sandbox.client_id, sandbox.client_secret))


def refresh(sandbox: Sandbox, **more: str) -> httpx.Response:
    return post(sandbox, {"grant_type": "refresh_token", "refresh_token": sandbox.refresh_token, **more})


def status(sandbox: Sandbox, path: str, token: str) -> tuple[int, int | None]:
    answer = httpx.get(sandbox.url + path, headers={"Authorization": f"Bearer {token}"})
    errors = answer.json().get("errors")
    return answer.status_code, errors[0]["errorId"] if errors else None


LEADS = "/sell/leads/v1/classified_lead"
MESSAGES = "/commerce/message/v1/conversation?conversation_type=FROM_MEMBERS"


def test_a_refresh_gives_a_token_with_all_scopes_and_no_new_refresh_token(sandbox: Sandbox) -> None:
    answer = refresh(sandbox).json()
    assert {name: answer[name] for name in ("expires_in", "token_type")} == {
        "expires_in": 7200,
        "token_type": "User Access Token",
    }
    assert "refresh_token" not in answer
    assert answer["access_token"] != sandbox.token
    assert status(sandbox, LEADS, answer["access_token"]) == (200, None)
    assert status(sandbox, MESSAGES, answer["access_token"]) == (200, None)


def test_fewer_scopes_open_fewer_doors(sandbox: Sandbox) -> None:
    token = refresh(sandbox, scope=f"{SCOPES}/sell.leads").json()["access_token"]
    assert status(sandbox, LEADS, token) == (200, None)
    assert status(sandbox, MESSAGES, token) == (403, 1100)


@pytest.mark.parametrize(
    ("change", "code", "error"),
    [
        ({"refresh_token": "v^1.1"}, 400, "invalid_grant"),
        ({"scope": f"{SCOPES}/sell.leads {SCOPES}/sell.account"}, 400, "invalid_scope"),
        ({"scope": " "}, 400, "invalid_scope"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        ({"grant_type": "authorization_code", "code": "wrong", "redirect_uri": "RuName"}, 400, "invalid_grant"),
    ],
)
def test_errors_are_flat(sandbox: Sandbox, change: dict[str, str], code: int, error: str) -> None:
    answer = refresh(sandbox, **change)
    assert (answer.status_code, answer.json()["error"]) == (code, error)
    assert set(answer.json()) == {"error", "error_description"}


@pytest.mark.parametrize("auth", [("wrong", "wrong"), ("", "")])
def test_a_wrong_client_is_refused(sandbox: Sandbox, auth: tuple[str, str]) -> None:
    answer = post(sandbox, {"grant_type": "refresh_token", "refresh_token": sandbox.refresh_token}, auth)
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


@pytest.mark.parametrize("header", ["", "Basic !!!", "Basic /w==", "Bearer x"])
def test_a_client_that_does_not_say_who_it_is_is_refused(sandbox: Sandbox, header: str) -> None:
    answer = httpx.post(f"{sandbox.url}/identity/v1/oauth2/token", headers={"Authorization": header})
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


def test_an_authorization_code_is_good_once(sandbox: Sandbox) -> None:
    form = {"grant_type": "authorization_code", "code": sandbox.code, "redirect_uri": sandbox.runame}
    first, second = post(sandbox, form), post(sandbox, form)
    assert first.json()["refresh_token"] == sandbox.refresh_token
    assert first.json()["refresh_token_expires_in"] == 47304000
    assert status(sandbox, LEADS, first.json()["access_token"]) == (200, None)
    assert second.json()["error"] == "invalid_grant"


def test_expired_tokens_are_refused_until_a_new_one_comes(sandbox: Sandbox) -> None:
    assert status(sandbox, LEADS, "somebody") == (200, None)
    sandbox.expire_tokens()
    assert status(sandbox, LEADS, sandbox.token) == (401, 1001)
    assert status(sandbox, LEADS, "somebody") == (401, 1001)
    assert status(sandbox, LEADS, refresh(sandbox).json()["access_token"]) == (200, None)


def test_the_credentials_have_the_form_that_breaks_unquoted_env_files(sandbox: Sandbox) -> None:
    assert sandbox.token.startswith("v^1.1#i^1#sandbox")
    assert "#" in sandbox.refresh_token


def test_the_credentials_are_the_same_for_the_same_seed() -> None:
    names = ("token", "client_id", "client_secret", "refresh_token", "code", "runame", "access_key", "secret_key")
    pair = Sandbox(3, 0), Sandbox(3, 0)
    assert len({tuple(getattr(one, name) for name in names) for one in pair}) == 1
