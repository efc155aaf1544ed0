"""`leadkit fetch crm_leads`: ids come out of a file, columns by their names."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

import leadkit as lk


@pytest.fixture
def crm(sandbox, monkeypatch):
    """The sandbox's CRM alone, as the environment describes it."""
    monkeypatch.setenv("LEADKIT_LEADSQUARED_ACCESS_KEY", sandbox.access_key)
    monkeypatch.setenv("LEADKIT_LEADSQUARED_SECRET_KEY", sandbox.secret_key)
    monkeypatch.setenv("LEADKIT_LEADSQUARED_BASE_URL", sandbox.url)
    with lk.LeadSquared.from_env() as account:
        yield account


@pytest.fixture
def ids(sandbox):
    return list(sandbox.dealership.crm.leads)[:5]


def test_a_column_of_no_file_is_refused_before_anything_is_asked(run, tmp_path):
    done = run("fetch", "crm_leads", "--ids-column", "id", "--out", tmp_path / "a.csv")
    assert done.exit_code == 2
    assert "--ids-column says which column" in " ".join(done.stderr.split())


def write_lines(path, ids):
    path.write_text("\ufeff" + "\r\n".join(["", *ids, " "]), encoding="utf-8")


def write_csv(path, ids):
    pl.DataFrame({"name": ["=x"] * 5, "ProspectID": ids}).write_csv(path)


def write_parquet(path, ids):
    pl.DataFrame({"anything": ids}).write_parquet(path)


@pytest.mark.parametrize(
    ("file", "write"),
    [("ids.txt", write_lines), ("ids", write_lines), ("ids.csv", write_csv), ("IDS.PARQUET", write_parquet)],
)
def test_ids_come_out_of_any_file(file, write, run, crm, ids):
    write(Path(file), ids)
    told = run("fetch", "crm_leads", "--ids", file, "--columns", "FirstName, mx_Store")
    assert (told.exit_code, told.stderr) == (0, "")
    assert told.stdout.startswith("crm_leads.parquet: 5 rows of crm_leads. It holds raw personal data")
    assert_frame_equal(pl.read_parquet("crm_leads.parquet"), crm.leads(ids, ["FirstName", "mx_Store"]))


def test_a_column_of_several_is_named(run, crm, ids):
    pl.DataFrame({"mine": ids, "other": range(5)}).write_csv("people.csv")
    assert run("fetch", "crm_leads", "--ids", "people.csv", "--ids-column", "mine", "--out", "x.csv").exit_code == 0
    assert len(pl.read_csv("x.csv")) == 5


def test_the_tables_of_this_command_are_ids_for_it(run, crm, ids):
    write_lines(Path("ids.txt"), ids)
    run("fetch", "crm_leads", "--ids", "ids.txt", "--out", "a.csv")
    assert run("fetch", "crm_leads", "--ids", "a.csv", "--out", "b.csv").exit_code == 0
    assert Path("a.csv").read_text() == Path("b.csv").read_text()


def test_the_demo_knows_ids_of_its_own(run):
    told = run("fetch", "crm_leads", "--source", "demo", "--columns", "mx_Store", "--record", "kept")
    assert told.exit_code == 0
    assert len(pl.read_parquet("crm_leads.parquet")) > 700
    assert (
        run("fetch", "crm_leads", "--source", "kept", "--columns", "mx_Store", "--out", "again.parquet").exit_code == 0
    )
    assert_frame_equal(pl.read_parquet("crm_leads.parquet"), pl.read_parquet("again.parquet"))


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ([], "crm_leads: no ids. --ids says which file holds them."),
        (["--ids", "nowhere.txt"], "--ids nowhere.txt can't be read: No such file or directory."),
        (["--ids", "bad.parquet"], "--ids bad.parquet can't be read: it is not what its ending says."),
        (["--ids", "bytes.txt"], "--ids bytes.txt can't be read: it is not what its ending says."),
        (["--ids", "two.csv"], "--ids two.csv has 2 columns: --ids-column says which holds the ids."),
        (["--ids", "two.csv", "--ids-column", "on"], "--ids two.csv needs the column 'on' (did you mean 'one'?)."),
        (["--ids", "two.csv", "--ids-column", "one", "--columns", "a b"], "crm_leads: columns='a b' is refused"),
    ],
)
def test_an_error_is_one_sentence_and_no_file(words, sentence, run, crm):
    Path("bad.parquet").write_text("no parquet")
    Path("bytes.txt").write_bytes(b"\xff\xfe\xfa")
    Path("two.csv").write_text("one,two\na,b\n")
    told = run("fetch", "crm_leads", *words)
    assert (told.exit_code, told.stdout) == (1, "")
    assert told.stderr.startswith(f"leadkit: {sentence}")
    assert told.stderr.count("\n") == 1
    assert not Path("crm_leads.parquet").exists()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["crm_leads", "--start", "2026-08-01"], "--start is for leads, conversations, messages, mail only."),
        (["leads", "--ids", "x"], "--ids is for crm_leads only."),
        (["leads", "--ids-column", "x"], "--ids-column is for crm_leads only."),
        (["mail", "--columns", "x"], "--columns is for crm_leads only."),
    ],
)
def test_options_of_another_table_are_refused(words, sentence, run):
    told = run("fetch", *words)
    assert told.exit_code == 2
    found = " ".join(told.stderr.replace("│", " ").split())
    assert sentence.replace(",", " and") in found or sentence in found


def test_without_keys_the_crm_says_what_to_set(run, account):
    Path("ids.txt").write_text("id-1")
    told = run("fetch", "crm_leads", "--ids", "ids.txt")
    assert (told.exit_code, told.stdout) == (1, "")
    assert told.stderr.startswith("leadkit: LeadSquared: access_key and secret_key missing.")
