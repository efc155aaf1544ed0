"""What a seller is asked, and what is read out of the answer that is pasted."""

from __future__ import annotations

import re
from dataclasses import replace
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import leadkit.errors as lk
from leadkit.consent import SCOPES, consent_to, short_names, without
from leadkit.login import read_back, refused
from leadkit.redaction import Secret

BASE = "https://api.ebay.com/oauth/api_scope"
CODE = "v^1.1#i^1#f^0#p^3#r^1#I^3#t^Ul4xMF8w+OkE3/NzI=="
CONSENT = consent_to("the-client", "Some_One-TheApp-abcdef-ghijk")


def pasted(text: str):
    return read_back(CONSENT, Secret(text))


def an_address(**query: str) -> str:
    return f"https://example.org/thanks?{urlencode(query)}"


@pytest.mark.parametrize(
    ("environment", "origin"),
    [
        ("production", "https://auth.ebay.com"),
        ("sandbox", "https://auth.sandbox.ebay.com"),
        ("http://127.0.0.1:8765", "http://127.0.0.1:8765"),
    ],
)
def test_the_page_is_the_documented_one(environment, origin):
    asked = consent_to("the-client", "A_Name-of-Mine", ["leads", "mail"], environment=environment)
    parts = urlsplit(asked.url())
    assert (f"{parts.scheme}://{parts.netloc}", parts.path) == (origin, "/oauth2/authorize")
    assert "+" not in parts.query
    assert dict(parse_qsl(parts.query, strict_parsing=True)) == {
        "client_id": "the-client",
        "redirect_uri": "A_Name-of-Mine",
        "response_type": "code",
        "scope": f"{BASE}/sell.leads {BASE}",
        "state": asked.state,
    }
    assert asked.url(sign_in=True) == f"{asked.url()}&prompt=login"


def test_every_state_is_its_own_and_long():
    states = {consent_to("c", "r").state for _ in range(100)}
    assert len(states) == 100
    assert min(map(len, states)) >= 32
    assert CONSENT.state not in repr(CONSENT)


@pytest.mark.parametrize(
    ("given", "scopes"),
    [
        ((), [f"{BASE}/sell.leads", f"{BASE}/commerce.message", BASE]),
        (("messages",), [f"{BASE}/commerce.message"]),
        (("mail", "base", BASE, "messages", "messages"), [BASE, f"{BASE}/commerce.message"]),
        ((f"{BASE}/sell.inventory.readonly",), [f"{BASE}/sell.inventory.readonly"]),
    ],
)
def test_the_scopes_are_the_users_choice(given, scopes):
    assert list(consent_to("c", "r", given).scopes) == scopes


def test_scopes_are_told_by_what_they_give():
    assert short_names([*SCOPES.values(), f"{BASE}/other"]) == ("leads", "messages", "mail", f"{BASE}/other")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("", "r"), "LEADKIT_EBAY_CLIENT_ID is not set (or --client-id)"),
        (("c", ""), "LEADKIT_EBAY_RUNAME is not set (or --runame)"),
        (("c", "https://example.org/thanks"), "the RuName is refused. It is a name such as"),
        (("c", "r", ["lead"]), "scope='lead' is refused: allowed is leads, messages, mail, base, or a whole scope"),
        (("c", "r", ["lead"]), "Did you mean 'leads'?"),
        (("c", "r", [""]), "scope='' is refused"),
        (("c", "r", ["https://example.org/scope"]), "is refused"),
        (("c", "r", [f"{BASE}/a b"]), "is refused"),
    ],
)
def test_what_can_not_be_asked_is_refused(arguments, sentence):
    with pytest.raises(lk.InvalidRequest, match=re.escape(sentence)):
        consent_to(*arguments)


@pytest.mark.parametrize(
    "encode",
    [
        lambda code: quote(code, safe=""),
        lambda code: quote(code, safe="^"),
        quote,
        lambda code: re.sub("%..", lambda escape: escape[0].lower(), quote(code, safe="")),
        lambda code: quote(quote(code, safe=""), safe=""),
        lambda code: code,
    ],
    ids=["once", "but for ^", "but for /", "lower case", "twice", "not at all"],
)
def test_a_code_is_read_however_it_was_encoded(encode):
    for text in (
        f"https://example.org/thanks?state={CONSENT.state}&code={encode(CODE)}&expires_in=299",
        f"https://example.org/thanks?code={encode(CODE)}&expires_in=299&state={CONSENT.state}#top",
        f"state={CONSENT.state}&code={encode(CODE)}",
        f' "https://example.org/?a=b&code={encode(CODE)}&state={quote(CONSENT.state)}"\r\n',
    ):
        back = pasted(text)
        assert (back.refusal, back.problem, back.state_checked) == (None, None, True)
        assert back.code.reveal() == CODE
    bare = pasted(f" {encode(CODE)}\n")
    assert bare.code.reveal() == CODE
    assert not bare.state_checked


