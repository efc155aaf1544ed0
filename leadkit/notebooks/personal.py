"""Personal data that can be known by its form: e-mail addresses and phones that could be somebody's."""

from __future__ import annotations

import re
from collections.abc import Iterator

_ADDRESS = re.compile(r"(?<![\w.+-])[\w.+-]+@((?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,})\b")
_INVENTED = re.compile(r"(?:.*\.)?(?:example(?:\.(?:com|org|net))?|test|invalid|localhost)", re.IGNORECASE)
_PHONE = re.compile(
    r"(?<![\w.+-])(?:\+\d{1,3}[ .-]?(?:\(?\d{1,4}\)?[ .-]?){1,4}\d{3,4}|\(?\d{3}\)?[ .-]\d{3}[ .-]\d{4})(?![\w-])"
)
_FICTIONAL = re.compile(r"(?:\+?1)?\d{3}55501\d\d|55501\d\d")
_SHORTEST = 10  # digits of a phone number with its area


def addresses_in(text: str) -> Iterator[str]:
    """The e-mail addresses whose domain is not one that RFC 2606 reserves."""
    return (found[0] for found in _ADDRESS.finditer(text) if not _INVENTED.fullmatch(found[1]))


def phones_in(text: str) -> Iterator[str]:
    """The phone numbers that are not 555-01xx, which nobody has; digits alone may be anything, and are none."""
    numbers = (found[0] for found in _PHONE.finditer(text) if _is_phone(found[0]))
    return (number for number in numbers if not _FICTIONAL.fullmatch(re.sub(r"\D", "", number)))


def without_personal(text: str) -> str:
    """The text with all e-mail addresses and phone numbers taken out, invented ones too."""
    masked = _ADDRESS.sub("[e-mail]", text)
    return _PHONE.sub(lambda found: "[phone]" if _is_phone(found[0]) else found[0], masked)


def _is_phone(number: str) -> bool:
    return sum(map(str.isdigit, number)) >= _SHORTEST
