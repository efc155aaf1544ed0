"""The benchmarks run, print, judge and keep what they found; nothing here is about how fast anything is."""

import json
import os
import subprocess
import sys

import pytest
from house.project import ROOT

import leadkit as lk
from benchmarks import mail
from benchmarks.__main__ import SUBJECTS
from benchmarks.decode import check_whole, damaged, variants
from benchmarks.figures import Figure, Report, finish
from benchmarks.timing import interleaved
from leadkit.sandbox import mail_headers_body

TINY = {
    "decode": ["--leads", "60"],
    "mail": ["--headers", "60"],
    "memory": ["--leads", "60", "--headers", "60"],
    "threads": ["--leads", "40", "--threads", "9", "--latency", "0.01"],
    "mailbox": ["--headers", "450", "--megabytes", "0.02"],
    "imports": [],
    "demo": ["--leads", "20"],
    "crm": ["--leads", "60", "--page", "25"],
    "budget": ["--leads", "60", "--calls", "30", "--window", "0.5"],
    "hours": ["--pairs", "2000"],
    "coverage": ["--draws", "40"],
    "metrics": ["--leads", "2000", "--messages", "2000"],
}
BOUNDED = {
    "decode": 2,
    "mail": 2,
    "memory": 2,
    "threads": 1,
    "mailbox": 4,
    "imports": 1,
    "demo": 1,
    "crm": 1,
    "budget": 2,
    "hours": 1,
    "coverage": 13,
    "metrics": 10,
}
LATEST = ROOT / "benchmarks" / "results" / "latest.json"
BODY = (
    b'{"classifiedLeads":[{"itemId":"110","itemTitle":"Van","responses":['
    b'{"leadFee":{"description":"fee"},"leadStatus":"NEW","submittedTime":"2026-08-01T10:00:00Z","userId":"amy"},'
    b'{"leadFee":{"description":"fee"},"leadStatus":"NEW","submittedTime":"2026-08-02T10:00:00Z","userId":"bo"}'
    b']}],"totalItems":1,"totalLeads":2}'
)


@pytest.mark.parametrize("subject", TINY)
def test_a_benchmark_prints_its_figures_and_keeps_them(subject, tmp_path):
    file = tmp_path / "report.json"
    runs = 2 if subject in {"crm", "hours"} else 1  # more of the same takes long
    ran = run(f"benchmarks.{subject}", "--runs", str(runs), "--json", str(file), *TINY[subject])
    told = json.loads(file.read_text())
    (report,) = told["reports"]
    assert report["subject"] == subject
    assert {len(values) for values in report["raw"].values()} == {runs}
    assert sum(figure["bound"] is not None for figure in report["figures"]) == BOUNDED[subject]
    assert all(f"{figure['name']}: " in ran.stdout for figure in report["figures"])
    assert {"python", "leadkit", "polars", "orjson", "bidkit", "ebaysdk", "pydantic", "httpx"} <= told[
        "versions"
    ].keys()
    assert ran.returncode in ({0, 1} if subject == "imports" else {0})  # without a size, it is always judged


def test_all_benchmarks_together_keep_one_file(tmp_path):
    file = tmp_path / "all.json"
    run("benchmarks", "--runs", "1", "--only", "imports", "--json", str(file))
    assert [report["subject"] for report in json.loads(file.read_text())["reports"]] == ["imports"]


def test_the_figures_that_are_kept_are_of_every_benchmark_at_its_usual_size():
    reports = json.loads(LATEST.read_text())["reports"]
    assert [report["subject"] for report in reports] == list(SUBJECTS)
    assert set(SUBJECTS) - set(TINY) == {"explore"}  # it needs a browser, and runs where these are tested
    assert all(report["judged"] and report["sizes"]["runs"] >= 5 for report in reports)


@pytest.mark.parametrize(
    ("value", "at_least", "verdict"),
    [
        (0.60, False, "reaches the goal"),
        (0.71, False, "within the bound"),
        (1.01, False, "MISSES the bound"),
        (0.60, True, "MISSES the bound"),
        (1.00, True, "reaches the goal"),
        (None, False, "not measured"),
    ],
)
def test_a_figure_is_held_against_its_bound_and_its_goal(value, at_least, verdict):
    bound, goal = (0.8, 1.0) if at_least else (1.0, 0.6)
    assert Figure("ours", value, "of theirs", bound, goal, at_least=at_least).verdict() == verdict


def test_a_figure_stands_beside_its_bound_and_its_goal():
    figure = Figure("ours", 0.714, "of orjson.loads", bound=1.0, goal=0.6)
    assert figure.line() == "ours: 0.71 of orjson.loads; bound 1.00, goal 0.60: within the bound"
    assert figure.line(judged=False).endswith(": not judged at this size")
    assert Figure("beside it", 0.5, "of theirs").line() == "beside it: 0.50 of theirs"


@pytest.mark.parametrize(("judged", "code"), [(True, 1), (False, 0)])
def test_a_missed_bound_is_the_exit_code_at_the_size_that_it_is_meant_for(judged, code, capsys):
    report = Report("decode", {"runs": 1}, judged, [Figure("ours", 2.0, "of theirs", bound=1.0)], {"ours": [2.0]})
    assert finish(report, None) == code
    assert "2.00 of theirs" in capsys.readouterr().out


def test_works_are_run_in_turn():
    order = []
    times = interleaved({"ours": lambda: order.append("ours"), "peer": lambda: order.append("peer")}, 2)
    assert order == ["ours", "peer", "ours", "peer"]
    assert [len(values) for values in times.values()] == [2, 2]


def test_the_damaged_body_has_an_object_in_place_of_one_time():
    found: list[dict] = []
    with pytest.warns(lk.LeadkitWarning):
        leads = lk.read_leads(damaged(BODY), problems=found)
    assert leads["submitted_at"].null_count() == 1
    assert [(row["kind"], row["column"], row["count"]) for row in found] == [("bad_value", "submitted_at", 1)]


def test_the_unknown_key_stands_in_every_lead():
    found: list[dict] = []
    lk.read_leads(variants(BODY, BODY)["an unknown key in every lead"], problems=found)
    assert [(row["kind"], row["count"]) for row in found] == [("unknown_key", 2)]


def test_a_lost_row_is_no_result():
    check_whole(BODY)
    with pytest.raises(SystemExit, match="2 leads of 3"), pytest.warns(lk.LeadkitWarning, match="total_mismatch"):
        check_whole(BODY.replace(b'"totalLeads":2', b'"totalLeads":3'))


def test_a_lost_message_is_no_result_either():
    body = mail_headers_body(3)
    mail.check_whole(body, 3)
    with pytest.raises(SystemExit, match="3 messages of 4"):
        mail.check_whole(body, 4)


def run(module: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-W", "error", "-m", module, *arguments]
    plain = {
        name: value for name, value in os.environ.items() if not name.startswith("COV")
    }  # untraced, as it is meant
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, env=plain)
    assert not ran.stderr
    return ran
