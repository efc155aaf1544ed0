"""Secrets that are never shown, and texts cleaned of them."""

from __future__ import annotations

import base64
import html
import json
import logging
import re
import threading
from collections.abc import Callable, Iterator
from typing import Any, NoReturn
from urllib.parse import quote, quote_plus, unquote, unquote_plus

from leadkit.errors import InvalidRequest

MASK = "***"


class Secret:
    """A value that prints as ``***``; only `reveal` gives it."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The value itself; use it in the expression that needs it and keep it in no variable."""
        return self._value

    def __repr__(self) -> str:
        return MASK

    def __reduce__(self) -> NoReturn:
        raise TypeError("A Secret can't be pickled or copied.")


def wrapped(value: object) -> Secret | None:
    """A value of any kind wrapped, so that a traceback which shows it shows no secret; None where there is none.

    It never raises: whoever has several wraps them all, before `as_secret` refuses one.
    """
    if value is None or isinstance(value, Secret):
        return value
    return None if isinstance(value, str) and not value else Secret(value)  # type: ignore[arg-type]  # what is no text, `as_secret` refuses


def as_secret(value: str | Secret | None, name: str) -> Secret | None:
    """A secret that is a text, `wrapped`; None where there is none.

    Raises:
        InvalidRequest: the argument of this name is no text; what it is stays unsaid.
    """
    value = wrapped(value)
    if value is not None and not isinstance(value.reveal(), str):
        raise InvalidRequest(f"{name} is refused: it is a {type(value.reveal()).__name__}; allowed is a text.")
    return value


class Secrets:
    """The values that must not leave, in every form in which they might.

    Covered are the value itself, url-encoded, JSON-, HTML- and Python-escaped, and inside any Base64 text
    (so also as ``id:secret``). A text that holds one of them behind mixed or double encodings is masked as a whole.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._forms: set[str] = set()
        self._pattern: re.Pattern[str] | None = None

    def __repr__(self) -> str:
        return "Secrets()"

    def register(self, value: str | Secret) -> None:
        """Never let this value out again; values under 4 characters are no secrets and would eat words."""
        revealed = value.reveal() if isinstance(value, Secret) else value
        if len(revealed) < _SHORTEST:
            return
        with self._lock:
            self._forms.update(_patterns(revealed))
            self._pattern = re.compile("|".join(sorted(self._forms, key=lambda form: (-len(form), form))))

    def redact(self, text: str) -> str:
        """The text with ``***`` in the place of every secret."""
        pattern = self._pattern
        if pattern is None:
            return text
        while pattern.search(text):  # a mask can join its neighbours to a secret; every round is shorter
            text = pattern.sub(MASK, text)
        return MASK if _behind_encodings(pattern, text) else text

    def redact_all(self, value: Any) -> Any:  # undecoded JSON goes in and comes out
        """The same lists and dicts with every text in them redacted."""
        if isinstance(value, str):
            return self.redact(value)
        if isinstance(value, dict):
            return {self.redact(str(key)): self.redact_all(item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [self.redact_all(item) for item in value]
        return value


class QuietLogs(logging.Filter):
    """Redacts what the HTTP libraries log, since a server may send our token back in a header, until `end`."""

    def __init__(self, secrets: Secrets) -> None:
        super().__init__()
        self._secrets = secrets
        for name in _HTTP_LOGGERS:
            logging.getLogger(name).addFilter(self)

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every record pass, cleaned."""
        record.msg, record.args = self._secrets.redact(record.getMessage()), ()
        return True

    def end(self) -> None:
        """Leave the loggers as they were."""
        for name in _HTTP_LOGGERS:
            logging.getLogger(name).removeFilter(self)


_HTTP_LOGGERS = ("httpx", "httpcore.connection", "httpcore.http11", "httpcore.proxy")
_SHORTEST = 4  # one more than the mask, so that masking always ends


def _patterns(value: str) -> Iterator[str]:
    """Regular expressions for each form of a secret."""
    for form in _written(value):
        yield re.escape(form)
    for skipped, core in _base64_cores(value.encode("utf-8", "surrogatepass")):
        for form in _written(core):
            yield rf"[A-Za-z0-9+/_-]{{0,{skipped}}}{re.escape(form)}[A-Za-z0-9+/_-]?={{0,2}}"


def _written(value: str) -> set[str]:
    """A text as URLs, JSON, HTML and Python's repr write it."""
    quoted = {
        quote(value, safe="", errors="replace"),
        quote(value, errors="replace"),
        quote_plus(value, errors="replace"),
    }
    lower = {re.sub("%[0-9A-F]{2}", lambda code: code[0].lower(), form) for form in quoted}
    escaped = {json.dumps(value)[1:-1], json.dumps(value, ensure_ascii=False)[1:-1], repr(value)[1:-1]}
    return {value, html.escape(value)} | quoted | lower | escaped


def _base64_cores(value: bytes) -> Iterator[tuple[int, str]]:
    """The characters that these bytes always give in Base64, for each place they can start at."""
    for before, skipped in ((0, 0), (1, 2), (2, 3)):
        whole = (before + len(value)) * 8 // 6
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            yield skipped, encode(bytes(before) + value).decode("ascii")[skipped:whole]


def _behind_encodings(pattern: re.Pattern[str], text: str) -> bool:
    """Whether decoding the text up to three times brings a secret to light."""
    seen, layers = {text}, {text}
    for _ in range(3):
        layers = {decode(layer) for layer in layers for decode in _DECODERS} - seen
        seen |= layers
    return any(pattern.search(layer) for layer in seen)


def _unescape(text: str) -> str:
    """A text with its backslash escapes undone, as JSON and Python write them."""
    plain = re.sub(r"\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(.))", _unescaped_character, text, flags=re.DOTALL)
    return plain.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _unescaped_character(match: re.Match[str]) -> str:
    code = match[1] or match[2]
    return chr(int(code, 16)) if code else match[3]


_DECODERS: tuple[Callable[[str], str], ...] = (unquote, unquote_plus, html.unescape, _unescape)
