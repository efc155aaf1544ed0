"""`leadkit login` in a pipe: the page, the answer, the file; each end says what happened and shows no secret."""

from __future__ import annotations

import json
import stat
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest
from browser import answered, page_in
from typer.testing import CliRunner

import leadkit as lk
from leadkit.cli import app
from leadkit.sandbox import Sandbox

STORED = Path("..", "home", "config", "leadkit", "ebay-login.json")


@pytest.fixture
def seller(sandbox, monkeypatch):
    """A sandbox whose application the environment describes, and nothing of the seller."""
    return described(sandbox, monkeypatch)


@pytest.fixture
def unapproved(monkeypatch):
    """One whose application may not use the Leads API."""
    with Sandbox(leads=20, approved=False) as running:
        yield described(running, monkeypatch)


def described(sandbox, monkeypatch):
    for name, value in keys_of(sandbox).items():
        monkeypatch.setenv(name, value)
    return sandbox


def keys_of(sandbox):
    return {
        "LEADKIT_EBAY_SELLERS": ",".join(sandbox.dealership.sellers),
        "LEADKIT_EBAY_CLIENT_ID": sandbox.client_id,
        "LEADKIT_EBAY_CLIENT_SECRET": sandbox.client_secret,
        "LEADKIT_EBAY_RUNAME": sandbox.runame,
        "LEADKIT_EBAY_BASE_URL": sandbox.url,
    }


def login(*words, pasted=""):
    told = CliRunner().invoke(app, ["login", *words], input=pasted)
    assert told.exception is None or isinstance(told.exception, SystemExit)
    return told


def page(*words):
    """The page that the command shows; a later run takes the answer to it."""
    return page_in(login(*words).stdout)


def secrets_of(sandbox, *more):
    return [sandbox.client_secret, sandbox.refresh_token, sandbox.token, *more]


def assert_silent(told, *secrets):
    for secret in secrets:
        assert secret not in told.stdout + told.stderr


def test_a_seller_consents_and_the_account_is_there(run, seller):
    address = answered(page())
    told = login(pasted=f"{address}\n")
    assert (told.exit_code, told.stderr) == (0, "")
    kept = json.loads(STORED.read_text())
    ends = f"{datetime.fromisoformat(kept['ends_at']):%Y-%m-%d %H:%M}"
    assert told.stdout.splitlines()[-7:] == [
        f"The login of ebay is in {STORED.resolve()}; only you may read it.",
        f"  environment  {seller.url}",
        f"  application  {seller.client_id}",
        "  scopes       leads, messages, mail",
        f"  ends         {ends} UTC, 547 days from now",
        "  secret       not stored; LEADKIT_EBAY_CLIENT_SECRET has to be set",
        "Next: leadkit fetch leads",
    ]
    assert stat.S_IMODE(STORED.stat().st_mode) == 0o600
    assert stat.S_IMODE(STORED.parent.stat().st_mode) == 0o700
    assert [path.name for path in STORED.parent.iterdir()] == [STORED.name]
    assert kept["refresh_token"] == seller.refresh_token
    assert "client_secret" not in kept
    assert_silent(told, *secrets_of(seller), address, "sandbox.com", "v^1.1", "v%5E1.1")
    assert run("fetch", "leads").exit_code == 0
    with lk.open("env") as shop:
        assert len(shop.ebay.leads()) == pl.read_parquet("leads.parquet").height > 0


def test_what_is_asked_for_is_the_users_choice(seller):
    words = ["--scope", "messages", "--scope", "base"]
    told = login(*words, pasted=answered(page(*words)))
    assert told.exit_code == 0
    assert "It asks for: messages, mail." in told.stdout
    assert "invalid_scope" not in told.stdout
    assert told.stdout.endswith("Next: leadkit fetch messages\n")
    with lk.Ebay.from_env() as ebay:
        assert len(ebay.conversations()) > 0
        with pytest.raises(lk.Forbidden):
            ebay.leads()


