"""Counts what a CI run did.

`tally.py sum RESULTS SECONDS` prints the steps, what was not checked, how long all took, and as its last line
`N passed, N failed`.
`tally.py ran JUNIT_XML WORDS` fails unless tests whose file name holds these words ran, and none was skipped.
"""

import sys
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from pathlib import Path


def main() -> None:
    """Runs the command that was asked for."""
    command, *rest = sys.argv[1:]
    sys.exit(print_sum(Path(rest[0]), rest[1]) if command == "sum" else check_ran(Path(rest[0]), rest[1]))


@dataclass(frozen=True)
class Step:
    """A step of the run; a step that ran pytest left a JUnit file of its name."""

    name: str
    status: int
    seconds: int
    cases: tuple[ET.Element, ...] = ()

    @property
    def failed(self) -> int:
        """Tests that failed; one more than none when the step failed for another reason."""
        return sum(is_failed(case) for case in self.cases) or int(self.status != 0)

    @property
    def passed(self) -> int:
        """Tests that passed; a step without tests counts as one."""
        if self.cases:
            return sum(case.find("skipped") is None and not is_failed(case) for case in self.cases)
        return int(self.status == 0)

    @property
    def skipped(self) -> list[str]:
        """What was left out, and why."""
        return [f"{case.get('name')}: {skip.get('message')}" for case in self.cases for skip in case.findall("skipped")]


def print_sum(results: Path, seconds: str) -> int:
    """Prints the closing lines and gives the exit code."""
    steps = [read_step(line, results) for line in (results / "steps.tsv").read_text(encoding="utf-8").splitlines()]
    for step in steps:
        print(f"{step.seconds:5} s  {'ok    ' if step.status == 0 else 'FAILED'}  {step.name}")
    for line in left_out(results, steps):
        print(f"NOT CHECKED: {line}")
    print(f"{seconds} s in all")
    print(f"{sum(step.passed for step in steps)} passed, {sum(step.failed for step in steps)} failed")
    return int(any(step.failed for step in steps) or not steps)


def check_ran(junit: Path, words: str) -> int:
    """Fails when the named tests did not run, or ran with one left out."""
    cases = [case for case in read_cases(junit) if words in (case.get("classname") or "")]
    skipped = [case for case in cases if case.find("skipped") is not None]
    print(f"{len(cases)} tests of {words}, {len(skipped)} skipped")
    return int(not cases or bool(skipped))


def read_step(line: str, results: Path) -> Step:
    """A line of steps.tsv, with the tests of that step."""
    name, status, seconds = line.split("\t")
    return Step(name, int(status), int(seconds), read_cases(results / f"{name}.xml"))


def read_cases(junit: Path) -> tuple[ET.Element, ...]:
    """The test cases of a JUnit file; none where the step wrote none."""
    return tuple(ET.parse(junit).iter("testcase")) if junit.exists() else ()


def is_failed(case: ET.Element) -> bool:
    """Whether a test failed or could not run."""
    return case.find("failure") is not None or case.find("error") is not None


def left_out(results: Path, steps: list[Step]) -> list[str]:
    """What the run said it could not check, and every skipped test."""
    told = results / "not_checked.txt"
    lines = told.read_text(encoding="utf-8").splitlines() if told.exists() else []
    return [line.removeprefix("NOT CHECKED: ") for line in lines] + [why for step in steps for why in step.skipped]


if __name__ == "__main__":
    main()
