"""What the files of the project must not hold: machine paths, registries, secrets, real people."""

import re
from pathlib import Path

import pytest
from house.project import ROOT, kept_files

FORBIDDEN = {
    "a path of one machine": r"(?<![\w.~}])/(?:work|root|opt|tmp|home/\w+|Users/\w+)/\w|\b[A-Z]:\\Users\\",
    "a package registry's host": r"\b(?:pypi|pythonhosted|anaconda|npmjs)\.(?:org|com)\b",
    "a private key": r"-----BEGIN [A-Z ]*PRIVATE KEY",
    "an access key": r"\b(?:AKIA[0-9A-Z]{16}|gh[pousr]_\w{36}|glpat-[\w-]{20}|sk-[A-Za-z0-9]{32,})",
    "an eBay token": r"v\^1\.1#i\^1#[^\s\"']{80,}",
    "an eBay client secret": r"\b(?:PRD|SBX)-[0-9a-f]{12}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}",
    "a real phone number": r"\(?\b\d{3}\)?[-. ](?!555)\d{3}[-. ]\d{4}\b",
}
ADDRESS = re.compile(r"(?<![:/\w.+-])[\w.+-]+@((?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,})\b")
INVENTED = re.compile(r"(?:.*\.)?(?:example(?:\.(?:com|org|net))?|test|invalid|localhost)", re.IGNORECASE)


def test_no_kept_file_holds_what_belongs_to_one_machine_or_person():
    ours = [path for path in kept_files() if path.parent.name != "vendor"]  # programs of others name their authors
    assert ours
    assert not [f"{path.relative_to(ROOT)}: {found}" for path in ours for found in faults(read(path))]


def test_programs_of_others_are_the_two_that_we_know_each_with_its_licence():
    kept = sorted(str(path.relative_to(ROOT)) for path in kept_files() if path.parent.name == "vendor")
    assert kept == [
        "leadkit/reports/vendor/plotly-LICENSE.txt",
        "leadkit/reports/vendor/plotly-cartesian.min.js",
        "tests/e2e/vendor/axe-LICENSE-3RD-PARTY.txt",
        "tests/e2e/vendor/axe-LICENSE.txt",
        "tests/e2e/vendor/axe.min.js",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "see /" + "root/notes.txt",
        "--index-url https://" + "pypi" + ".org/simple",
        "-----BEGIN RSA " + "PRIVATE KEY-----",
        "v^1.1#i^1#p^3#r^1#" + "I" + "Ab3" * 40,
        "PRD-" + "0123456789ab-cdef-0123-4567-89ab",
        "call 312-" + "867-5309",
        "write to jane.doe@" + "gmail.com",
    ],
)
def test_each_kind_of_fault_is_found(text):
    assert len(faults(text)) == 1


@pytest.mark.parametrize(
    "text",
    [
        "amy@example.com",
        "Bo@Cars.Example",
        "+1 312-555-0142",
        "/commerce/message/v1/conversation",
        "#!/usr/bin/env bash",
    ],
)
def test_what_is_invented_or_public_is_left_alone(text):
    assert not faults(text)


def faults(text: str) -> list[str]:
    kinds = [f"{kind}: {found[0]}" for kind, pattern in FORBIDDEN.items() for found in re.finditer(pattern, text)]
    people = [found[0] for found in ADDRESS.finditer(text) if not INVENTED.fullmatch(found[1])]
    return kinds + [f"an address that could be real: {address}" for address in people]


def read(path: Path) -> str:
    """The text of a file; of one that is not text, what can be read of it."""
    return path.read_text(encoding="utf-8", errors="replace")
