"""`leadkit demo`: what it writes, what it prints, and that the two agree."""

from __future__ import annotations

import importlib.metadata
import os
import pty
import re
import stat
import subprocess
import sys
from collections import Counter
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl
import pytest

import leadkit as lk
from leadkit import wording
from leadkit.cli import app, main
from leadkit.summary import TELLS

FETCHED = ("leads", "conversations", "messages", "mail", "folders", "crm_leads")
TABLES = (*FETCHED, "times", "problems", "requests")
PLACEHOLDERS = {"", "-", "--", "n/a", "na", "no", "none", "null", "unknown", "?"}
CHICAGO = ZoneInfo("America/Chicago")


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """One whole run of the installed program, in a pipe: what it printed, and what it wrote."""
    here = tmp_path_factory.mktemp("demo")
    program = [Path(sys.executable).with_name("leadkit"), "demo", "--seed", "6", "--leads", "300"]
    done = subprocess.run(program, cwd=here, capture_output=True, text=True, check=False, umask=0)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout, here


@pytest.fixture
def printed(told):
    return told[0]


@pytest.fixture
def tables(told):
    return {name: pl.read_parquet(told[1] / "leadkit-demo" / f"{name}.parquet") for name in TABLES}


@pytest.fixture
def leads(tables):
    return tables["leads"].to_dicts()


def line(printed, *words):
    """Whether some part of a line is these words, with only blanks between them."""
    pattern = r"\s+".join(re.escape(word) for word in words)
    return re.search(rf"(?<!\S){pattern}(?!\S)", printed) is not None


def shown(moment: datetime) -> str:
    return moment.astimezone(CHICAGO).strftime("%Y-%m-%d %H:%M")


def percent(part, of):
    return f"{part / of:.0%}"


def test_each_table_is_a_file_for_its_owner_only(told):
    folder = told[1] / "leadkit-demo"
    files = [*(f"{name}.parquet" for name in TABLES), "report.html"]
    assert sorted(path.name for path in folder.iterdir()) == sorted(files)
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_the_tables_hold_the_dealership(tables):
    assert tables["leads"].height > 250
    assert tables["leads"].get_column("exchanges").list.len().sum() > 0
    assert set(tables["conversations"].get_column("conversation_type")) == {"FROM_MEMBERS", "FROM_EBAY"}
    there = set(tables["conversations"].get_column("conversation_id"))
    assert set(tables["messages"].get_column("conversation_id")) == there
    assert tables["requests"].height > tables["conversations"].height
    assert set(tables["requests"].get_column("status")) == {200}


def test_rows_and_the_span_of_the_leads_are_those_of_the_files(printed, tables):
    names = (*FETCHED, "times")
    assert line(printed, *names)
    assert line(printed, *(f"{tables[name].height:,}" for name in names))
    at = tables["leads"].get_column("submitted_at")
    assert f"leads from {shown(at.min())} to {shown(at.max())}, America/Chicago\n" in printed


def test_the_naive_numbers_stand_beside_the_honest_ones(printed, tables):
    times = tables["times"].filter(pl.col("lead_id") == pl.col("episode_id"))
    known = times.filter(state="answered_exact").get_column("wait_upper")
    honest = lk.response_summary(tables["times"]).row(0, named=True)
    median = wording.bounds(honest["p50_earliest"], honest["p50"])
    interval = wording.bounds(honest["p50_low"], honest["p50_high"])
    assert median != wording.span(known.median())
    assert line(printed, "median wait", *f"{wording.span(known.median())} {median} {interval}".split())
    for hours in (1, 24):
        both = (known <= timedelta(hours=hours)).mean(), honest[f"answered_within_{hours}h"]
        assert line(printed, f"within {hours} h", *map(percents, both))
    waiting = times["state"] == "unanswered"
    low, high = map(percents, lk.wilson(waiting.sum(), len(times)))
    assert line(printed, "no reply", "not counted", percents(waiting.mean()), f"{low} to {high}")


def percents(share):
    return f"{100 * share:.1f} %"


