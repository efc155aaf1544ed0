"""Opening hours as people write them, read into spans of each weekday and of single dates.

A span is (begin, end) in microseconds of wall-clock time since the midnight that its date begins with; an end beyond
24:00 lies on the next date. Spans of a day are sorted; those that overlap or touch stay apart, since only as instants
do they count once: the clocks may skip the boundary between them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from itertools import groupby

from leadkit.errors import InvalidRequest

Span = tuple[int, int]
Spans = tuple[Span, ...]
Week = tuple[Spans, ...]  # of Monday to Sunday
Dated = tuple[tuple[date, Spans], ...]
GivenSpans = str | Iterable[tuple[str | time, str | time]] | None

SECOND = 1_000_000
DAY = 86_400 * SECOND


def week_of(weekly: str | Mapping[str, GivenSpans]) -> Week:
    """The spans of Monday to Sunday, read from an opening-hours string or from a dict by weekday.

    The string is written as OpenStreetMap's ``opening_hours`` are: rules between semicolons, each with its days (none
    for every day) and its hours, ``off`` or ``closed``. A later rule replaces what an earlier one says of the same day;
    a rule after a comma adds to it.

    Raises:
        InvalidRequest: a part can't be read; names the part.
    """
    if isinstance(weekly, str):
        return _week_of_text(weekly)
    if not isinstance(weekly, Mapping):
        raise _refused("weekly", weekly, "a string such as 'Mo-Fr 09:00-17:00', or a dict by weekday")
    week: dict[int, Spans] = {}
    for days, spans in weekly.items():
        week |= dict.fromkeys(_days(days, "weekly"), spans_of(spans, f"weekly[{days!r}]"))
    return tuple(week.get(day, ()) for day in range(7))


def dated_of(given: Mapping[date | str, GivenSpans] | None, name: str) -> Dated:
    """The spans of single dates, sorted by date.

    Raises:
        InvalidRequest: it is no dict, a key is no date, or spans can't be read; names the argument and the date.
    """
    if given is None:
        return ()
    if not isinstance(given, Mapping):
        raise _refused(name, given, "a dict such as {'2026-12-24': [('10:00', '14:00')]}")
    read = {date_of(day, name): spans_of(spans, f"{name}[{str(day)!r}]") for day, spans in given.items()}
    return tuple(sorted(read.items()))


def date_of(day: object, name: str) -> date:
    """A date, also from its ISO form.

    Raises:
        InvalidRequest: it is neither; a moment is refused too, since its date depends on the zone.
    """
    if isinstance(day, date) and not isinstance(day, datetime):
        return day
    try:
        return date.fromisoformat(day)  # type: ignore[arg-type] # what is no string raises TypeError
    except (TypeError, ValueError):
        raise _refused(name, day, "a date, or its ISO form such as '2026-12-24'") from None


def spans_of(given: GivenSpans, name: str) -> Spans:
    """The spans of one day: of pairs of times, of a string such as ``"09:00-12:00,13:00-18:00"``; none for closed.

    Raises:
        InvalidRequest: a part can't be read; names where it stands.
    """
    if isinstance(given, str):
        return _spans_of_text(given, name)
    if given is None:
        return ()
    wanted = "a list of pairs such as [('09:00', '17:00')]"
    if not isinstance(given, Iterable):
        raise _refused(name, given, wanted)
    pairs = list(given)
    if not all(isinstance(pair, tuple | list) and len(pair) == 2 for pair in pairs):  # noqa: PLR2004 - a pair
        raise _refused(name, pairs, wanted)
    return _sorted(_span(begin, end, name) for begin, end in pairs)


def written(week: Week) -> str:
    """A week as an opening-hours string, which reads back as the same week."""
    if all(spans == ((0, DAY),) for spans in week):
        return "24/7"
    runs = [
        (spans, [day for day, _ in run]) for spans, run in groupby(enumerate(week), key=lambda one: one[1]) if spans
    ]
    return "; ".join(f"{_written_days(days)} {written_spans(spans)}" for spans, days in runs) or "off"


def written_spans(spans: Spans) -> str:
    """The spans of one day as ``09:00-12:00,13:00-18:00``; ``off`` for none."""
    return ",".join(f"{_written_time(begin)}-{_written_time(end)}" for begin, end in spans) or "off"


def _week_of_text(text: str) -> Week:
    week: list[Spans] = [()] * 7
    for rule in filter(None, map(str.strip, text.replace("–", "-").split(";"))):  # noqa: RUF001 - the dash of word processors
        replaced: dict[int, Spans] = {}
        for part in _ADDED.split(rule):
            days, spans = _rule(part)
            replaced |= {day: _sorted([*replaced.get(day, ()), *spans]) for day in days}
        for day, spans in replaced.items():
            week[day] = spans
    if not text.strip("; "):
        raise _refused("weekly", text, "opening hours; write 'off' where nothing is open")
    return tuple(week)


def _rule(text: str) -> tuple[list[int], Spans]:
    if text.strip() == "24/7":
        return list(range(7)), ((0, DAY),)
    hint = next((hint for words, hint in _ELSEWHERE if words.search(text)), None)
    found = _RULE.fullmatch(text)
    if hint or not found:
        raise InvalidRequest(f"BusinessHours: weekly has the part {text!r}, which can't be read: {hint or _FORM}.")
    days = _days(found["days"], "weekly") if found["days"] else list(range(7))
    return days, _spans_of_text(found["hours"], "weekly")


def _days(text: object, name: str) -> list[int]:
    if not isinstance(text, str):
        raise _refused(name, text, "weekdays as keys, such as 'mon' or 'mon-fri'")
    return [day for part in text.split(",") for day in _run_of_days(part, name)]


def _run_of_days(text: str, name: str) -> list[int]:
    ends = [_day(part.strip(), name) for part in text.split("-")]
    if len(ends) > 2:  # noqa: PLR2004 - from one day to another
        raise _refused(name, text, "one weekday, or two with a dash between")
    first, last = ends[0], ends[-1]
    return [(first + step) % 7 for step in range((last - first) % 7 + 1)]


def _day(text: str, name: str) -> int:
    near = [day for day, full in enumerate(_DAYS) if len(text) > 1 and full.startswith(text.lower())]
    if not near:
        raise _refused(name, text, "weekdays such as Mo, Tue or friday")
    return near[0]


def _spans_of_text(text: str, name: str) -> Spans:
    if text.strip().lower() in {"off", "closed"}:
        return ()
    parts = [part.split("-") for part in text.replace("–", "-").split(",")]  # noqa: RUF001 - the dash of word processors
    if any(len(part) != 2 for part in parts):  # noqa: PLR2004 - a pair
        raise _refused(name, text, "hours such as '09:00-17:00' with commas between, or 'off'")
    return _sorted(_span(begin.strip(), end.strip(), name) for begin, end in parts)


def _sorted(spans: Iterable[Span]) -> Spans:
    return tuple(sorted(set(spans)))


def _span(begin: object, end: object, name: str) -> Span:
    """One span; where it ends before it begins, it ends on the next date."""
    first, last = _time(begin, name), _time(end, name)
    if first == last or first >= DAY:
        said = f"{begin}-{end}"
        raise _refused(name, said, "spans of some length that begin before 24:00; the whole day is '00:00-24:00'")
    return (first, last if last > first else last + DAY)


def _time(value: object, name: str) -> int:
    """Microseconds since midnight; up to 48:00, as OpenStreetMap writes what ends on the next date."""
    text = value.isoformat() if isinstance(value, time) else value
    found = _TIME.fullmatch(text) if isinstance(text, str) else None
    hour, minute, second = (int(part or 0) for part in found.groups()) if found else (99, 0, 0)
    micros = (hour * 3600 + minute * 60 + second) * SECOND
    if micros > 2 * DAY:
        raise _refused(name, value, "times of day such as '09:00', '17:30' or '24:00'")
    return micros


def _written_days(days: list[int]) -> str:
    names = [_DAYS[day][:2].title() for day in days]
    return names[0] if len(names) == 1 else f"{names[0]}-{names[-1]}"


def _written_time(micros: int) -> str:
    minutes, second = divmod(micros // SECOND, 60)
    return f"{minutes // 60:02}:{minutes % 60:02}" + (f":{second:02}" if second else "")


def _refused(name: str, value: object, allowed: str) -> InvalidRequest:
    return InvalidRequest(f"BusinessHours: {name}={value!r} is refused: allowed are {allowed}.")


_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_TIME = re.compile(r"([0-9]{1,2}):([0-5][0-9])(?::([0-5][0-9]))?")
_ADDED = re.compile(r"(?:(?<=[0-9])|(?<=off)|(?<=closed))\s*,\s*(?=[a-z])", re.IGNORECASE)  # after hours, before a day
_RULE = re.compile(r"(?:(?P<days>[a-z][a-z\s,-]*?)\s*[\s:]\s*)?(?P<hours>[0-9][0-9:\s,-]*|off|closed)", re.IGNORECASE)
_FORM = "write days and hours, such as 'Mo-Fr 09:00-12:00,13:00-18:00', 'Su off' or '24/7'"
_MONTH = r"\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)|[0-9]{4}-[0-9]{2}-"
_ELSEWHERE = (
    (re.compile(r"\b(?:PH|SH)\b", re.IGNORECASE), "holidays are given as holidays="),
    (re.compile(_MONTH, re.IGNORECASE), "hours of single dates are given as special="),
)