def test_a_scope_without_a_table_names_no_next_step(seller, monkeypatch):
    inventory = "https://api.ebay.com/oauth/api_scope/sell.inventory"
    told = login("--scope", inventory, pasted=seller.code)
    assert told.exit_code == 0
    assert f"  scopes       {inventory}\n" in told.stdout
    assert "Next:" not in told.stdout


def test_an_application_without_the_limited_release_is_told_what_to_do(unapproved):
    refusal = answered(page())
    told = login(pasted=refusal)
    assert told.exit_code == 1
    assert told.stderr.startswith("leadkit: login: invalid_scope. eBay refused everything because")
    assert "Without it: leadkit login --scope messages --scope mail" in told.stderr
    assert not STORED.exists()
    words = told.stderr.split("leadkit login ")[1].split()
    assert login(*words, pasted=answered(page(*words))).exit_code == 0
    with lk.open("env") as shop:
        assert len(shop.ebay.conversations()) > 0


def test_a_seller_who_declines_is_a_plain_end(seller):
    told = login(pasted=answered(page(), "decline"))
    assert told.exit_code == 1
    assert told.stderr.startswith("leadkit: login: access_denied. The consent was declined")
    assert told.stderr.count("\n") == 1
    assert not STORED.exists()


def test_a_bare_code_is_taken_with_a_word_of_warning(seller):
    told = login(pasted=seller.code)
    assert told.exit_code == 0
    assert told.stderr == ("That is a code without its address: whether it belongs to this consent can't be checked.\n")


def test_an_address_of_another_consent_never_reaches_ebay(seller):
    other = answered(page("--scope", "mail"))
    before = len(seller.requests)
    told = login(pasted=other)
    assert told.exit_code == 1
    assert "The address is the answer to another consent" in told.stderr
    assert told.stderr.endswith("leadkit: login: nothing more was pasted, so no login was stored.\n")
    assert len(seller.requests) == before
    assert not STORED.exists()


def test_a_page_counts_for_the_same_consent_within_the_hour_and_once(seller):
    first = page()
    assert page() == first
    assert stat.S_IMODE(STORED.with_name(f"{STORED.name}.asked").stat().st_mode) == 0o600
    assert page("--scope", "mail") != first
    again = page()
    assert again != first
    assert page("--sign-in") == f"{again}&prompt=login"
    assert login(pasted=answered(again)).exit_code == 0
    assert page() != again


@pytest.mark.parametrize("asked_at", ["2020-01-01T00:00:00+00:00", "2120-01-01T00:00:00+00:00", "2026-01-01", 7, None])
def test_a_page_that_is_too_old_or_damaged_does_not_count(asked_at, seller):
    first = page()
    file = STORED.with_name(f"{STORED.name}.asked")
    file.write_text(json.dumps(json.loads(file.read_text()) | {"asked_at": asked_at}))
    assert page() != first
    for text in ("", "[]", json.dumps(json.loads(file.read_text()) | {"state": ""})):
        before = page()
        file.write_text(text)
        assert page() != before


@pytest.mark.parametrize(
    ("pasted", "complaints"),
    [
        ("", 0),
        ("\n", 0),
        ("nonsense\n", 1),
        ("https://example.org/\n\n", 1),
        ("nonsense\nnonsense\n  \n", 2),
        ("nonsense\n" * 5, 3),
        (b"\xff\xfe\n" * 3, 3),
        ("x" * 200_000, 3),
    ],
)
def test_every_other_paste_ends_with_1_and_no_login(pasted, complaints, seller):
    told = login(pasted=pasted)
    assert told.exit_code == 1
    *said, last = told.stderr.splitlines()
    assert len(said) == complaints
    end = "that was no answer to this consent 3 times" if complaints == 3 else "was pasted"
    assert last.startswith("leadkit: login: ")
    assert last.endswith(f"{end}, so no login was stored.")
    assert not STORED.exists()