def test_what_stands_out_is_the_first_finding_of_each_topic(printed, tables):
    found = lk.findings(tables["leads"], tables["times"], zone="America/Chicago")
    titles = found.unique("topic", keep="first", maintain_order=True).head(4)
    assert found["severity"][0] == "high"
    for severity, title in titles.select("severity", "title").iter_rows():
        assert line(printed, severity, title)


def test_statuses_are_counted(printed, leads):
    counts = Counter(lead["status"] for lead in leads)
    assert set(counts) == {"NEW", "RESPONDED"}
    for status, count in counts.items():
        assert line(printed, status, str(count), percent(count, len(leads)))


def test_the_three_answers_on_financing_are_counted_apart(printed, leads):
    counts = Counter(lead["financing"] for lead in leads)
    for name, answer in {"yes": True, "no or not answered": False, "not given": None}.items():
        assert counts[answer] > 0
        assert line(printed, name, str(counts[answer]), percent(counts[answer], len(leads)))


def test_a_trade_in_is_offered_where_one_part_says_something(printed, leads):
    parts = ("trade_in_make", "trade_in_model", "trade_in_year")
    offered = sum(any((lead[part] or "").strip().lower() not in PLACEHOLDERS for part in parts) for lead in leads)
    assert 0 < offered < len(leads)
    assert line(printed, "offered", str(offered), percent(offered, len(leads)))
    assert line(printed, "none", str(len(leads) - offered), percent(len(leads) - offered, len(leads)))


def test_each_currency_is_summed_by_itself_with_credits_apart(printed, leads, tables):
    states = dict(tables["times"].select("lead_id", "state").iter_rows())
    for currency in ("USD", "CAD"):
        paid = [lead for lead in leads if lead["fee"] is not None and lead["fee_currency"] == currency]
        credits_, total, waiting = (
            sum((lead["fee"] for lead in rows), Decimal(0))
            for rows in (
                [lead for lead in paid if lead["fee"] < 0],
                paid,
                [lead for lead in paid if states[lead["lead_id"]] == "unanswered"],
            )
        )
        answered = sum(states[lead["lead_id"]].startswith("answered") for lead in paid)
        sums = [f"{amount:,.2f}" for amount in (credits_, total, waiting, total / len(paid), total / answered)]
        assert credits_ < 0 < waiting
        assert line(printed, currency, str(len(paid)), *sums)
    all_of_them = sum(lead["fee"] for lead in leads if lead["fee"] is not None)
    assert f"{all_of_them:,.2f}" not in printed


def test_leads_without_an_amount_are_counted_and_not_summed(printed, leads):
    missing = sum(lead["fee"] is None for lead in leads)
    assert missing > 0
    assert line(printed, "no amount", str(missing), *"-----")


def place(problem):
    return ".".join(part for part in (problem["source"], problem["column"]) if part)


def test_what_was_odd_is_told_by_kind(printed, tables):
    counts = Counter()
    for problem in tables["problems"].to_dicts():
        counts[problem["kind"], place(problem)] += problem["count"]
    assert counts
    for (kind, where), count in counts.items():
        assert line(printed, kind, str(count), where)


def test_the_calls_are_counted(printed, tables):
    requests = tables["requests"]
    assert f"\n{requests.height:,} calls, {requests.get_column('bytes').sum() / 1e6:.1f} MB, " in printed
    assert f" s. {tables['leads'].height:,} of 300 leads are on active listings.\n" in printed


def test_the_numbers_stand_on_the_first_screen_and_no_line_is_wide(printed):
    lines = printed.splitlines()
    titles = [line.split("  ")[0] for line in lines[:24] if line[:1].strip()]
    assert {"Replies", "What stands out", "Fees"} <= set(titles)
    assert len(lines) <= 56
    assert max(map(len, lines)) <= 80


def test_each_source_says_what_it_tells_and_what_not(printed):
    part = printed.split("What each source tells")[1].split("What was odd")[0]
    for name, tells, misses in TELLS:
        assert re.search(rf"^ +{name} +{re.escape(tells)} +{re.escape(misses)} *$", part, re.MULTILINE)