PIECES = ["code=", "error=", "state=", "?", "&", "#", "%25", "x"]
codes = st.text("ABCabc019+/=^.", min_size=12, max_size=200).map(lambda text: f"v^1.1#{text}")


@given(codes, st.integers(1, 2), st.text(max_size=20))
@example("v^1.1#i^1#f^0", 1, "+")
def test_any_code_comes_out_as_it_went_in(code, times, other):
    encoded = code
    for _ in range(times):
        encoded = quote(encoded, safe="")
    address = f"https://example.org/thanks?other={quote(other, safe='')}&state={CONSENT.state}&code={encoded}"
    assert pasted(address).code.reveal() == code
    assert pasted(encoded).code.reveal() == code


@given(st.text(max_size=200) | st.lists(st.sampled_from(PIECES)).map("".join))
@example("a=b?code=x")
@example("twelve-letters%00")
@example("?error=\x1b[31m")
@example("state=\udc80&code=x")
def test_whatever_is_pasted_is_one_of_three_things(text):
    back = pasted(text)
    assert [back.code, back.refusal, back.problem].count(None) == 2
    assert back.code is None or re.fullmatch(r"[\x21-\x7e]{12,4096}", back.code.reveal())
    assert back.refusal is None or re.fullmatch(r"[a-z_ ]{1,60}", back.refusal)


@given(st.text(max_size=60))
@example("")
def test_an_address_of_another_consent_is_refused(state):
    back = pasted(an_address(state=state, code=CODE))
    assert (back.code, back.refusal) == (None, None)
    assert "the answer to another consent" in back.problem


@pytest.mark.parametrize("name", ["code", "error"])
def test_the_state_counts_for_a_refusal_too(name):
    assert "another consent" in pasted(an_address(**{name: "access_denied"}, state="another")).problem


def test_an_address_without_its_state_is_refused():
    assert "has no state" in pasted(an_address(code=CODE)).problem


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("https://signin.ebay.com/ws/eBayISAPI.dll?ThirdPartyAuthSucessFailure&isAuthSuccessful=true", "holds no code"),
        (CONSENT.url(), "holds no code"),
        ("www.example.org", "holds no code"),
        ("v^1.1", "or it was cut"),
        ("yes", "neither an address with a code nor a code"),
        ("two words of prose", "neither an address with a code nor a code"),
        ("x" * 5000, "neither"),
        pytest.param(
            f"https://example.org/?state={CONSENT.state}&code=", "or it was cut", id="an address that was cut"
        ),
    ],
)
def test_what_holds_no_code_is_told(text, sentence):
    assert sentence in pasted(text).problem


def test_the_code_is_shown_by_no_repr():
    assert "t^Ul4" not in repr(pasted(CODE)) + str(pasted(CODE))


@pytest.mark.parametrize("state", [{"state": CONSENT.state}, {}], ids=["with its state", "without"])
def test_a_refusal_is_read(state):
    assert pasted(an_address(error="access_denied", **state)).refusal == "access_denied"
    assert pasted(an_address(error="Boom: \x1b", **state)).refusal == "unknown error"


@pytest.mark.parametrize(
    ("code", "scopes", "sentence"),
    [
        ("access_denied", (), "The consent was declined, so there is nothing to store."),
        ("invalid_scope", (), "Without it: leadkit login --scope messages --scope mail"),
        ("unauthorized_scope", ("messages", "leads"), "Without it: leadkit login --scope messages"),
        ("invalid_scope", ("leads",), "Ask for fewer, such as: leadkit login --scope mail"),
        ("invalid_scope", ("messages",), "Ask for fewer, such as: leadkit login --scope mail"),
        ("invalid_scope", ("mail",), "Ask eBay's developer support what the application may ask for."),
        ("server_error", (), "eBay gave no code. Check the client id, the RuName and the environment"),
    ],
)
def test_a_refusal_says_what_to_do(code, scopes, sentence):
    error = refused(consent_to("c", "r", scopes), code)
    assert isinstance(error, lk.Forbidden)
    assert (error.code, error.source) == (code, "oauth")
    assert str(error).startswith(f"login: {code}. ")
    assert sentence in str(error)


def test_what_to_do_names_a_command_that_can_be_run():
    words = without(CONSENT).partition("leadkit login ")[2].split()
    assert short_names(replace(CONSENT, scopes=consent_to("c", "r", words[1::2]).scopes).scopes) == ("messages", "mail")
