"""`leadkit report`: what it is about, what it refuses, and that it writes the whole file or none."""

import json
import re
import stat
from dataclasses import replace
from datetime import timedelta

import polars as pl
import pytest
from notebooks.made_notebooks import code, failed, result, shown, stream, text, write
from reports.made_reports import Page
from typer.testing import CliRunner, Result

import leadkit as lk
from leadkit.cli import app
from leadkit.notebooks.document import read
from leadkit.reports.invariants import broken
from leadkit.reports.making import OWN, make, make_from
from leadkit.reports.parameters import VARIABLE, ReportParameters, report_parameters


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """A small dealership, recorded: all that a report fetches."""
    folder = tmp_path_factory.mktemp("saved")
    with lk.demo(leads=60, record=folder) as shop:
        shop.ebay.leads(include_messages=True)
        shop.ebay.messages(shop.ebay.conversations())
        shop.ebay.mail(folder=(0, 1))
    return folder


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def report(*words: object) -> Result:
    return CliRunner().invoke(app, ["report", *map(str, words)])


def test_the_report_of_the_demo_shows_what_is_stored_and_is_for_its_owner_only(here):
    done = report("--out", "r.html")
    assert (done.exit_code, done.stderr) == (0, "")
    said = r"r\.html: 1\.\d MB\. Every output is the one that is stored\. Only you may read it\.\n"
    assert re.fullmatch(said, done.stdout)
    made = here / "r.html"
    assert made.stat().st_size < 2_500_000
    assert stat.S_IMODE(made.stat().st_mode) == 0o600
    page = Page(made.read_text(encoding="utf-8"))
    assert "An invented dealership on this machine (the demo)" in page.text
    assert len([one for one in page.named("div") if one.get("role") == "img"]) == 7
    assert not [one for one in page.named("a") if one["href"].startswith("http")]


def test_the_stored_report_can_be_checked_and_is_small():
    assert OWN.stat().st_size < 200_000
    assert [cell for cell in read(OWN)["cells"] if cell["source"].count("\n") > 14] == []


def test_saved_data_is_taken_with_all_parameters(here, saved):
    words = ["--source", saved, "--start", "2026-08-20", "--end", "2026-10-01", "--zone", "Europe/Berlin"]
    done = report(*words, "--hours", "Mo-Fr 08:00-18:00", "--account", "demo", "--theme", "dark", "--reveal")
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout.endswith(" MB. It shows personal data. Only you may read it.\n")
    page = Page((here / "leadkit-report.html").read_text(encoding="utf-8"))
    assert page.named("html")[0]["data-theme"] == "dark"
    for words in (
        f"Data Saved in {saved.name}",
        "Asked for 2026-08-20 to 2026-10-01",
        "Times are in Europe/Berlin",
        "Business hours Mo-Fr 08:00-18:00 in Europe/Berlin",
        "Personal data shown",
    ):
        assert words in page.text


def test_the_same_input_gives_the_same_bytes_also_from_frames_that_are_there(here, saved):
    asked = ReportParameters(source=str(saved))
    made = [make(asked, here / name).path.read_bytes() for name in ("a.html", "b.html")]
    assert made[0] == made[1]
    with lk.open(saved) as shop:
        frames = {"leads": shop.ebay.leads(include_messages=True), "mail": shop.ebay.mail(folder=(0, 1))}
        frames["conversations"] = shop.ebay.conversations()
        frames["messages"] = shop.ebay.messages(frames["conversations"])
        frames |= {"problems": shop.ebay.problems, "requests": shop.ebay.requests}
        zone, hours = shop.zone, shop.hours
    make_from(frames, here / "c.html", zone=zone, hours=hours)
    told = (
        (here / "c.html").read_text(encoding="utf-8").replace("An invented dealership on this machine (the demo)", "")
    )
    assert told == made[0].decode().replace(f"Saved in {saved.name}", "")


@pytest.mark.parametrize("rows", [0, 1])
def test_a_report_of_no_lead_and_of_one_says_what_there_is(here, saved, rows):
    with lk.open(saved) as shop:
        leads = shop.ebay.leads(include_messages=True).head(rows)
        talks = shop.ebay.conversations().clear()
        empty = {
            "conversations": talks,
            "messages": shop.ebay.messages(talks),
            "mail": shop.ebay.mail(folder=(0, 1)).clear(),
        }
        frames = {"leads": leads, "problems": shop.ebay.problems.clear(), **empty}
    make_from(frames, here / "r.html", zone="UTC", hours=None)
    assert f" Leads {rows} " in Page((here / "r.html").read_text(encoding="utf-8")).text


