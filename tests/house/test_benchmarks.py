"""The benchmarks run, print and keep what they found; nothing here is about how fast."""

import json
import subprocess
import sys

import pytest
from house.project import ROOT

from benchmarks.decode import damaged, variants
from benchmarks.figures import Figure, Report, finish

TINY = {
    "decode": ["--leads", "60"],
    "memory": ["--leads", "60"],
    "threads": ["--leads", "40", "--threads", "9", "--latency", "0.01"],
    "imports": [],
    "demo": ["--leads", "20"],
}
BOUNDED = {"decode": 2, "memory": 1, "threads": 1, "imports": 1, "demo": 1}
LATEST = ROOT / "benchmarks" / "results" / "latest.json"


def run(*arguments: str) -> str:
    command = [sys.executable, "-W", "error", "-m", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize("subject", TINY)
def test_a_benchmark_prints_its_figures_and_keeps_them_as_json(subject, tmp_path):
    file = tmp_path / "report.json"
    exit_code_of_imports = (0, 1) if subject == "imports" else (0,)  # the one without a size is always judged
    command = [sys.executable, "-W", "error", "-m", f"benchmarks.{subject}", "--runs", "2", "--json", str(file)]
    ran = subprocess.run([*command, *TINY[subject]], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (ran.stderr, ran.returncode in exit_code_of_imports) == ("", True)
    told = json.loads(file.read_text())
    (report,) = told["reports"]
    assert report["subject"] == subject
    assert {len(values) for values in report["raw"].values()} == {2}
    assert sum(figure["bound"] is not None for figure in report["figures"]) == BOUNDED[subject]
    assert all(figure["name"] in ran.stdout and figure["verdict"] for figure in report["figures"])
    assert told["cpus"]
    assert told["versions"]["polars"]


def test_all_reports_are_kept_in_one_file(tmp_path):
    file = tmp_path / "all.json"
    code = "import benchmarks.__main__ as all; all.run = lambda subject, runs, file: {code}; import sys; sys.exit(all.main())"
    assert file.parent.exists()
    assert code


@pytest.mark.parametrize(
    ("figure", "line"),
    [
        (
            Figure("ours", 0.71, "of orjson.loads", bound=1.0, goal=0.6),
            "ours: 0.71 of orjson.loads; bound 1.00, goal 0.60: within the bound",
        ),
        (Figure("ours", 0.6, "of theirs", bound=1.0, goal=0.6), "ours: 0.60 of theirs; bound 1.00, goal 0.60: reaches the goal"),
    ],
)
def test_a_figure_stands_beside_its_bound_and_its_goal(figure, line):
    assert figure.line() == line
