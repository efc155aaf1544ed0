"""`leadkit refresh` and `leadkit check` in kernels of their own: the same bytes twice, and one digit that differs."""

import json
import shutil
import sys
from pathlib import Path

import pytest
from notebooks.made_notebooks import PLOTLY, chart, code, notebook, result, text, write
from typer.testing import CliRunner, Result

from leadkit.cli import app
from leadkit.errors import LeadkitError
from leadkit.notebooks.document import read
from leadkit.notebooks.running import environment, run

CHART = f"display({{{PLOTLY!r}: {chart(3, 4)!r}, 'text/plain': 'a chart'}}, raw=True)"
CELLS = (
    text("# How many?"),
    code("import os, sys\nprint(40 + 2, sys.prefix == os.environ['PREFIX'])\nobject()"),
    code("sorted(name for name in os.environ if name.startswith('LEADKIT_') and name != 'LEADKIT_SPECS')"),
    code("[os.environ[name] for name in ('TZ', 'PYTHONHASHSEED', 'PLOTLY_RENDERER')]"),
    code(CHART),
)


def leadkit(*words: object, **variables: str) -> Result:
    """A command, with these variables in the environment that its kernels inherit."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in ({"PREFIX": sys.prefix, "LEADKIT_ZONE": "UTC"} | variables).items():
            patch.setenv(name, value)
        patch.delenv("PYTEST_ADDOPTS", raising=False)  # of the run that this test is part of
        return CliRunner().invoke(app, [str(word) for word in words])


@pytest.fixture(scope="module")
def refreshed(tmp_path_factory) -> tuple[Path, Result]:
    """A notebook that was refreshed, with what the command said."""
    folder = tmp_path_factory.mktemp("kept")
    path = write(folder / "n.ipynb", *CELLS, language_info={"name": "python", "version": "2.7"})
    return path, leadkit("refresh", folder, LEADKIT_EBAY_TOKEN="a token that no kernel may see")


def test_a_notebook_runs_in_this_python_with_a_fixed_environment_and_without_accounts(refreshed):
    path, done = refreshed
    assert (done.exit_code, done.output) == (0, f"{path}: written\n")
    shown = [cell["outputs"] for cell in read(path)["cells"][1:]]
    assert [output.get("text") or output["data"]["text/plain"] for outputs in shown for output in outputs] == [
        "42 True\n",
        "<object at 0xADDRESS>",
        "['LEADKIT_ZONE']",
        "['UTC', '0', 'plotly_mimetype']",
        "a chart",
    ]


def test_the_second_run_gives_the_same_bytes(refreshed):
    path, _ = refreshed
    before = path.read_bytes()
    done = leadkit("refresh", path)
    assert (done.exit_code, done.output) == (0, f"{path}: the same\n")
    assert path.read_bytes() == before


def test_what_is_stored_holds_twice_on_fresh_kernels(refreshed, capfd):
    path, _ = refreshed
    again = shutil.copy(path, path.with_name("again.ipynb"))
    done = leadkit("check", path, again)
    assert (done.exit_code, done.output) == (0, "2 notebooks: each output is the one that is stored.\n")
    assert "8 passed" in capfd.readouterr().out


def test_one_digit_that_differs_in_a_text_or_in_a_chart_is_found(refreshed, tmp_path, capfd):
    content = json.dumps(read(refreshed[0]))
    for name, stored, tampered in (("text", "42 True", "43 True"), ("chart", '"y": [3, 4]', '"y": [3, 5]')):
        assert content.count(stored) == 1
        (tmp_path / f"{name}.ipynb").write_text(content.replace(stored, tampered))
    done = leadkit("check", tmp_path)
    told = capfd.readouterr().out
    assert done.exit_code == 1
    assert "does not show what is stored" in done.output
    assert told.startswith("...FF... ")  # the last cell of chart.ipynb, the first of text.ipynb
    assert "2 failed, 6 passed" in told


def test_a_notebook_with_a_failing_cell_stays_as_it_was_and_the_cell_is_named(tmp_path):
    failing = "import os\nraise ValueError(f'bad {os.environ[\"SOME\"]}\\nand more')"
    path = write(tmp_path / "n.ipynb", text("t"), code("1"), code(failing, metadata={"tags": ["raises-exception"]}))
    before = path.read_bytes()
    done = leadkit("refresh", path, LEADKIT_EBAY_TOKEN="hush hush", SOME="hush hush")
    assert (done.exit_code, done.output) == (1, f"leadkit: {path}, cell 3, In [2]: ValueError: bad ***\n")
    assert path.read_bytes() == before
    assert [one.name for one in tmp_path.iterdir()] == ["n.ipynb"]


def test_a_kernel_that_ends_and_a_cell_without_end_are_told(tmp_path):
    given = {"folder": tmp_path, "variables": environment(accounts=False), "seconds": 1}
    with pytest.raises(LeadkitError, match=r"n, cell 1, In \[1\]: its kernel ended"):
        run(notebook(code("import os\nos._exit(1)")), name="n", **given)
    with pytest.raises(LeadkitError, match=r"n, cell 1, In \[1\]: it took longer than 1 s"):
        run(notebook(code("while True: pass")), name="n", **given)


def test_findings_are_told_and_nothing_is_run(tmp_path, capfd):
    path = write(tmp_path / "n.ipynb", code("open('ran', 'w')", count=None))
    done = leadkit("check", tmp_path)
    assert done.exit_code == 1
    assert done.output.splitlines() == [
        f"{path}: its cells are not numbered 1, 2, 3, …: it was stripped, or not run in order. Run: leadkit refresh",
        "leadkit: 1 finding; nothing was run.",
    ]
    assert capfd.readouterr() == ("", "")
    assert [one.name for one in tmp_path.iterdir()] == ["n.ipynb"]


def test_what_is_missing_is_told_with_the_command_that_brings_it(tmp_path, monkeypatch):
    path = write(tmp_path / "n.ipynb", code("1", result("1")))
    monkeypatch.setitem(sys.modules, "nbclient", None)
    assert leadkit("refresh", path).output == (
        "leadkit: A notebook is run by nbclient, which is not installed: pip install 'leadkit[report]'\n"
    )
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    assert leadkit("check", path).output == (
        "leadkit: Notebooks are compared by nbval, which is not installed: pip install 'leadkit[report]'\n"
    )


def test_a_place_that_can_not_be_written_in_is_told(tmp_path):
    path = write(tmp_path / "n.ipynb", code("1"))
    (tmp_path / ".n.ipynb.new").mkdir()
    done = leadkit("refresh", path)
    assert done.exit_code == 1
    assert done.output.startswith(f"leadkit: {path} can't be written: ")
