"""environment.yml says what pyproject.toml says, and nothing else."""

import re

import pytest
import yaml
from house.project import bash_commands, pyproject, text_of


@pytest.fixture
def environment() -> dict:
    return yaml.safe_load(text_of("environment.yml"))


def test_the_channel_is_conda_forge_alone(environment):
    assert environment["name"] == pyproject()["project"]["name"]
    assert environment["channels"] == ["conda-forge", "nodefaults"]


def test_conda_gives_python_and_pip_and_pip_gives_the_rest(environment):
    python, pip, from_pip = environment["dependencies"]
    assert python == f"python {allowed_pythons()}"
    assert pip == "pip"
    assert list(from_pip) == ["pip"]
    assert len(from_pip["pip"]) == 1


def test_what_pip_installs_is_this_checkout_with_extras_that_exist(environment):
    (requirement,) = environment["dependencies"][-1]["pip"]
    assert re.fullmatch(r"-e \.\[[a-z0-9,]+\]", requirement)
    assert extras(requirement) <= set(pyproject()["project"]["optional-dependencies"])


def test_a_conda_user_gets_what_the_readme_test_command_installs(environment):
    (requirement,) = environment["dependencies"][-1]["pip"]
    (command,) = [command for command in bash_commands() if "-m pytest" in command]
    assert extras(requirement) == extras(command)


def allowed_pythons() -> str:
    """The range from `requires-python` to the last Python of the classifiers."""
    project = pyproject()["project"]
    last = re.findall(r":: 3\.(\d+)", " ".join(project["classifiers"]))[-1]
    return f"{project['requires-python']},<3.{int(last) + 1}"


def extras(text: str) -> set[str]:
    (listed,) = re.findall(r"\.\[([a-z0-9,]+)\]", text)
    return set(listed.split(","))
