"""Secrets looked for by value, in every form, wherever a text leaves."""

from __future__ import annotations

import base64
import gzip
import html
import json
import logging
import pickle
import traceback
import urllib.parse
from datetime import UTC, datetime

import httpx
import pytest
import stamina
from hypothesis import example, given
from hypothesis import strategies as st
from IPython.core.ultratb import VerboseTB
from loopback import Served, serving
from own_frames import shown
from rich.traceback import Traceback

import leadkit.errors as lk
from leadkit.accounts import Ebay
from leadkit.auth import GivenToken, RefreshedToken
from leadkit.redaction import Secret, Secrets
from leadkit.transport import Call, Transport

NOW = datetime(2026, 11, 2, 6, 0, tzinfo=UTC)
TOKEN = "v^1.1#i^1#f^0/p^3+r=the&good~token"
CLIENT_SECRET = "PRD-client/secret+0123"
REFRESH = "v^1.1#i^1#refresh?me/9876"


def url_forms(secret: str) -> set[str]:
    quoted = {urllib.parse.quote(secret), urllib.parse.quote(secret, safe=""), urllib.parse.quote_plus(secret)}
    lower = {"".join(_lower(part) for part in _parts(form)) for form in quoted}
    return quoted | lower


def _parts(text: str) -> list[str]:
    head, *rest = text.split("%")
    return [head] + [piece for part in rest for piece in ("%" + part[:2], part[2:])]


def _lower(part: str) -> str:
    return part.lower() if part.startswith("%") else part


def base64_forms(secret: str) -> set[str]:
    texts = [secret, f"Bearer {secret}", f"id:{secret}", f"my-client:{secret}", f"x{secret}y", f"xy{secret}xyz"]
    encoded = {encode(text.encode()) for text in texts for encode in (base64.b64encode, base64.urlsafe_b64encode)}
    return {form.decode() for form in encoded} | {form.decode().rstrip("=") for form in encoded}


def forms(secret: str) -> set[str]:
    escaped = {json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1], html.escape(secret)}
    return {secret} | url_forms(secret) | base64_forms(secret) | escaped


def assert_clean(text: str, *secrets: str) -> None:
    for secret in secrets:
        for form in forms(secret):
            assert form not in text


secret_texts = st.text(min_size=4, max_size=40)


@given(secret_texts, st.text(max_size=20), st.text(max_size=20), st.data())
@example("****", "*", "*", None)
@example("a***b", "a", "b", None)
def test_no_form_of_a_secret_survives_in_any_text(secret, before, after, data):
    secrets = Secrets()
    secrets.register(secret)
    for form in forms(secret) if data is None else [data.draw(st.sampled_from(sorted(forms(secret))))]:
        redacted = secrets.redact(before + form + after)
        assert_clean(redacted, secret)
        assert secret not in urllib.parse.unquote(redacted)


@given(secret_texts, st.text(max_size=40))
def test_a_text_without_a_secret_stays_as_it_is(secret, text):
    secrets = Secrets()
    secrets.register(secret)
    decoded = [text, urllib.parse.unquote(text), urllib.parse.unquote_plus(text), html.unescape(text)]
    if "\\" not in text and not any(form in layer for form in forms(secret) for layer in decoded):
        core = base64.b64encode(secret.encode()).decode()[:4]
        assert secrets.redact(text) == text or core[:3] in text


def test_only_the_secret_is_masked_in_a_sentence():
    secrets = Secrets()
    secrets.register(TOKEN)
    for form in forms(TOKEN) - base64_forms(TOKEN):
        assert secrets.redact(f"before {form} after") == "before *** after"
    for form in base64_forms(TOKEN):  # what stands beside the secret in the same Base64 may stay
        redacted = secrets.redact(f"before {form} after")
        assert redacted.startswith("before ")
        assert redacted.endswith(" after")
        assert "***" in redacted