def test_nothing_personal_is_printed(printed, tables):
    found = 0
    for name in ("leads", "conversations", "messages"):
        for column in PERSONAL[name]:
            values = tables[name].get_column(column).drop_nulls().unique()
            for value in values if values.dtype == pl.String else ():
                found += 1
                assert not value.strip() or re.search(rf"(?<!\w){re.escape(value)}(?!\w)", printed) is None, column
    assert found > 500


PERSONAL = {
    "leads": (
        "user_id",
        "email",
        "external_email",
        "first_name",
        "last_name",
        "phone",
        "postal_code",
        "message",
    ),
    "conversations": ("title", "other_party", "latest_sender", "latest_recipient", "latest_subject", "latest_body"),
    "messages": ("sender", "recipient", "subject", "body"),
}


def test_a_pipe_gets_no_colours(printed):
    assert "\x1b" not in printed


@pytest.mark.slow
def test_a_terminal_gets_colours_unless_they_are_declined(tmp_path):
    assert "\x1b[1;36mFees\x1b[0m" in in_a_terminal("demo", "--leads", "20", cwd=tmp_path)
    assert "\x1b[" not in in_a_terminal("demo", "--leads", "20", cwd=tmp_path, NO_COLOR="1")


def in_a_terminal(*words, cwd, **environment):
    """What the program writes to a terminal of 80 columns; its stderr is none, so no bar mixes in."""
    ours, theirs = pty.openpty()
    settings = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "80", **environment}
    program = [Path(sys.executable).with_name("leadkit"), *words]
    with subprocess.Popen(program, cwd=cwd, stdout=theirs, stderr=subprocess.DEVNULL, env=settings) as running:
        os.close(theirs)
        seen = b""
        while chunk := read(ours):
            seen += chunk
    os.close(ours)
    assert running.returncode == 0
    return seen.decode()


def read(terminal):
    try:
        return os.read(terminal, 65536)
    except OSError:  # the other side has closed: Linux says so by an error
        return b""


def test_the_lines_to_type_next_run_as_they_stand(told):
    printed, here = told
    lines = [text.strip() for text in printed.split("Next, in Python\n")[1].split("\n\n")[0].splitlines()]
    assert len(lines) == 5
    code = "\n".join([*lines, "print(len(leads), len(times), len(shop.ebay.leads()))"])
    done = subprocess.run([sys.executable, "-c", code], cwd=here, capture_output=True, text=True, check=True)
    *sentences, counts = done.stdout.splitlines()
    rows = str(pl.read_parquet(here / "leadkit-demo" / "leads.parquet").height)
    assert counts.split() == [rows, rows, rows]
    assert any(" leads (" in sentence for sentence in sentences)


@pytest.mark.slow
def test_the_same_seed_gives_the_same_tables_and_another_one_does_not(run, tmp_path):
    for folder, seed in {"a": 7, "b": 7, "c": 8}.items():
        assert run("demo", "--leads", 40, "--seed", seed, "--out", tmp_path / folder).exit_code == 0
    for name in ("leads", "conversations", "messages", "times", "problems"):
        a, b, c = (pl.read_parquet(tmp_path / folder / f"{name}.parquet") for folder in "abc")
        assert a.equals(b)
        assert name == "problems" or not a.equals(c)


@pytest.mark.slow
def test_running_it_again_overwrites_its_own_files_only(run):
    assert run("demo", "--leads", 20).exit_code == 0
    folder = Path("leadkit-demo")
    (folder / "notes.txt").write_text("mine")
    (folder / "leads.parquet").chmod(0o644)
    before = pl.read_parquet(folder / "leads.parquet").height
    assert run("demo", "--leads", 40).exit_code == 0
    assert pl.read_parquet(folder / "leads.parquet").height > before
    assert stat.S_IMODE((folder / "leads.parquet").stat().st_mode) == 0o600
    assert (folder / "notes.txt").read_text() == "mine"