def test_an_account_that_has_no_leads_is_refused(here, saved):
    done = report("--source", saved, "--account", "other")
    assert done.exit_code == 1
    assert "account='other' has no leads here. Accounts with leads: 'demo'." in done.stderr
    assert list(here.iterdir()) == []


def test_evidence_that_is_not_there_is_left_out_and_told(here, tmp_path_factory):
    folder = tmp_path_factory.mktemp("leads-alone")
    with lk.demo(leads=60, record=folder) as shop:
        shop.ebay.leads(include_messages=True)
    t = ReportParameters(source=str(folder)).tables()
    assert set(t.missing) == {"conversations", "messages", "mail"}
    assert (t.messages, t.conversations, t.mail) == (None, None, None)
    make(ReportParameters(source=str(folder)), here / "r.html")
    told = Page((here / "r.html").read_text("utf-8")).text
    assert "Mailbox: missing it was not saved, or not to its end" in told
    assert "Messages of the threads: missing they are found by the conversations" in told
    assert "Saved(" not in told


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--zone", "Mars/X"), "zone='Mars/X' is refused: "),
        (("--zone", "../etc/passwd"), "zone='../etc/passwd' is refused: "),
        (("--hours", "always"), "BusinessHours: weekly has the part 'always'"),
    ],
)
@pytest.mark.parametrize("own", [True, False])
def test_a_zone_or_hours_that_can_not_be_read_are_told_before_anything_is_fetched_or_run(here, words, told, own):
    mine = [] if own else [write(here / "mine.ipynb", *OWN_NOTEBOOK)]
    done = report(*mine, *words, "--source", "nowhere")
    assert done.exit_code == 1
    assert done.stderr.startswith(f"leadkit: {told}")
    with pytest.raises(lk.InvalidRequest, match=re.escape(told)):
        ReportParameters(source="nowhere", **{words[0][2:]: words[1]}).tables()


def test_tables_are_masked_unless_personal_data_is_revealed(saved):
    masked = ReportParameters(source=str(saved)).tables()
    revealed = ReportParameters(source=str(saved), reveal=True).tables()
    names = revealed.leads.get_column("last_name").drop_nulls().to_list()
    assert names
    assert not set(names) & set(masked.leads.get_column("last_name"))
    assert masked.times.drop("user_id").equals(revealed.times.drop("user_id"))
    assert masked.messages.get_column("body").drop_nulls().str.contains(r"^\[\d+ characters\]$").all()


def test_a_notebook_finds_its_parameters_and_by_hand_those_of_the_demo(monkeypatch):
    assert report_parameters() == ReportParameters()
    asked = ReportParameters(source="env", start="2026-08-01", reveal=True)
    monkeypatch.setenv(VARIABLE, asked.variables[VARIABLE])
    assert lk.report_parameters() == asked
    monkeypatch.setenv(VARIABLE, '{"sauce": 1}')
    with pytest.raises(lk.InvalidRequest, match="LEADKIT_REPORT can't be read"):
        report_parameters()


OWN_NOTEBOOK = (
    text("# Mine"),
    code(
        "import os, leadkit as lk, polars as pl\n"
        "asked = lk.report_parameters()\n"
        "print(asked.source, asked.zone, asked.reveal, os.getcwd())\n"
        "print(os.environ['LEADKIT_EBAY_TOKEN'], 'amy@example.com', 'call 312-555-0142')",
        stream("stored\n"),
    ),
    code("few = pl.DataFrame({'leads': [3], 'charged': [2], 'missing': [1]})\nfew.height", result("1"), count=2),
)


