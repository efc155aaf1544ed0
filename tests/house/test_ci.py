"""The scripts of CI: what they count, what they read, what they refuse."""

import subprocess
import sys

import pytest
from house.project import ROOT

PASSED = '<testcase classname="a" name="one"/>'
FAILED = '<testcase classname="a" name="two"><failure message="m"/></testcase>'
BROKEN = '<testcase classname="a" name="three"><error message="m"/></testcase>'
SKIPPED = '<testcase classname="a" name="four"><skipped message="no specs here"/></testcase>'


@pytest.fixture
def results(tmp_path):
    def write(steps: dict[str, int], **cases: str):
        (tmp_path / "steps.tsv").write_text("".join(f"{name}\t{status}\t3\n" for name, status in steps.items()))
        for name, xml in cases.items():
            (tmp_path / f"{name}.xml").write_text(f"<testsuites><testsuite>{xml}</testsuite></testsuites>")
        return tmp_path

    return write


@pytest.mark.parametrize(
    ("status", "cases", "closing"),
    [
        (0, PASSED, "2 passed, 0 failed"),
        (0, PASSED + SKIPPED, "2 passed, 0 failed"),
        (1, PASSED + FAILED + BROKEN, "2 passed, 2 failed"),
        (1, PASSED, "2 passed, 1 failed"),  # every test passed, and too little of the code was reached
        (5, "", "1 passed, 1 failed"),  # pytest found no test
    ],
)
def test_the_last_line_counts_tests_and_other_steps(results, status, cases, closing):
    done = script("tally.py", "sum", results({"ruff": 0, "tests": status}, tests=cases), 7)
    assert done.stdout.splitlines()[-1] == closing
    assert done.returncode == int(status != 0)


def test_a_step_that_failed_before_its_tests_is_counted(results):
    done = script("tally.py", "sum", results({"tests": 1, "mypy": 1}), 7)
    assert done.stdout.splitlines()[-1] == "0 passed, 2 failed"
    assert done.returncode == 1


def test_what_was_skipped_is_told_with_its_reason(results):
    done = script("tally.py", "sum", results({"tests": 0}, tests=PASSED + SKIPPED), 7)
    assert "NOT CHECKED: four: no specs here" in done.stdout


@pytest.mark.parametrize(("cases", "code"), [(PASSED, 0), (PASSED + SKIPPED, 1), ("", 1)])
def test_named_tests_must_have_run(results, cases, code):
    folder = results({}, tests=cases)
    assert script("tally.py", "ran", folder / "tests.xml", "a").returncode == code


def test_the_readme_command_is_printed_as_it_stands(tmp_path):
    (tmp_path / "README.md").write_text("```bash\nmake one\n```\n\n```bash\nmake two -m pytest\n```\n")
    assert script("readme_command.py", "-m pytest", cwd=tmp_path).stdout == "make two -m pytest\n"


@pytest.mark.parametrize("words", ["three", "make"])
def test_a_readme_command_that_is_not_the_only_one_is_refused(tmp_path, words):
    (tmp_path / "README.md").write_text("```bash\nmake one\n```\n\n```bash\nmake two\n```\n")
    assert script("readme_command.py", words, cwd=tmp_path).returncode == 1


def test_the_lower_bounds_become_pins(tmp_path):
    (tmp_path / "pyproject.toml").write_text('[project]\ndependencies = ["polars>=2.0,<3", "polars-x>=9", "lxml"]\n')
    assert script("lower_bounds.py", tmp_path / "pyproject.toml", "polars").stdout == "polars==2.0\n"
    assert script("lower_bounds.py", tmp_path / "pyproject.toml", "lxml").returncode == 1


def script(name: str, *arguments: object, cwd=None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / ".ci" / name), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=cwd)