def test_a_right_paste_after_two_wrong_ones_counts(seller):
    told = login(pasted=f"nonsense\nhttps://example.org/\n{answered(page())}\n")
    assert told.exit_code == 0
    assert [line.rpartition(". ")[2] for line in told.stderr.splitlines()] == ["2 more.", "1 more."]


def test_an_ended_code_is_explained(seller):
    address = answered(page())
    seller.let_pass(299)
    told = login(pasted=address)
    assert told.exit_code == 1
    assert "oauth: exchangeCode answered 400: invalid_grant" in told.stderr
    assert "good once and for 299 seconds" in told.stderr
    assert_silent(told, *secrets_of(seller), "v^1.1")


def test_keys_of_another_environment_are_explained(seller, monkeypatch):
    monkeypatch.setenv("LEADKIT_EBAY_CLIENT_SECRET", "PRD-of-another-environment")
    told = login(pasted=seller.code)
    assert told.exit_code == 1
    assert "do not belong together" in told.stderr
    assert_silent(told, "PRD-of-another-environment", seller.code)


def test_the_secret_is_kept_only_if_that_is_wanted(seller, monkeypatch):
    assert login("--keep-secret", pasted=seller.code).stdout.count("  secret       stored with it\n") == 1
    assert json.loads(STORED.read_text())["client_secret"] == seller.client_secret
    monkeypatch.delenv("LEADKIT_EBAY_CLIENT_SECRET")
    monkeypatch.delenv("LEADKIT_EBAY_CLIENT_ID")
    with lk.Ebay.from_env() as ebay:
        assert len(ebay.leads()) > 0


def test_another_file_can_be_named(seller, monkeypatch):
    told = login("--out", "logins/north.json", "--account", "north", pasted=seller.code)
    assert told.exit_code == 0
    assert "Name the file for the next sessions: LEADKIT_EBAY_LOGIN=logins/north.json\n" in told.stdout
    assert stat.S_IMODE(Path("logins").stat().st_mode) == 0o700
    assert not STORED.exists()
    monkeypatch.setenv("LEADKIT_EBAY_LOGIN", "logins/north.json")
    with lk.Ebay.from_env() as ebay:
        assert ebay.account == "north"
    told = login("--account", "north", pasted=seller.code)
    assert told.exit_code == 0
    assert "Name the file" not in told.stdout


def test_another_login_is_replaced_only_if_that_is_wanted(seller):
    assert login(pasted=seller.code).exit_code == 0
    assert login(pasted=seller.code).exit_code == 0  # the same account again
    before = STORED.read_text()
    told = login("--account", "south", pasted=seller.code)
    assert told.exit_code == 1
    assert told.stderr == (
        f"leadkit: login: {STORED.resolve()} is not replaced: it has the login of ebay for {seller.url}, application "
        f"{seller.client_id}. Say --replace, or name another file with --out or LEADKIT_EBAY_LOGIN.\n"
    )
    assert STORED.read_text() == before
    assert login("--account", "south", "--replace", pasted=seller.code).exit_code == 0
    assert json.loads(STORED.read_text())["account"] == "south"


def test_a_file_that_is_no_login_is_left_alone(seller):
    Path("notes.txt").write_text("mine")
    Path("notes.txt").chmod(0o600)
    told = login("--out", "notes.txt", pasted=seller.code)
    assert (told.exit_code, told.stdout) == (1, "")
    assert "notes.txt is not replaced: it is damaged, or no login." in told.stderr
    told = login("--out", ".", "--replace", pasted=seller.code)
    assert (told.exit_code, told.stdout) == (1, "")
    assert "Is a directory" in told.stderr
    assert Path("notes.txt").read_text() == "mine"
    assert login("--out", "notes.txt", "--replace", pasted=seller.code).exit_code == 0


def test_a_place_that_can_not_be_written_is_told_before_the_seller_is_asked(seller):
    Path("file").touch()
    told = login("--out", "file/login.json", pasted=seller.code)
    assert (told.exit_code, told.stdout) == (1, "")
    assert told.stderr == "leadkit: login: file can't be written: File exists. --out names another file.\n"