@pytest.mark.parametrize(
    "hidden",
    [
        "".join(f"%{byte:02x}" for byte in TOKEN.encode()),
        urllib.parse.quote(urllib.parse.quote(TOKEN)),
        urllib.parse.quote(base64.b64encode(f"id:{TOKEN}".encode()).decode(), safe=""),
        "".join(f"&#{ord(letter)};" for letter in TOKEN),
        "".join(f"\\u{ord(letter):04X}" for letter in TOKEN),
        "".join(f"\\x{ord(letter):02x}" for letter in TOKEN),
        json.dumps(json.dumps({"a": urllib.parse.quote(TOKEN)})),
        TOKEN[:5] + urllib.parse.quote(TOKEN[5:], safe=""),
    ],
)
def test_a_secret_behind_other_encodings_masks_the_text(hidden):
    secrets = Secrets()
    secrets.register(TOKEN)
    redacted = secrets.redact(f"before {hidden} after")
    assert hidden not in redacted
    assert "***" in redacted


def test_nested_values_are_redacted_with_their_keys():
    secrets = Secrets()
    secrets.register(Secret(TOKEN))
    assert secrets.redact_all({TOKEN: [TOKEN, 1, None, (TOKEN,)], "a": {"b": f"<{TOKEN}>"}}) == {
        "***": ["***", 1, None, ["***"]],
        "a": {"b": "<***>"},
    }


def test_values_too_short_for_a_secret_leave_texts_alone():
    secrets = Secrets()
    secrets.register("abc")
    assert secrets.redact("abc") == "abc"


def test_a_secret_shows_itself_to_nobody_but_reveal():
    secret = Secret(TOKEN)
    assert secret.reveal() == TOKEN
    assert {str(secret), repr(secret), f"{secret}", f"{secret!r:>3}"} == {"***"}
    with pytest.raises(TypeError, match="can't be pickled"):
        pickle.dumps(secret)
    secrets = Secrets()
    secrets.register(secret)
    assert_clean(repr(secrets), TOKEN)


def failed(send, call) -> BaseException:
    """What a call raises, from a frame that knows no secret."""
    try:
        send(call)
    except BaseException as error:  # noqa: BLE001  interruptions are looked at as well
        return error
    raise AssertionError("nothing was raised")


def everything_shown(error: BaseException) -> str:
    """All that the known tracebacks print of an error, locals included."""
    kind, frames = type(error), error.__traceback__
    plain = traceback.TracebackException.from_exception(error, capture_locals=True).format()
    verbose = VerboseTB(include_vars=True, theme_name="nocolor").structured_traceback(kind, error, frames)
    told = [str(error), repr(error), repr(getattr(error, "errors", "")), repr(vars(error))]
    return "\n".join([*plain, *in_rich(error), *verbose, *told])


def in_rich(error: BaseException) -> list[str]:
    """What rich shows of it, before it colours, wraps and frames the lines."""
    trace = Traceback.extract(
        type(error), error, error.__traceback__, show_locals=True, locals_max_string=None, locals_max_length=None
    )
    locals_of_each = [frame.locals or {} for stack in trace.stacks for frame in stack.frames]
    assert all(locals_of_each)
    return [f"{stack.exc_type}: {stack.exc_value}" for stack in trace.stacks] + [
        f"{name} = {value}" for found in locals_of_each for name, value in found.items()
    ]


def test_each_traceback_would_show_a_secret_in_a_local():
    def careless(held):
        raise ValueError(len(held))

    assert everything_shown(failed(careless, [TOKEN])).count(f"held = ['{TOKEN}']") == 3


def chain(error: BaseException | None) -> list[BaseException]:
    return [] if error is None else [error, *chain(error.__cause__), *chain(error.__context__)]


def modules(error: BaseException) -> set[str]:
    return {frame.f_globals["__name__"].partition(".")[0] for frame, _ in traceback.walk_tb(error.__traceback__)}


def assert_nothing_shown(error: BaseException, caplog, *secrets: str) -> None:
    assert chain(error) == [error]
    assert not modules(error) & {"httpx", "httpcore", "h11"}
    assert_clean(everything_shown(error), *secrets)
    records = [str(vars(record)) + record.getMessage() for record in caplog.records]
    assert_clean("\n".join(records), *secrets)


@pytest.fixture(autouse=True)
def logging_everything(caplog):
    caplog.set_level(logging.DEBUG)
    for name in ("httpx", "httpcore", "stamina", "asyncio"):
        caplog.set_level(logging.DEBUG, logger=name)
    with stamina.set_testing(True, attempts=2, cap=True):
        yield


def a_call(origin: str, **fields) -> Call:
    return Call("leads", "getAllClassifiedLeads", origin, "/leads", **fields)


