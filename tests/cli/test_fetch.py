"""`leadkit fetch`: every option reaches the API, what comes is the library's own table, and errors are one sentence."""

from __future__ import annotations

import csv
import stat
import warnings
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

import leadkit as lk

PERSONAL_DATA = "It holds raw personal data; only you may read it."


@pytest.fixture
def library(account):
    with lk.Ebay.from_env() as ebay:
        yield ebay


def asked(sandbox):
    return [(call.path, call.parameters) for call in sandbox.requests]


@pytest.mark.parametrize("table", ["leads", "conversations", "messages", "mail", "folders"])
def test_a_table_is_the_one_of_the_library(table, run, library):
    told = run("fetch", table)
    assert (told.exit_code, told.stderr) == (0, "")
    found = pl.read_parquet(f"{table}.parquet")
    expected = library.messages(library.conversations()) if table == "messages" else getattr(library, table)()
    assert_frame_equal(found, expected)
    assert told.stdout == f"{table}.parquet: {len(found)} rows of {table}. {PERSONAL_DATA}\n"
    assert stat.S_IMODE(Path(f"{table}.parquet").stat().st_mode) == 0o600


def test_each_option_of_leads_reaches_the_api(run, account):
    words = ["--start", "2026-09-01", "--end", "2026-10-01T06:00", "--zone", "America/Chicago", "--include-messages"]
    told = run("fetch", "leads", *words, "--status", "Answered")
    assert told.exit_code == 0
    path, query = asked(account)[-1]
    assert path == "/sell/leads/v1/classified_lead"
    assert query == {
        "startTime": "2026-09-01T05:00:00Z",
        "endTime": "2026-10-01T11:00:00Z",
        "includeMessages": "true",
        "status": "Answered",
    }
    assert pl.read_parquet("leads.parquet").get_column("exchanges").is_not_null().any()


def test_each_option_of_mail_reaches_the_api(run, account):
    told = run("fetch", "mail", "--folder", "0", "--folder", "1", "--start", "2026-08-02", "--bodies")
    assert (told.exit_code, told.stderr) == (0, "")
    sent = [call.body.decode() for call in account.requests if call.path == "/ws/api.dll"]
    for folder in ("0", "1"):
        assert any(f"<FolderID>{folder}</FolderID>" in body for body in sent)
    assert all("<StartTime>2026-08-02T00:00:00.000Z</StartTime>" in body for body in sent if "<FolderID>" in body)
    found = pl.read_parquet("mail.parquet")
    assert set(found.get_column("folder_id")) == {"0", "1"}
    assert found.get_column("html").null_count() == 0


def test_a_listing_is_asked_for_by_its_id(run, account):
    item = account.dealership.listings[0].item_id
    assert run("fetch", "leads", "--item-id", item).exit_code == 0
    assert asked(account)[-1][0] == f"/sell/leads/v1/classified_lead/{item}"


def test_each_option_of_conversations_reaches_the_api(run, account):
    item = account.dealership.listings[0].item_id
    told = run("fetch", "conversations", "--start", "2026-09-01", "--status", "ACTIVE", "--item-id", item)
    assert told.exit_code == 0
    query = asked(account)[-1][1]
    assert query.items() >= {
        ("conversation_type", "FROM_MEMBERS"),
        ("conversation_status", "ACTIVE"),
        ("reference_id", str(item)),
        ("start_time", "2026-09-01T00:00:00.000Z"),
    }


@pytest.mark.parametrize("table", ["conversations", "messages"])
def test_the_kind_of_conversations_can_be_chosen(table, run, account):
    assert run("fetch", table, "--type", "FROM_EBAY").exit_code == 0
    assert {query["conversation_type"] for _, query in asked(account)} == {"FROM_EBAY"}


@pytest.mark.parametrize(
    ("words", "file"),
    [
        (["--out", "x.csv"], "x.csv"),
        (["--out", "X.CSV"], "X.CSV"),
        (["--format", "csv"], "leads.csv"),
        (["--format", "csv", "--out", "x.txt"], "x.txt"),
    ],
)
def test_csv_comes_where_the_ending_or_the_option_says_so(words, file, run, account):
    assert run("fetch", "leads", "--include-messages", *words).exit_code == 0
    with Path(file).open(newline="", encoding="utf-8") as opened:
        rows = list(csv.DictReader(opened))
    assert len(rows) > 10
    assert list(rows[0]) == list(lk.describe("leads").filter(~pl.col("column").str.contains(r"[\[.]"))["column"])
    signs = {cell[0] for row in rows for name, cell in row.items() if cell and name not in {"fee", "fee_original"}}
    assert not signs & set("=+-@\t\r")
    assert any(row["phone"].startswith("'+") for row in rows)
    assert stat.S_IMODE(Path(file).stat().st_mode) == 0o600


def test_the_demo_can_be_fetched_and_recorded_and_the_recording_gives_the_same(run):
    assert run("fetch", "leads", "--source", "demo", "--record", "kept", "--out", "a.parquet").exit_code == 0
    told = run("fetch", "leads", "--source", "kept", "--out", "b.parquet")
    assert (told.exit_code, told.stderr) == (0, "")
    assert_frame_equal(pl.read_parquet("a.parquet"), pl.read_parquet("b.parquet"))
    assert pl.read_parquet("a.parquet").get_column("account").unique().to_list() == ["demo"]


