"""Arguments checked before anything is sent: a pydantic model per request, and errors that name the API's own code."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Any, ClassVar, NoReturn, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, ValidationInfo, model_validator
from pydantic_core import PydanticCustomError

from leadkit.errors import InvalidRequest

R = TypeVar("R", bound="Request")

CLOCK_SKEW = timedelta(minutes=1)
"""An end in the future is sent as this much before now: the API wants a past date, by its own clock."""


class Request(BaseModel):
    """The arguments of one fetch, checked."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", arbitrary_types_allowed=True)
    codes: ClassVar[Mapping[str, str]] = {}
    """The API's codes for what several requests have in common: "time", "future", "order"."""


def argument(
    allowed: str, code: str | None = None, *, default: Any = None
) -> Any:  # pydantic's Field() returns Any too
    """An argument: what is allowed in words, and the code with which the API itself would refuse anything else."""
    return Field(default=default, description=allowed, json_schema_extra={"code": code})


def checked(request: type[R], source: str, arguments: Mapping[str, Any], **context: Any) -> R:
    """The request that these arguments make.

    Raises:
        InvalidRequest: names the argument, what was given, what is allowed, and the API's own error code.
    """
    failed: InvalidRequest
    try:
        return request.model_validate(dict(arguments), context=context)
    except ValidationError as error:
        failed = _refusal(request, source, error)
    raise failed


def refuse(parameter: str, allowed: str, given: object, code: str | None = None) -> NoReturn:
    """For validators over several arguments: refuse one of them."""
    context = {"parameter": parameter, "allowed": allowed, "given": repr(given), "code": code or ""}
    raise PydanticCustomError("leadkit", "refused", context)


def _refusal(request: type[Request], source: str, error: ValidationError) -> InvalidRequest:
    first = error.errors(include_url=False)[0]
    context = first.get("ctx", {})
    parameter = context.get("parameter") or str(first["loc"][0] if first["loc"] else "arguments")
    info = request.model_fields.get(parameter)
    extra: Any = (info.json_schema_extra if info else None) or {}
    allowed = context.get("allowed") or (info.description if info else "one of the documented arguments")
    given = context.get("given") or repr(first["input"])
    code = context.get("code") or extra.get("code") or None
    code = request.codes.get(code, code if code and code.isdecimal() else None) if code else None
    tail = f" The API would answer with its error {code}." if code else ""
    return InvalidRequest(
        f"{source}: {parameter}={_short(given)} is refused: allowed is {allowed}. Nothing was sent.{tail}",
        source=source,
        code=code,
        errors=[{"code": code, "message": allowed, "parameters": [{"name": parameter, "value": _short(given)}]}],
    )


def _short(text: str) -> str:
    return text if len(text) <= 100 else f"{text[:99]}…"  # noqa: PLR2004 - a line


def _zone(value: object) -> object:
    if isinstance(value, str):
        try:
            return ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            pass
    raise ValueError("not a zone")


def _moment(value: object, info: ValidationInfo) -> datetime | None:
    if value is None:
        return None
    found = _read_moment(value)
    zone = info.data.get("zone") or ZoneInfo("UTC")
    try:
        moment = (found if found.tzinfo else found.replace(tzinfo=zone)).astimezone(UTC)
    except OverflowError:
        raise ValueError("beyond the calendar") from None
    if moment.year < _FIRST_YEAR:
        raise ValueError("before any year of four digits")
    return moment


def _read_moment(value: object) -> datetime:
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return datetime.combine(value, time())
    if isinstance(value, str):
        return datetime.fromisoformat(value)
    raise ValueError("not a time")


def _names(value: object) -> tuple[object, ...]:
    if isinstance(value, str):
        return (value,)
    if isinstance(value, Iterable) and not isinstance(value, Mapping | bytes):
        return tuple(value)
    raise ValueError("no names")


def _item_id(value: object) -> object:
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    if isinstance(text, str) and _DIGITS.fullmatch(text) and text.strip("0"):
        return text
    raise ValueError("not the number of a listing")


_FIRST_YEAR = 1000  # strftime writes earlier years with fewer digits
_DIGITS = re.compile(r"[0-9]{1,19}")
ItemId = Annotated[str, BeforeValidator(_item_id)]
Names = Annotated[tuple[str, ...], BeforeValidator(_names)]
Zone = Annotated[ZoneInfo, BeforeValidator(_zone)]
Moment = Annotated[datetime | None, BeforeValidator(_moment)]
A_TIME = "a date, a datetime or an ISO 8601 string such as '2026-08-01' or '2026-08-01T09:00:00Z'"


class Span(Request):
    """A span of time: `start` is in it, `end` is not; naive values are read in `zone`."""

    zone: Zone = argument("the name of a time zone such as 'UTC' or 'America/Chicago'", default=ZoneInfo("UTC"))
    start: Moment = argument(A_TIME, "time")
    end: Moment = argument(A_TIME, "time")
    max_rows: Annotated[int, Field(ge=1)] | None = argument("a whole number from 1, or None for all rows")

    @model_validator(mode="after")
    def _in_order(self, info: ValidationInfo) -> Span:
        now: datetime = (info.context or {})["now"]
        if self.start and self.start > now:
            refuse("start", f"a time in the past (it is {_iso(now)})", _iso(self.start), "future")
        if self.start and self.end and self.end <= self.start:
            refuse("end", f"a time after start={_iso(self.start)}", _iso(self.end), "order")
        return self


def clamp_end(end: datetime | None, start: datetime | None, now: datetime) -> datetime | None:
    """The end to send: one in the future becomes a minute before now (352004 asks for a date in the past)."""
    if end is None or end <= now:
        return end
    return max(now - CLOCK_SKEW, start + timedelta(seconds=1) if start else now - CLOCK_SKEW)


def whole_seconds(start: datetime | None, end: datetime | None) -> tuple[datetime | None, datetime | None]:
    """The whole seconds around a span: outwards, and at least one."""
    low = start and start.replace(microsecond=0)
    high = end and (end.replace(microsecond=0) + _SECOND if end.microsecond else end)
    return low, max(high, low + _SECOND) if high and low else high


_SECOND = timedelta(seconds=1)


def _iso(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