def a_transport(origin: str, **options) -> Transport:
    secrets = Secrets()
    auth = GivenToken(Secret(TOKEN), secrets=secrets)
    return Transport(auth=auth, origins=[origin], clock=lambda: NOW, secrets=secrets, **options)


def in_an_error(text: str) -> bytes:
    listed = {"errorId": text, "message": text, "domain": text, "parameters": [{"name": text, "value": text}]}
    return json.dumps({"errors": [listed]}).encode()


ECHOES = {
    "plain": lambda header: header,
    "quoted": lambda header: urllib.parse.quote(header, safe=""),
    "quoted lower": lambda header: "".join(map(_lower, _parts(urllib.parse.quote_plus(header)))),
    "base64": lambda header: base64.b64encode(header.encode()).decode(),
    "base64 of the token": lambda header: base64.b64encode(header.split()[1].encode()).decode(),
    "double quoted": lambda header: urllib.parse.quote(urllib.parse.quote(header)),
}


@pytest.mark.parametrize("wrap", [in_an_error, str.encode, lambda text: f"<title>{text}</title>".encode()])
@pytest.mark.parametrize("echo", ECHOES.values(), ids=ECHOES)
@pytest.mark.parametrize("status", [302, 400, 401, 429, 500])
def test_a_server_that_sends_the_token_back_gets_it_nowhere(status, echo, wrap, caplog):
    def hostile(arrived):
        told = echo(arrived.headers["authorization"])
        headers = {"Location": f"https://{told}/{told}", "X-Echo": told, "Retry-After": told, "Date": told}
        return Served(status, wrap(told), headers)

    with serving(hostile) as server, a_transport(server.origin) as transport:
        error = failed(transport.send, a_call(server.origin))
        assert isinstance(error, lk.LeadkitError)
        assert_nothing_shown(error, caplog, TOKEN)
        assert_clean(transport.log.frame().write_csv() + repr(transport.log.entries), TOKEN)


def in_the_encoding(arrived) -> Served:
    return Served(headers={"Content-Encoding": arrived.headers["authorization"]})


BROKEN = {
    "cut": Served(body=TOKEN.encode(), length=1000),
    "silent": Served(silent=True),
    "not gzip": Served(body=TOKEN.encode(), headers={"Content-Encoding": "gzip"}),
    "cut gzip": Served(body=[gzip.compress(TOKEN.encode())[:-3]], headers={"Content-Encoding": "gzip"}),
    "too large": Served(body=TOKEN.encode() * 100),
    "encoding": in_the_encoding,
}


@pytest.mark.parametrize("served", BROKEN.values(), ids=BROKEN)
def test_a_broken_answer_shows_no_token(served, caplog):
    with serving(served) as server, a_transport(server.origin, max_body=1000) as transport:
        error = failed(transport.send, a_call(server.origin))
    assert isinstance(error, lk.NetworkError | lk.BadResponse)
    assert_nothing_shown(error, caplog, TOKEN)


@pytest.mark.parametrize("origin", ["http://127.0.0.1:9", "https://nowhere.invalid"])
def test_a_connection_that_fails_shows_no_token(origin, caplog):
    with a_transport(origin) as transport:
        error = failed(transport.send, a_call(origin, attempts=1))
    assert isinstance(error, lk.NetworkError)
    assert_nothing_shown(error, caplog, TOKEN)


class Interrupting(httpx.BaseTransport):
    """A network in which something else happens than an answer."""

    def __init__(self, error: type[BaseException]) -> None:
        self.error = error

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        authorization = request.headers["authorization"]
        raise self.error from RuntimeError(authorization)


@pytest.mark.parametrize("kind", [KeyboardInterrupt, SystemExit, ZeroDivisionError, MemoryError])
def test_an_interruption_shows_no_token(kind, caplog):
    with a_transport("https://apiz.ebay.com", network=Interrupting(kind)) as transport:
        error = failed(transport.send, a_call("https://apiz.ebay.com"))
        (entry,) = transport.log.entries
    assert type(error) is kind
    assert entry.seconds is not None
    assert_nothing_shown(error, caplog, TOKEN)


