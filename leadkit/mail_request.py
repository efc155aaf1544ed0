"""The arguments of a mailbox's fetches, checked, and the requests that they make."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from numbers import Integral
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from leadkit.parameters import Request, Span, argument, refuse
from leadkit.trading import written

CALL = "GetMyMessages"
LARGEST_PAGE = 200
_LANGUAGES = (
    "en_AU de_AT nl_BE fr_BE en_CA fr_CA zh_CN fr_FR de_DE zh_HK en_IN en_IE it_IT nl_NL en_SG es_ES de_CH en_GB en_US"
)


def _listed(value: object) -> object:
    """One or several as a tuple of texts, each once; None, which restricts nothing, stays what it is."""
    if value is None:
        return None
    several = value if isinstance(value, Iterable) and not isinstance(value, str | bytes | Mapping) else [value]
    found = [str(one) if isinstance(one, Integral) and not isinstance(one, bool) else one for one in several]
    return tuple(dict.fromkeys(found) if all(isinstance(one, str) for one in found) else found)


Ids = Annotated[
    tuple[Annotated[str, Field(pattern=r"^[!-~]{1,64}$")], ...] | None, BeforeValidator(_listed)
]  # printable ASCII: what can stand in XML
Numbers = Annotated[tuple[Annotated[str, Field(pattern=r"^[0-9]{1,18}$")], ...] | None, BeforeValidator(_listed)]
Words = Annotated[
    tuple[Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z.]{0,99}$")], ...] | None, BeforeValidator(_listed)
]


class MailRequest(Span):
    """The arguments of ``Ebay.mail``."""

    folder: Numbers = argument("the number of a folder, or several of them")
    ids: Ids = argument("ids of messages (message_id)")
    external_ids: Ids = argument("external ids of messages (external_message_id)")
    bodies: bool = argument("True or False", default=False)
    high_priority: bool = argument("True or False", default=False)
    page_size: Annotated[int, Field(ge=1, le=LARGEST_PAGE)] = argument(
        f"a whole number from 1 to {LARGEST_PAGE}", default=LARGEST_PAGE
    )
    output: Words = argument("names of fields, such as 'Subject' or 'Messages.Message.Subject'")
    error_language: str | None = argument(f"one of {_LANGUAGES.replace(' ', ', ')}, or None")
    warning_level: Literal["Low", "High"] | None = argument("'Low', 'High' or None")

    @model_validator(mode="after")
    def _what_is_possible(self) -> MailRequest:
        if self.ids is not None and self.external_ids is not None:
            refuse("external_ids", "either ids or external_ids: the API would pass over ids", list(self.external_ids))
        if self.error_language is not None and self.error_language not in _LANGUAGES.split():
            refuse("error_language", f"one of {_LANGUAGES.replace(' ', ', ')}", self.error_language)
        return self

    @property
    def folders(self) -> tuple[str | None, ...]:
        """Those to read one after the other; None stands for all of them at once."""
        return (None,) if self.folder is None else self.folder

    def asked(self, level: str, end: datetime | None, **more: Any) -> bytes:
        """The request of one call."""
        content = {
            "EndTime": _millis(end),
            "ExternalMessageIDs": None,
            "FolderID": None,
            "IncludeHighPriorityMessageOnly": "true" if self.high_priority else None,
            "MessageIDs": None,
            "Pagination": None,
            "StartTime": _millis(self.start),
            **more,
            "DetailLevel": level,
            "ErrorLanguage": self.error_language,
            "OutputSelector": list(self._selected(level)),
            "WarningLevel": self.warning_level,
        }
        return written(CALL, content)

    def _selected(self, level: str) -> tuple[str, ...]:
        """What to send back; always the id, by which headers and bodies are joined, and of bodies the texts."""
        if not self.output or any(name.rpartition(".")[2] == "Message" for name in self.output):
            return self.output or ()
        always = ("MessageID", "Text", "Content") if level == "ReturnMessages" else ("MessageID",)
        there = {name.rpartition(".")[2] for name in self.output}
        return (*self.output, *(name for name in always if name not in there))


class FoldersRequest(Request):
    """The argument of ``Ebay.folders``."""

    max_rows: Annotated[int, Field(ge=1)] | None = argument("a whole number from 1, or None for all rows")


def _millis(moment: datetime | None) -> str | None:
    return None if moment is None else f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"
