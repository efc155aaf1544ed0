"""Versions, names and requirements: each is said once, and what repeats it agrees."""

import re
import tomllib
from importlib import metadata

import pytest
from house.project import PACKAGE, ROOT, pyproject, run_python, text_of
from packaging.requirements import Requirement

import leadkit

HEAVY = [
    "plotly",
    "ipywidgets",
    "anywidget",
    "starlette",
    "uvicorn",
    "typer",
    "rich",
    "tqdm",
    "numpy",
    "IPython",
    "orjson",
]
NAMES = [name for name in leadkit.__all__ if name != "__version__"]


def test_importing_leadkit_loads_nothing_heavy():
    loaded = run_python("import sys, leadkit; print(*sys.modules)").split()
    assert "leadkit" in loaded
    assert not set(HEAVY) & set(loaded)


def test_the_version_is_that_of_pyproject():
    assert leadkit.__version__ == metadata.version("leadkit") == pyproject()["project"]["version"]


def test_the_version_is_written_nowhere_in_the_package():
    version = pyproject()["project"]["version"]
    assert not [path for path in PACKAGE.rglob("*.py") if f'"{version}"' in path.read_text(encoding="utf-8")]


def test_the_changelog_opens_with_what_is_unreleased_and_then_this_version():
    headings = re.findall(r"^## \[(.+?)\]", text_of("CHANGELOG.md"), flags=re.MULTILINE)
    assert headings[:2] == ["Unreleased", pyproject()["project"]["version"]]


def test_the_public_names_are_sorted_and_said_once():
    assert leadkit.__all__ == sorted(set(leadkit.__all__))


@pytest.mark.parametrize("name", NAMES)
def test_a_public_name_can_be_imported_listed_and_looked_up(name):
    found = getattr(leadkit, name)
    assert found.__name__.rpartition(".")[2] == name
    assert found.__doc__
    assert name in dir(leadkit)


def test_a_name_that_is_not_there_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no_such_name"):
        _ = leadkit.no_such_name


def test_every_class_of_python_that_we_name_is_one_we_allow():
    project = pyproject()["project"]
    named = re.findall(r":: (3\.\d+)'", repr(project["classifiers"]))
    assert project["requires-python"] == f">={named[0]}"
    assert pyproject()["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"] == ["leadkit"]


@pytest.mark.parametrize("requirement", [*map(str, metadata.requires("leadkit") or [])])
def test_every_requirement_has_a_pin_that_it_allows(requirement):
    wanted = Requirement(requirement)
    assert [pin for pin in pins() if pin.name == wanted.name and allows(wanted, pin)]


def test_a_constraint_is_a_plain_pin():
    lines = [line for line in text_of("constraints.txt").splitlines() if not line.startswith("#")]
    assert len({line.split("==")[0] for line in lines}) == len(lines) > 0
    assert not [line for line in lines if not re.fullmatch(r"[a-z0-9-]+==[\w.]+( ; [\w'<>=!(). ]+)?", line)]


def test_ci_scripts_can_be_run():
    assert [(ROOT / ".ci" / name).stat().st_mode & 0o111 for name in ("run", "lock")] == [0o111, 0o111]


def test_the_marker_for_typed_packages_is_there():
    assert (PACKAGE / "py.typed").read_text(encoding="utf-8") == ""


def test_pyproject_and_its_installed_copy_agree():
    declared = tomllib.loads(text_of("pyproject.toml"))["project"]
    extras = set(metadata.metadata("leadkit").get_all("Provides-Extra") or [])
    assert extras == set(declared["optional-dependencies"])


def pins() -> list[Requirement]:
    return [Requirement(line) for line in text_of("constraints.txt").splitlines() if not line.startswith("#")]


def allows(wanted: Requirement, pin: Requirement) -> bool:
    (specifier,) = pin.specifier
    return wanted.specifier.contains(specifier.version)