def test_a_notebook_of_ones_own_runs_in_its_folder_and_gives_no_secret_and_no_person_away(here, saved, monkeypatch):
    monkeypatch.setenv("LEADKIT_EBAY_TOKEN", "quiet-horse-battery")
    (here / "deep").mkdir()
    write(here / "deep" / "mine.ipynb", *OWN_NOTEBOOK)
    done = report("deep/mine.ipynb", "--source", saved, "--zone", "UTC", "--out", "r.html")
    assert (done.exit_code, done.stderr) == (0, "")
    shown_text = Page((here / "r.html").read_text(encoding="utf-8")).text
    assert f"{saved} UTC False {here}/deep" in shown_text
    assert "*** [e-mail] call [phone]" in shown_text
    assert "horse" not in shown_text
    assert "_broken" not in shown_text


@pytest.mark.parametrize(
    ("source", "what"),
    [
        ("lk.Ebay('quiet-horse')", "a text is given to Ebay(…) as a credential"),
        ("# LEADKIT_EBAY_TOKEN='" + "quiet-horse'", "it holds what looks like the value of a LEADKIT_ variable"),
        ("# quiet-horse-battery", "it holds the value of a LEADKIT_ variable of your environment"),
    ],
)
def test_a_notebook_whose_code_holds_a_credential_is_not_run(here, monkeypatch, source, what):
    monkeypatch.setenv("LEADKIT_EBAY_TOKEN", "quiet-horse-battery")
    ran = code("open('ran', 'w')")
    done = report(write(here / "mine.ipynb", text("# Mine"), ran, code(source)), "--out", "r.html")
    assert done.exit_code == 1
    first, second = done.stderr.splitlines()
    assert first == "leadkit: mine.ipynb is not run: a report shows its code."
    assert f"mine.ipynb, cell 3, In [2]: {what}." in second
    assert "horse" not in done.stderr
    assert [one.name for one in here.iterdir()] == ["mine.ipynb"]


BROKEN = "bad = pl.DataFrame({'leads': [3], 'charged': [2], 'missing': [2]})"


@pytest.mark.parametrize(
    ("last", "said"),
    [
        (code("raise ValueError('of amy@example.com')"), "mine.ipynb, cell 4, In [3]: ValueError: of [e-mail]"),
        (code(BROKEN), "mine.ipynb: its numbers can't be right: bad: charged and missing do not add up to the leads."),
        (code("1", result("2")), "mine.ipynb does not show what is stored in it: cell 2, In [1]; cell 4, In [3]."),
    ],
    ids=["a failing cell", "a broken rule", "another output"],
)
def test_a_notebook_that_fails_is_told_and_what_was_there_stays(here, monkeypatch, last, said):
    monkeypatch.setenv("LEADKIT_EBAY_TOKEN", "quiet-horse-battery")
    path = write(here / "mine.ipynb", *OWN_NOTEBOOK, last)
    (here / "r.html").write_text("before")
    done = report(path, "--out", "r.html")
    assert done.exit_code == 1
    assert said in done.stderr
    assert (here / "r.html").read_text() == "before"
    assert sorted(one.name for one in here.iterdir()) == ["mine.ipynb", "r.html"]


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (
            f"import polars as pl\nprint = json = globals = broken = None\n{BROKEN}\nbad",
            "mine.ipynb: its numbers can't be right: bad: charged",
        ),
        ("import sys, io\nsys.stdout = io.StringIO()", "mine.ipynb: its frames could not be looked at: it changed sys"),
        ("import sys\nsys.modules['leadkit.reports'] = None", "mine.ipynb, after its last cell: ModuleNotFoundError"),
        (
            "import plotly.graph_objects as go\ngo.Figure(go.Choropleth())",
            "mine.ipynb, cell 2, In [1]: A chart of kind choropleth can't be drawn",
        ),
    ],
    ids=["names of ours", "another stdout", "no leadkit", "a map"],
)
def test_what_is_wrong_at_the_end_is_told_by_the_cells_of_the_notebook(here, source, said):
    done = report(write(here / "mine.ipynb", text("# Mine"), code(source)), "--out", "r.html")
    assert done.exit_code == 1
    assert done.stderr.startswith(f"leadkit: {said}")
    assert " _1" not in done.stderr
    assert "_:" not in done.stderr


def test_an_error_that_is_shown_is_refused(here):
    source = "try:\n    1 / 0\nexcept ZeroDivisionError:\n    get_ipython().showtraceback()"
    path = write(here / "mine.ipynb", code(source, failed()))
    done = report(path, "--out", "r.html")
    assert done.stderr == "leadkit: mine.ipynb shows an error: ZeroDivisionError. Mend its cell.\n"