@pytest.mark.parametrize(
    ("words", "missing", "sentence"),
    [
        ([], "CLIENT_ID", "LEADKIT_EBAY_CLIENT_ID is not set (or --client-id)"),
        ([], "RUNAME", "LEADKIT_EBAY_RUNAME is not set (or --runame)"),
        ([], "CLIENT_SECRET", "there is no client secret. Set LEADKIT_EBAY_CLIENT_SECRET"),
        (["--sandbox"], "", "eBay's sandbox and a base URL exclude each other"),
        (["--base-url", "http://example.org"], "", "base_url is refused: plain http would show the token"),
        (["--runame", "https://example.org"], "", "the RuName is refused"),
        (["--scope", "leeds"], "", "scope='leeds' is refused"),
    ],
)
def test_what_is_missing_or_wrong_is_told_before_the_seller_is_asked(words, missing, sentence, seller, monkeypatch):
    monkeypatch.delenv(f"LEADKIT_EBAY_{missing}", raising=False)
    told = login(*words, pasted=seller.code)
    assert (told.exit_code, told.stdout) == (1, "")
    assert told.stderr.startswith("leadkit: ")
    assert sentence in told.stderr
    assert told.stderr.count("\n") == 1
    assert not STORED.exists()


def test_options_do_what_the_variables_do(seller, monkeypatch):
    for name in ("CLIENT_ID", "RUNAME", "BASE_URL"):
        monkeypatch.delenv(f"LEADKIT_EBAY_{name}")
    words = ["--client-id", seller.client_id, "--runame", seller.runame, "--base-url", seller.url]
    assert login(*words, pasted=answered(page(*words))).exit_code == 0


def test_ebays_own_hosts_are_asked_by_default(seller, monkeypatch):
    monkeypatch.delenv("LEADKIT_EBAY_BASE_URL")
    assert page().startswith("https://auth.ebay.com/oauth2/authorize?")
    assert page("--sandbox").startswith("https://auth.sandbox.ebay.com/oauth2/authorize?")
    monkeypatch.setenv("LEADKIT_EBAY_SANDBOX", "1")
    assert page().startswith("https://auth.sandbox.ebay.com/oauth2/authorize?")


def test_the_stored_login_is_described_and_its_token_is_not_shown(run, seller, monkeypatch):
    login(pasted=seller.code)
    told = run("login", "--check")
    assert (told.exit_code, told.stderr) == (0, "")
    assert f"  environment  {seller.url}\n" in told.stdout
    assert_silent(told, *secrets_of(seller), "v^1.1")
    monkeypatch.setenv("LEADKIT_EBAY_REFRESH_TOKEN", "one-of-the-environment")
    told = run("login", "--check")
    assert told.exit_code == 0
    assert told.stderr == "LEADKIT_EBAY_REFRESH_TOKEN is set and wins over this login. Unset it to use the login.\n"


def test_a_login_that_has_ended_or_tells_no_end_is_described(run, seller):
    login(pasted=seller.code)
    kept = json.loads(STORED.read_text())
    STORED.write_text(json.dumps(kept | {"ends_at": datetime(2025, 1, 1, tzinfo=UTC).isoformat()}))
    told = run("login", "--check")
    assert told.exit_code == 1
    assert "  ends         2025-01-01 00:00 UTC, -" in told.stdout
    assert told.stderr == "leadkit: This login has ended. Consent again with `leadkit login`.\n"
    STORED.write_text(json.dumps(kept | {"ends_at": None}))
    assert "  ends         not known\n" in run("login", "--check").stdout


def test_that_no_login_is_stored_is_told(run):
    told = run("login", "--check")
    assert (told.exit_code, told.stdout) == (1, "")
    assert told.stderr == (
        f"leadkit: The login in {STORED.resolve()} is refused: there is no such file. Make it with `leadkit login`.\n"
    )
