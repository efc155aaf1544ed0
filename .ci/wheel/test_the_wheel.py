"""leadkit as a user gets it: the built wheel alone, in an environment of its own, outside the checkout."""

import os
import subprocess
import sys
import sysconfig
from importlib import metadata, resources
from pathlib import Path

import polars as pl
from packaging.requirements import Requirement

import leadkit as lk

EXPECTED = [Requirement(text) for text in os.environ.get("LEADKIT_EXPECTED", "").split()]


def test_leadkit_is_the_installed_one():
    assert Path(lk.__file__).is_relative_to(sysconfig.get_path("purelib"))
    assert lk.__version__ == metadata.version("leadkit")


def test_the_versions_under_test_are_the_ones_asked_for():
    assert not [asked for asked in EXPECTED if metadata.version(asked.name) not in asked.specifier]


def test_the_wheel_installs_the_package_and_nothing_else():
    folders = {path.parts[0] for path in metadata.files("leadkit") or []}
    assert folders - {".."} == {"leadkit", f"leadkit-{metadata.version('leadkit')}.dist-info"}


def test_type_checkers_are_told_that_leadkit_is_typed():
    assert (resources.files("leadkit") / "py.typed").is_file()


def test_every_public_name_can_be_used():
    for name in lk.__all__:
        assert getattr(lk, name) is not None


def test_the_demo_fetches_leads_conversations_and_messages():
    with lk.demo(leads=60) as shop:
        leads = shop.ebay.leads(include_messages=True)
        talks = shop.ebay.conversations()
        messages = shop.ebay.messages(talks)
    assert leads.height > 0
    assert messages["conversation_id"].n_unique() == talks.height > 0


def test_leadkit_demo_leaves_its_tables_as_parquet(tmp_path):
    command = Path(sys.executable).with_name("leadkit")
    done = subprocess.run([command, "demo"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    tables = sorted(tmp_path.rglob("*.parquet"))
    assert tables, done.stdout
    assert all(pl.read_parquet(table).height > 0 for table in tables if table.stem != "problems")