def test_parameters_that_a_notebook_would_ignore_are_refused(here):
    path = write(here / "mine.ipynb", code("1", shown("<p>1")))
    done = report(path, "--zone", "UTC")
    assert done.stderr == (
        "leadkit: mine.ipynb would ignore what was asked for: it does not call lk.report_parameters().\n"
    )


@pytest.mark.parametrize(
    ("out", "said"), [("deep/r.html", "there is no folder deep"), (".", "it is a folder"), ("x" * 300, "too long")]
)
def test_a_place_that_can_not_be_written_in_is_told_before_anything_is_fetched(here, out, said):
    done = report("--out", out, "--source", "nowhere")
    assert done.exit_code == 1
    assert said in done.stderr
    assert list(here.iterdir()) == []


def test_a_file_that_can_not_take_its_place_is_told(here):
    path = write(here / "mine.ipynb", code("import os\nos.mkdir('r.html')"))
    done = report(path, "--out", "r.html")
    assert done.exit_code == 1
    assert done.stderr.startswith("leadkit: r.html can't be written: ")
    assert sorted(one.name for one in here.iterdir()) == ["mine.ipynb", "r.html"]


def test_a_failing_cell_of_our_own_report_is_told(here, saved, monkeypatch):
    def fail(*_: object, **__: object) -> pl.DataFrame:
        raise lk.MissingColumns("a column of amy@example.com is missing")

    monkeypatch.setattr("leadkit.reports.sections.fee_totals", fail)
    done = report("--source", saved)
    assert done.exit_code == 1
    assert done.stderr.startswith("leadkit: lead-report.ipynb, cell 4, In [2]: MissingColumns: a column of [e-mail]")


RULES = {
    "the states do not add up": {
        "leads": 2,
        "answered_exact": 1,
        "answered_interval": 0,
        "unanswered": 0,
        "unknown": 0,
    },
    "the answers do not add up": {"leads": 2, "yes": 1, "no_or_unanswered": 0, "not_given": 0},
    "charged and missing do not": {"leads": 2, "charged": 1, "missing": 0},
    "gross and credits do not": {"gross": 2, "credits": -1, "total": 2},
    "a wait's lower bound is above": {"wait_lower": timedelta(2), "wait_upper": timedelta(1), "state": "unknown"},
    "the curve leaves its own band": {"t": 1, "at_risk": 1, "unanswered_share": 0.5, "low": 0.6, "high": 0.7},
    "share is not within 0 and 1": {"leads": 2, "share": 1.5, "low": 0.1, "high": 1.0},
    "yes_share is not within 0 and 1": {"leads": 0, "yes": 0, "no_or_unanswered": 0, "not_given": 0, "yes_share": -0.1},
}


@pytest.mark.parametrize("rule", RULES)
def test_each_rule_is_held(rule):
    (told,) = broken({"frame": pl.DataFrame([RULES[rule]]), "other": 1})
    assert told.startswith(f"frame: {rule}")


def test_what_jupyter_keeps_of_a_frame_is_told_only_where_it_has_no_other_name():
    bad = pl.DataFrame([RULES["charged and missing do not"]])
    assert [told.partition(":")[0] for told in broken({"_": bad, "_1": bad, "mine": bad})] == ["mine"]
    assert [told.partition(":")[0] for told in broken({"_1": bad, "_own": bad.clone()})] == ["_1", "_own"]


def test_numbers_that_are_right_or_not_ours_break_no_rule(saved):
    t = ReportParameters(source=str(saved)).tables()
    names = {
        "summary": lk.response_summary(t.times, by="item_id", sla="1h"),
        "curve": lk.survival_curve(t.times),
        "fees": lk.fee_totals(t.leads, times=t.times),
        "answers": lk.financing(t.leads, by="item_id"),
        "makes": lk.trade_ins(t.leads),
        "times": t.times,
        "percent": pl.DataFrame({"share": [35.2]}),
        "counts": pl.DataFrame({"leads": [1], "share": [7], "low": [7], "high": [7]}),
    }
    assert broken(names) == []


def test_the_variable_holds_all_parameters():
    asked = replace(ReportParameters(), hours="Mo-Fr 09:00-17:00", account="a")
    assert ReportParameters(**json.loads(asked.variables[VARIABLE])) == asked
