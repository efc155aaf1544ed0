"""Personal data that can be known by its form: e-mail addresses and phones that could be somebody's."""

from __future__ import annotations

import re
from collections.abc import Iterator

_ADDRESS = re.compile(
    r"(?<![\w.+-])[\w.+-]+(?:@|%40|&#0*64;|&#[xX]0*40;|&commat;)((?:[^\W_](?:[\w-]*[^\W_])?\.)+[^\W\d_]{2,})\b"
)
_INVENTED = re.compile(r"(?:.*\.)?(?:example(?:\.(?:com|org|net))?|test|invalid|localhost)", re.IGNORECASE)
_DASH = r"\-\u2010-\u2015\u2212"
_GAP = rf"[ ./\u00a0\u202f{_DASH}]"
_PHONE = re.compile(
    rf"(?<![\w.+{_DASH}])(?P<number>"
    rf"\+\d{{1,3}}{_GAP}?(?:\(?\d{{1,4}}\)?{_GAP}?){{1,4}}\d{{3,4}}"  # with a country
    rf"|(?:1{_GAP}?)?(?:\(\d{{3}}\){_GAP}?|\d{{3}}{_GAP})\d{{3}}{_GAP}\d{{4}}"  # as in the USA
    rf"|(?:1{_GAP}?)?(?:\([2-9]\d\d\){_GAP}?|[2-9]\d\d[/{_DASH}])[2-9]\d{{6}}"  # the same in two pieces
    rf"|\(?0[1-9]\d{{1,3}}\)?[ /\u00a0\u202f{_DASH}]\d{{3,8}}(?:[ \u00a0\u202f{_DASH}]\d{{2,5}}){{0,2}}"  # as in Europe
    rf")(?: ?(?:x|ext\.?) ?\d{{1,6}})?(?![\w{_DASH}])"
)
_FICTIONAL = re.compile(r"(?:\+?1)?\d{3}55501\d\d|55501\d\d")
_SHORTEST = 10  # digits of a phone number with its area


def addresses_in(text: str) -> Iterator[str]:
    """The e-mail addresses whose domain is not one that RFC 2606 reserves."""
    return (found[0] for found in _ADDRESS.finditer(text) if not _INVENTED.fullmatch(found[1]))


def phones_in(text: str) -> Iterator[str]:
    """The phone numbers that are not 555-01xx, which nobody has; digits alone may be anything, and are none."""
    numbers = (found["number"] for found in _PHONE.finditer(text) if _is_phone(found["number"]))
    return (number for number in numbers if not _FICTIONAL.fullmatch(re.sub(r"\D", "", number)))


def without_personal(text: str) -> str:
    """The text with all e-mail addresses and phone numbers taken out, invented ones too."""
    masked = _ADDRESS.sub("[e-mail]", text)
    return _PHONE.sub(lambda found: "[phone]" if _is_phone(found["number"]) else found[0], masked)


def _is_phone(number: str) -> bool:
    return sum(map(str.isdigit, number)) >= _SHORTEST
