"""Holds a built wheel and sdist to what they must and must not carry: `built_files.py X.whl X.tar.gz`."""

import sys
import tarfile
import zipfile

WHEEL_FOLDERS = ("leadkit/", "leadkit-")  # the package, and its .dist-info
WHEEL_NEEDS = (
    *("leadkit/__init__.py", "leadkit/py.typed", "leadkit/sandbox/__init__.py"),
    *("leadkit/notebooks/sanitize.cfg", "leadkit/notebooks/pytest.ini", "leadkit/reports/lead-report.ipynb"),
    *("leadkit/reports/page.css", "leadkit/reports/page.js", "leadkit/reports/vendor/plotly-cartesian.min.js"),
    "leadkit/reports/vendor/plotly-LICENSE.txt",
)
SDIST_NEEDS = ("pyproject.toml", "README.md", "LICENSE", "CHANGELOG.md", "leadkit/py.typed", "tests/conftest.py")
NOWHERE = ("__pycache__/", ".coverage", ".env", ".pem")


def main() -> None:
    """Prints what is wrong, one line each, and fails if anything is."""
    wheel, sdist = sys.argv[1:]
    with zipfile.ZipFile(wheel) as built, tarfile.open(sdist) as source:
        problems = wrong_in_wheel(built.namelist()) + wrong_in_sdist(source.getnames())
    sys.exit("\n".join(problems) if problems else 0)


def wrong_in_wheel(names: list[str]) -> list[str]:
    """The wheel carries the package, typed, and nothing else."""
    strangers = [name for name in names if not name.startswith(WHEEL_FOLDERS)]
    return [f"the wheel has no {name}" for name in WHEEL_NEEDS if name not in names] + unwanted(
        "wheel", names, strangers
    )


def wrong_in_sdist(names: list[str]) -> list[str]:
    """The sdist carries what a packager needs to build and to test."""
    inside = [name.partition("/")[2] for name in names]
    return [f"the sdist has no {name}" for name in SDIST_NEEDS if name not in inside] + unwanted("sdist", inside, [])


def unwanted(archive: str, names: list[str], strangers: list[str]) -> list[str]:
    """One line for each file that has no place in this archive."""
    found = strangers + [name for name in names if any(part in name for part in NOWHERE)]
    return [f"the {archive} has {name}" for name in found]


if __name__ == "__main__":
    main()
