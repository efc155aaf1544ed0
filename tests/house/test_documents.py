"""README.md and docs: every Python block runs, every output shown is the one that comes."""

import json
import traceback

import pytest
from house.documents import python_blocks, run
from house.project import ROOT, bash_commands, powershell_commands, text_of

import leadkit as lk

PAGES = ["README.md", *sorted(str(path.relative_to(ROOT)) for path in ROOT.glob("docs/**/*.md"))]
CREDENTIALS = "credentials"


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES)
def test_the_python_of_a_page_runs_and_prints_what_the_page_shows(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("POLARS_TABLE_WIDTH", "120")  # else a table is as wide as the reader's terminal
    assert not run(text_of(page), page)


def test_the_readme_shows_python_with_its_output():
    blocks = python_blocks(text_of("README.md"))
    assert [block for block in blocks if block.output and not block.not_run]


@pytest.mark.parametrize("page", PAGES)
def test_only_what_needs_real_credentials_is_not_run(page):
    reasons = [block.not_run for block in python_blocks(text_of(page)) if block.not_run]
    assert not [reason for reason in reasons if CREDENTIALS not in reason]


def test_the_page_of_numbers_explains_every_public_metric():
    page = text_of("docs/metrics.md")
    metrics = [name for name, home in lk._HOMES.items() if home.startswith("metrics.")]
    assert not [name for name in metrics if f"`{name}" not in page and f"`lk.{name}" not in page]


def test_the_page_of_numbers_shows_the_measured_coverage():
    reports = json.loads(text_of("benchmarks/results/latest.json"))["reports"]
    (found,) = [report["figures"] for report in reports if report["subject"] == "coverage"]
    value = {figure["name"]: f"{figure['value']:.1f} %" for figure in found}
    rows = [row.strip("| ").split(" | ") for row in text_of("docs/metrics.md").splitlines() if row.startswith("| ")]
    shown = {row[0]: row[1:] for row in rows}
    settings = [name.removeprefix("median: ") for name in value if name.startswith("median: ")]
    assert len(settings) == 7
    for setting in settings:
        assert shown[setting] == [value[f"median: {setting}"], value[f"within 24 h: {setting}"]], setting


def test_the_readme_commands_begin_with_an_environment_of_the_pinned_versions():
    begins = "python3 -m venv .venv && .venv/bin/pip install -q -c constraints.txt -e "
    for words in ("leadkit demo", "-m pytest"):
        (command,) = [command for command in bash_commands() if words in command]
        assert command.startswith(begins)
        assert "\n" not in command


def test_the_powershell_commands_say_what_the_bash_commands_say():
    two = [command for command in bash_commands() if command.startswith("python3 -m venv")]
    assert [in_powershell(command) for command in two] == powershell_commands()[: len(two)]


@pytest.mark.parametrize(
    "page",
    [
        "```python\nprint(1)\n```\n\n```text\n2\n```\n",
        "```python\nx = 1\n```\n```python\nx\n```\n```text\n2\n```\n",
        "```python\n```\n```text\nsomething\n```\n",
    ],
)
def test_an_output_that_differs_is_found(page):
    assert len(run(page, "page.md")) == 1


def test_an_error_names_the_line_of_the_page():
    with pytest.raises(ZeroDivisionError) as caught:
        run("# Title\n\n```python\nx = 1\nx / 0\n```\n", "page.md")
    last = traceback.extract_tb(caught.tb)[-1]
    assert (last.filename, last.lineno) == ("page.md", 5)


def test_blocks_share_their_names_and_show_their_last_value():
    assert not run("```python\nx = 1\n```\n\n```python\nprint('a')\nx\n```\n\n```text\na\n1\n```\n", "page.md")


def test_a_block_that_says_why_is_not_run():
    page = "<!-- not run: needs real credentials -->\n```python\n1 / 0\n```\n"
    assert python_blocks(page)[0].not_run == "needs real credentials"
    assert not run(page, "page.md")


def in_powershell(command: str) -> str:
    """The same command as PowerShell on Windows takes it."""
    for bash, powershell in (
        ("python3 -m venv", "py -m venv"),
        (" && ", "; "),
        (".venv/bin/", ".venv\\Scripts\\"),
    ):
        command = command.replace(bash, powershell)
    return command
