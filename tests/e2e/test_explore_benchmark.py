"""The benchmark of the explorer runs, judges and keeps what it found; nothing here is about how fast anything is."""

import json
import subprocess
import sys

from house.project import ROOT


def test_the_benchmark_of_the_explorer_prints_its_figures_and_keeps_them(tmp_path):
    file = tmp_path / "report.json"
    command = [sys.executable, "-m", "benchmarks.explore", "--leads", "2000", "--runs", "2", "--json", str(file)]
    ran = subprocess.run(command, cwd=ROOT, check=True, text=True, stdout=subprocess.PIPE)
    (report,) = json.loads(file.read_text())["reports"]
    assert {len(values) for values in report["raw"].values()} == {2}
    assert sum(figure["bound"] is not None for figure in report["figures"]) == 2
    assert all(f"{figure['name']}: " in ran.stdout for figure in report["figures"])
    assert report["figures"][1]["value"] < 200
