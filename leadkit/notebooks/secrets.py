"""Secrets that a notebook must not hold: by the form of a token, and by the value of a variable."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping

from leadkit.redaction import MASK, Secrets

_VARIABLE = r"LEADKIT_\w{0,60}?(?:TOKEN|SECRET|KEY)\w{0,60}"  # bounded, so that no text takes long
_VALUE = r"(?!LEADKIT_|\$[{(\w])[\w^$%#-]{6,}"
_NO_CODE = r"(?![\w^$%#-]|[.,()\[])"  # a function, an attribute or an argument would follow
_SET = (
    rf"\b{_VARIABLE}(?:[\"']?\]?\s*[:=,]\s*[\"']{_VALUE}"  # in quotes
    rf"|={_VALUE}{_NO_CODE}"  # as a shell writes it
    rf"|[ \t]*[:=]?[ \t]+(?=\S*\d){_VALUE}{_NO_CODE})[^\s\"']*"  # %env; words have no digits
)
FORMS = {
    "an eBay token": r"v(?:\^|%5[Ee])1\.1(?:#|%23)\S{8,}|AgAAAA(?:\*|%2[Aa]){2}\S{8,}",
    "a token (JWT)": r"\beyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{8,}",
    "a bearer token": r"\b[Bb]earer\s+[\w.~+/^#-]{20,}=*",
    "an eBay client secret": r"\b(?:PRD|SBX)-[0-9a-f]{8,12}(?:-[0-9a-f]{4}){3,4}\b",
    "a LeadSquared key": r"\bu(?:\$|%24)r[0-9a-f]{16,}"
    r"|(?i:(?:access|secret)_?key(?:[\"']?\s*[:=]\s*[\"']?|%3D))[\w$%-]{16,}",
    "the value of a LEADKIT_ variable": _SET,
}
"""What a secret looks like."""
SECRET_VARIABLE = re.compile(_VARIABLE)
"""A variable of the environment that holds a token, a secret or a key."""
SET_BY_MAGIC = re.compile(rf"\b(?:set_)?env\s+({_VARIABLE})(?:\s*=\s*|\s+)(?![${{]\w)\S")
"""A variable that %env sets, and not by the name of another one."""
_FORMS = re.compile("|".join(f"(?:{form})" for form in FORMS.values()))


def known_secrets(environment: Mapping[str, str] = os.environ) -> Secrets:
    """The secrets that the environment holds: the values of LEADKIT_ variables that are tokens, secrets or keys."""
    known = Secrets()
    for name, value in environment.items():
        if SECRET_VARIABLE.fullmatch(name):
            known.register(value)
    return known


def without_secrets(text: str, known: Secrets | None = None) -> str:
    """The text with `MASK` in the place of what the environment holds, and of what looks like a secret."""
    return _FORMS.sub(MASK, (known or known_secrets()).redact(text))


def forms_in(text: str) -> Iterator[str]:
    """The kinds of secrets that a text looks to hold."""
    return (kind for kind, form in FORMS.items() if re.search(form, text))