def test_an_account_can_be_recorded(run, account):
    assert run("fetch", "messages", "--record", "kept").exit_code == 0
    assert [path.name for path in Path("kept").glob("fetch-*.json")]
    assert account.token.encode() not in b"".join(path.read_bytes() for path in Path("kept").iterdir())


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["fetch"], "Missing argument 'TABLE'"),
        (["fetch", "sales"], "'sales' is not one of"),
        (["fetch", "mail", "--item-id", "1"], "--item-id is for leads and conversations and messages only."),
        (["fetch", "folders", "--bodies"], "--bodies is for mail only."),
        (["fetch", "leads", "--type", "ALL"], "--type is for conversations and messages only."),
        (["fetch", "messages", "--include-messages"], "--include-messages is for leads only."),
        (["fetch", "leads", "--out", "x.txt"], "neither with .parquet nor with .csv"),
        (["fetch", "leads", "--out", "x.csv", "--format", "parquet"], "contradict each other"),
        (["fetch", "leads", "--source", ".", "--record", "x"], "--record is for --source env and demo only."),
        (["fetch", "leads", "--colour"], "No such option"),
        (["reports"], "No such command"),
    ],
)
def test_wrong_usage_ends_with_2_and_says_why(words, sentence, run):
    told = run(*words)
    assert (told.exit_code, told.stdout) == (2, "")
    assert sentence in " ".join(told.stderr.replace("│", " ").split())
    assert list(Path().iterdir()) == []


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["leads"], "Ebay: no credentials. Set LEADKIT_EBAY_TOKEN"),
        (["leads", "--source", "nowhere"], "There is no folder 'nowhere'"),
        (["leads", "--source", "demo", "--status", "Both"], "leads: status='Both' is refused"),
        (["leads", "--source", "demo", "--start", "soon"], "leads: start='soon' is refused"),
        (["leads", "--source", "demo", "--out", "no/x.csv"], "no/x.csv can't be written: No such file or directory."),
        (["leads", "--source", "demo", "--record", "/dev/null/x"], "/dev/null/x can't be written"),
    ],
)
def test_an_error_is_one_sentence_on_stderr_and_ends_with_1(words, sentence, run):
    told = run("fetch", *words)
    assert (told.exit_code, told.stdout) == (1, "")
    assert told.stderr.startswith(f"leadkit: {sentence}")
    assert told.stderr.count("\n") == 1
    assert list(Path().iterdir()) == []


def test_a_token_that_is_refused_is_not_shown(start, sandbox, monkeypatch):
    token = "expired-token-that-nobody-may-see"
    monkeypatch.setenv("LEADKIT_EBAY_TOKEN", token)
    monkeypatch.setenv("LEADKIT_EBAY_BASE_URL", sandbox.url)
    program = start("fetch", "leads")
    stdout, stderr = program.communicate(timeout=60)
    assert (program.returncode, stdout) == (1, "")
    assert stderr.startswith("leadkit: leads: ")
    assert "401" in stderr
    assert token not in stderr
    assert stderr.count("\n") == 1


def test_a_refusal_of_the_api_is_one_sentence_and_no_file(run, account):
    account.faults.add("status", status=403)
    told = run("fetch", "leads")
    assert (told.exit_code, told.stdout) == (1, "")
    assert told.stderr.startswith("leadkit: leads: ")
    assert "403" in told.stderr
    assert told.stderr.count("\n") == 1
    assert list(Path().iterdir()) == []


def test_a_call_that_is_asked_again_writes_nothing_to_stderr(start, account):
    account.faults.add("status", status=503, times=1)
    program = start("fetch", "leads")
    _, stderr = program.communicate(timeout=60)
    assert (program.returncode, stderr) == (0, "")
    assert len(account.requests) == 2


def test_a_warning_is_one_clean_line(run, account):
    account.faults.add("value", at="classifiedLeads[].responses[].leadFee.amount.value", value="twelve", rows=2)
    told = run("fetch", "leads")
    assert told.exit_code == 0
    assert told.stdout.endswith(f"{PERSONAL_DATA}\n")
    assert told.stderr.startswith("leadkit: leads: bad_value")
    assert told.stderr.endswith(" In Python, .problems has the rows.\n")
    assert told.stderr.count("\n") == 1
    assert ".py" not in told.stderr


def test_a_warning_of_another_kind_keeps_its_place(run, monkeypatch):
    def loud(*_, **__):
        with warnings.catch_warnings():
            warnings.simplefilter("always")
            warnings.warn("odd", RuntimeWarning, stacklevel=1)
        raise lk.NotFound("gone")

    monkeypatch.setattr(lk, "open", loud)
    told = run("fetch", "leads", "--source", "saved")
    assert "RuntimeWarning: odd" in told.stderr
    assert told.stderr.endswith("leadkit: gone\n")


def test_neither_secrets_nor_personal_data_are_printed(start, account):
    program = start("fetch", "leads", "--include-messages", umask=0)
    stdout, stderr = program.communicate(timeout=60)
    found = pl.read_parquet("leads.parquet")
    assert stat.S_IMODE(Path("leads.parquet").stat().st_mode) == 0o600
    values = [value for name in ("user_id", "email", "phone", "last_name", "message") for value in found[name] if value]
    assert len(values) > 50
    assert not [value for value in [*values, account.token] if value in stdout + stderr]
