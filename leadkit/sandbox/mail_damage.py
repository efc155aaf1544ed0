"""Damage to GetMyMessages' answers: errors, elements planted and taken away, wrong counts, broken XML."""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from leadkit.sandbox.faults import Fault
from leadkit.sandbox.mail_text import xml
from leadkit.sandbox.mail_xml import NAMESPACE, Answer, Node, Problem

BOMB = "".join(f'<!ENTITY b{n} "{f"&b{n - 1};" * 10}">' for n in range(1, 10))
DOCTYPES = {
    "doctype": "<!DOCTYPE GetMyMessagesResponse>",
    "entity": '<!DOCTYPE GetMyMessagesResponse [<!ENTITY name "value">]>',
    "external_entity": '<!DOCTYPE GetMyMessagesResponse [<!ENTITY name SYSTEM "file:///etc/hostname">]>',
    "exploding_entities": f'<!DOCTYPE GetMyMessagesResponse [<!ENTITY b0 "boom">{BOMB}]>',
}
REFERENCES = {"entity": "&name;", "external_entity": "&name;", "exploding_entities": "&b9;"}
BREAKS: dict[str, Callable[[str], str]] = {
    "bare_ampersand": lambda text: _in_subjects(text, " R&D & more"),
    "nbsp": lambda text: _in_subjects(text, "&nbsp;"),
    "control": lambda text: _in_subjects(text, "\x0b"),
    "control_reference": lambda text: _in_subjects(text, "&#11;"),
    "open_tag": lambda text: _in_subjects(text, "<b>"),
    "no_namespace": lambda text: text.replace(f' xmlns="{NAMESPACE}"', ""),
    "prefix": lambda text: re.sub(r"<(/?)(?=[A-Za-z])", r"<\1ebl:", text.replace(" xmlns=", " xmlns:ebl=")),
    "no_declaration": lambda text: re.sub(r"^<\?xml[^>]*\?>\n", "", text),
}


def damage(answer: Answer, fault: Fault) -> None:
    """Change an answer as one fault says."""
    if fault.kind in DAMAGES:
        DAMAGES[fault.kind](answer, **fault.options)


def broken(body: bytes, faults: Sequence[Fault]) -> bytes:
    """Break the XML as the faults say, in their order."""
    text = body.decode()
    for fault in faults:
        if fault.kind == "xml":
            text = _with_doctype(text, fault.options["how"])
            text = BREAKS.get(fault.options["how"], str)(text)
    return text.encode()


def levels(parts: list[Node], path: str) -> Iterator[list[Node]]:
    """Find the insides of the elements at a level such as ``Messages.Message``; ``""`` is the top."""
    if not path:
        yield parts
        return
    first, _, rest = path.partition(".")
    for name, inside in parts:
        if name == first and not isinstance(inside, str):
            yield from levels(inside, rest)


def _with_doctype(text: str, how: str) -> str:
    if how not in DOCTYPES:
        return text
    head, _, rest = text.partition("\n")
    return _in_subjects(f"{head}\n{DOCTYPES[how]}\n{rest}", REFERENCES.get(how, ""))


def _in_subjects(text: str, inside: str) -> str:
    """Plant something at the end of every Subject, or of the Ack where there is none."""
    end = "</Subject>" if "</Subject>" in text else "</Ack>"
    return text.replace(end, inside + end)


def _error(answer: Answer, **options: Any) -> None:
    long = options["long"] or f"The call met the error {options['code']}."
    problem = Problem(
        str(options["code"]),
        options["short"] or long,
        long,
        options["severity"],
        options["classification"],
        {str(name): str(value) for name, value in (options["parameters"] or {}).items()},
    )
    answer.problems.append(problem)
    answer.ack = options["ack"]
    answer.root = options["root"]
    if options["ack"] == "Failure":
        answer.parts = []


def _expires(answer: Answer, at: str) -> None:
    answer.expiration = at


def _plant(answer: Answer, at: str, value: Any, rows: int | None) -> None:
    level, _, name = at.rpartition(".")
    for parts in list(levels(answer.parts, level))[:rows]:
        places = [place for place, part in enumerate(parts) if part[0] == name]
        parts[places[0] if places else len(parts) : len(parts) if not places else places[0] + 1] = [_node(name, value)]


def _add(answer: Answer, at: str, key: str, value: Any, rows: int | None) -> None:
    for parts in list(levels(answer.parts, at))[:rows]:
        parts.append(_node(key, value))


def _drop(answer: Answer, at: str, rows: int | None) -> None:
    level, _, name = at.rpartition(".")
    found = [parts for parts in levels(answer.parts, level) if any(part[0] == name for part in parts)]
    for parts in found[:rows]:
        parts[:] = [part for part in parts if part[0] != name]


def _miscount(answer: Answer, delta: int, key: str | None) -> None:
    for parts in levels(answer.parts, "Summary"):
        for place, (name, inside) in enumerate(parts):
            if name == (key or "TotalMessageCount"):
                parts[place] = (name, str(int(str(inside)) + delta))


def _node(name: str, value: Any) -> Node:
    if isinstance(value, dict):
        return (name, [_node(key, one) for key, one in value.items()])
    return (name, xml(str(value)))


DAMAGES: dict[str, Callable[..., None]] = {
    "trading_error": _error,
    "hard_expiration": _expires,
    "object_in_scalar": _plant,
    "value": _plant,
    "missing_key": _drop,
    "unknown_keys": _add,
    "wrong_total": _miscount,
}