@pytest.mark.parametrize("content", ["parquet", "text", "folder"])
def test_a_file_that_something_else_wrote_stays_as_it_is(run, content):
    mine = Path("messages.parquet")
    if content == "parquet":
        pl.DataFrame({"a": [1]}).write_parquet(mine)
    elif content == "text":
        mine.write_text("mine")
    else:
        mine.mkdir()
    before = mine.is_dir() or mine.read_bytes()
    told = run("demo", "--leads", 20, "--out", ".")
    assert (told.exit_code, told.stdout) == (1, "")
    assert told.stderr == (
        "leadkit: messages.parquet is not from an earlier run, and stays as it is. Name another place with --out.\n"
    )
    assert (mine.is_dir() or mine.read_bytes()) == before
    assert sorted(path.name for path in Path().iterdir()) == ["messages.parquet"]


def test_a_folder_that_can_not_be_made_is_an_error_before_anything_is_fetched(run):
    Path("file").write_text("")
    told = run("demo", "--out", "file/folder")
    assert (told.exit_code, told.stdout) == (1, "")
    assert told.stderr == "leadkit: file/folder can't be written: Not a directory. Name another place.\n"


@pytest.mark.parametrize(
    "words", [["--leads", "0"], ["--seed", "-1"], ["--leads", "many"], ["--folder", "x"], ["more"]]
)
def test_wrong_usage_ends_with_2(run, words):
    told = run("demo", *words)
    assert (told.exit_code, told.stdout) == (2, "")
    assert "Usage: " in told.stderr


def test_the_version_is_told(run):
    assert run("--version").stdout == f"leadkit {importlib.metadata.version('leadkit')}\n"


@pytest.mark.parametrize(
    "command", [[], ["demo"], ["fetch"], ["login"], ["report"], ["check"], ["refresh"], ["sandbox"]]
)
def test_help_fits_on_a_screen_and_shows_an_example(run, command):
    told = run(*command, "--help")
    assert told.exit_code == 0
    assert re.search(r"^ (Example|Begin with): leadkit [a-z]+", told.stdout, re.MULTILINE)
    assert len(told.stdout.splitlines()) <= 45


def test_no_command_shows_the_help(run):
    assert "sandbox" in run().output


def test_the_program_and_the_module_are_one(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["leadkit", "--version"])
    with pytest.raises(SystemExit, match="0"):
        main()
    done = subprocess.run([sys.executable, "-m", "leadkit", "--version"], capture_output=True, text=True, check=True)
    assert done.stdout == capsys.readouterr().out
    assert {command.name or command.callback.__name__ for command in app.registered_commands} == {
        "check",
        "demo",
        "fetch",
        "login",
        "refresh",
        "report",
        "sandbox",
    }


@pytest.mark.parametrize(
    ("used", "absent"),
    [
        ("lk.__version__", ("typer", "rich", "polars", "leadkit.cli")),
        ("lk.Ebay, lk.demo, lk.describe, lk.read_leads", ("typer", "leadkit.cli", "leadkit.summary", "uvicorn")),
    ],
)
def test_the_library_loads_nothing_of_the_command_line(used, absent):
    code = f"import sys, leadkit as lk; {used}; print([name for name in {absent} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_help_does_not_wait_for_polars():
    code = "import sys, leadkit.cli; print('polars' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def test_it_ends_with_a_report_that_asks_nobody_for_anything(told):
    printed, here = told
    assert printed.endswith("\nThe report, one page to open in a browser: leadkit-demo/report.html\n")
    assert "default-src 'none'" in (here / "leadkit-demo" / "report.html").read_text()


def test_a_page_of_somebody_else_stays(run, tmp_path):
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "report.html").write_text("<title>mine</title>")
    refused = run("demo", "--leads", "20", "--out", str(folder))
    assert refused.exit_code == 1
    assert "report.html is not from an earlier run, and stays as it is." in refused.stderr
    assert [path.name for path in folder.iterdir()] == ["report.html"]
