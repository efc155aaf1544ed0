"""The one form of a notebook: what it keeps, what it takes out, and that it is its own form."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from notebooks.made_notebooks import PLOTLY, chart, code, failed, notebook, result, shown, stream, text, write

from leadkit.errors import LeadkitError
from leadkit.notebooks.canonical import canonical
from leadkit.notebooks.document import found_in, read, written

WIDGET = "application/vnd.jupyter.widget-view+json"


def test_ids_that_differ_stay_and_others_are_made_from_the_place():
    cells = [text("a", id="one"), text("b", id="same"), text("c", id="same"), text("d", id="cell-3"), text("e")]
    del cells[4]["id"]
    ids = [cell["id"] for cell in canonical(notebook(*cells))["cells"]]
    assert ids == ["one", "cell-2", "cell-3-more", "cell-3", "cell-5"]


def test_code_is_numbered_from_one_on_and_empty_cells_leave():
    cells = [code("1", result("1"), count=7), text("t"), code("  ", count=8), code("2", result("2"), count=None)]
    kept = canonical(notebook(*cells))["cells"]
    assert [cell.get("execution_count") for cell in kept] == [1, None, 2]
    assert [cell["outputs"][0]["execution_count"] for cell in kept if cell["cell_type"] == "code"] == [1, 2]


def test_streams_are_in_one_piece_each_in_the_same_order():
    outputs = [stream("a"), stream("x", "stderr"), stream("b"), shown("<p>"), stream("c")]
    (cell,) = canonical(notebook(code("1", *outputs)))["cells"]
    assert [(one.get("name"), one.get("text")) for one in cell["outputs"]] == [
        ("stderr", "x"),
        ("stdout", "ab"),
        (None, None),
        ("stdout", "c"),
    ]


def test_views_of_widgets_leave_and_their_words_stay():
    both = {"output_type": "display_data", "data": {WIDGET: {"model_id": "f00"}, "text/plain": "K"}, "metadata": {}}
    only = {**both, "data": {WIDGET: {"model_id": "f00"}}}
    (cell,) = canonical(notebook(code("1", both, only), widgets={"state": {}}))["cells"]
    assert [one["data"] for one in cell["outputs"]] == [{"text/plain": "K"}]


def test_an_error_is_kept_as_it_is():
    (cell,) = canonical(notebook(code("1", failed())))["cells"]
    assert cell["outputs"] == [failed()]


def test_volatile_metadata_leave_and_tags_and_title_stay():
    cell = code("1", metadata={"tags": ["b", "a"], "execution": {"iopub.status.busy": "2026"}})
    kept = canonical(notebook(cell, title="T", language_info={"name": "python", "version": "3.11.7"}))
    assert kept["cells"][0]["metadata"] == {"tags": ["a", "b"]}
    assert set(kept["metadata"]) == {"kernelspec", "language_info", "title"}
    assert kept["metadata"]["language_info"] == {"name": "python"}


def test_addresses_and_files_of_the_kernel_are_replaced_in_texts_and_charts_are_left_alone():
    drawing = chart(1, 2, title="at 0xabc")
    outputs = [result("<object at 0x7f00ff>"), stream("/t/ipykernel_12/345.py:1: W", "stderr"), shown(drawing, PLOTLY)]
    (cell,) = canonical(notebook(code("1", *outputs)))["cells"]
    assert cell["outputs"][0]["data"]["text/plain"] == "<object at 0xADDRESS>"
    assert cell["outputs"][1]["text"] == "ipykernel_PID/N.py:1: W"
    assert cell["outputs"][2]["data"][PLOTLY] == drawing


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
CELLS = st.one_of(
    st.builds(text, TEXTS, id=st.sampled_from(["a", "b", ""])),
    st.builds(code, TEXTS, st.one_of(TEXTS.map(result), TEXTS.map(stream)), id=st.sampled_from(["a", "cell-1"])),
)


@given(st.lists(CELLS, max_size=4))
def test_the_form_of_the_form_is_the_form_and_a_file_gives_it_back(tmp_path_factory, cells):
    once = canonical(notebook(*cells))
    path = tmp_path_factory.getbasetemp() / "n.ipynb"
    path.write_bytes(written(once).encode())
    assert canonical(once) == once == read(path)


def test_texts_are_written_as_jupyter_writes_them():
    lines = json.loads(written(notebook(code("a\nb", stream("c\nd\n"), result("e\n\nf")))))["cells"][0]
    assert lines["source"] == ["a\n", "b"]
    assert lines["outputs"][0]["text"] == ["c\n", "d\n"]
    assert lines["outputs"][1]["data"]["text/plain"] == ["e\n", "\n", "f"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "not JSON"),
        ("[]", "format 4"),
        ('{"nbformat": 3, "cells": []}', "format 4"),
        ('{"nbformat": 4, "cells": [{"cell_type": "heading", "source": ""}]}', "format 4"),
    ],
)
def test_what_is_no_notebook_is_told(tmp_path, content, said):
    path = tmp_path / "n.ipynb"
    path.write_text(content)
    with pytest.raises(LeadkitError, match=said):
        read(path)


def test_a_file_that_is_not_there_is_told(tmp_path):
    with pytest.raises(LeadkitError, match=r"n\.ipynb can't be read"):
        read(tmp_path / "n.ipynb")


def test_folders_are_searched_without_the_checkpoints(tmp_path):
    (tmp_path / "deep" / ".ipynb_checkpoints").mkdir(parents=True)
    names = ["b.ipynb", "deep/a.ipynb", "deep/.ipynb_checkpoints/a.ipynb"]
    paths = [write(tmp_path / name) for name in names]
    assert found_in([tmp_path, paths[0]]) == paths[:2]


@pytest.mark.parametrize(("name", "said"), [("nowhere", "is not there"), (".", "No notebook")])
def test_a_place_without_notebooks_is_told(tmp_path, monkeypatch, name, said):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(LeadkitError, match=said):
        found_in([Path(name)])