def test_a_success_logs_no_token(caplog):
    def echoing(arrived):
        return Served(headers={"X-Echo": arrived.headers["authorization"]})

    with serving(echoing) as server, a_transport(server.origin) as transport:
        answer = transport.send(a_call(server.origin))
        assert_clean(repr(answer) + repr(transport) + repr(transport.log), TOKEN)
    assert any("X-Echo" in record.getMessage() for record in caplog.records)
    assert_clean("\n".join(str(vars(record)) for record in caplog.records), TOKEN)


def test_a_closed_transport_leaves_the_loggers_alone():
    before = list(logging.getLogger("httpx").filters)
    with a_transport("https://apiz.ebay.com"):
        assert logging.getLogger("httpx").filters != before
    assert logging.getLogger("httpx").filters == before


def a_hostile_token_server(arrived):
    told = f"{arrived.body.decode()} {arrived.headers['authorization']}"
    pair = base64.b64decode(arrived.headers["authorization"].split()[1]).decode()
    form = urllib.parse.unquote_plus(arrived.body.decode())
    return Served(400, json.dumps({"error": "invalid_grant", "error_description": f"{told} {pair} {form}"}).encode())


@pytest.mark.parametrize(
    "served",
    [
        a_hostile_token_server,
        Served(500),
        Served(silent=True),
        Served(body=json.dumps({"access_token": TOKEN, "refresh_token": REFRESH, "expires_in": "soon"}).encode()),
        Served(body=json.dumps({"access_token": f"{TOKEN} {TOKEN}", "expires_in": 7200}).encode()),
    ],
    ids=["echo", "500", "silent", "no time", "no token"],
)
def test_a_failing_refresh_shows_no_secret(served, caplog, tmp_path):
    secrets = Secrets()
    with serving(served) as server:
        auth = RefreshedToken(
            "the-client",
            Secret(CLIENT_SECRET),
            Secret(REFRESH),
            token_origin=server.origin,
            clock=lambda: NOW,
            secrets=secrets,
            cache_dir=tmp_path,
        )
        with Transport(auth=auth, origins=[server.origin], clock=lambda: NOW, secrets=secrets) as transport:
            error = failed(transport.send, a_call(server.origin))
        auth.close()
    assert isinstance(error, lk.LeadkitError)
    assert_nothing_shown(error, caplog, TOKEN, REFRESH, CLIENT_SECRET)


@pytest.mark.parametrize("value", [f"{TOKEN} ", "v^1.1", ""])
def test_a_token_that_is_refused_is_not_shown(value, caplog):
    error = failed(GivenToken, Secret(value))
    assert isinstance(error, lk.InvalidRequest)
    assert_nothing_shown(error, caplog, TOKEN)


@pytest.mark.parametrize("make", [Ebay, Ebay.from_env], ids=["arguments", "settings"])
@pytest.mark.parametrize(
    "given",
    [
        {"token": 5, "client_secret": CLIENT_SECRET, "refresh_token": REFRESH},
        {"client_secret": CLIENT_SECRET.encode(), "refresh_token": REFRESH},
        {"client_secret": 5, "refresh_token": REFRESH},
        {"token": TOKEN, "site": "x"},
        {"token": TOKEN, "base_url": f"https://me:{CLIENT_SECRET}@far.example"},
        {"token": TOKEN, "base_url": f"https://me:{CLIENT_SECRET}@[far.example"},
        {"base_url": f"https://me:{CLIENT_SECRET}@far.example"},
    ],
    ids=["token", "bytes", "secret", "setting", "address", "no address", "address of no account"],
)
def test_no_frame_of_ours_shows_a_secret_of_a_refused_account(make, given):
    error = failed(lambda settings: make(**settings), given)
    assert isinstance(error, lk.InvalidRequest)
    assert_clean(shown(error), TOKEN, CLIENT_SECRET, REFRESH)


def test_an_environment_that_is_refused_shows_no_secret(monkeypatch):
    for name, value in (
        ("TOKEN", TOKEN),
        ("BASE_URL", f"https://me:{CLIENT_SECRET}@far.example"),
        ("SANDBOX", "maybe"),
    ):
        monkeypatch.setenv(f"LEADKIT_EBAY_{name}", value)
        error = failed(lambda make: make(sellers=5), Ebay.from_env)
        assert isinstance(error, lk.InvalidRequest)
        assert_clean(shown(error), TOKEN, CLIENT_SECRET)
