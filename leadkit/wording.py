"""Numbers as people read them: money, spans of time, shares, counts. The same number has the same words everywhere."""

from __future__ import annotations

from datetime import timedelta
from decimal import ROUND_HALF_EVEN, Context, Decimal
from math import isfinite

from leadkit.metrics.currencies import minor_digits


def money(amount: Decimal, currency: str | None) -> str:
    """An amount such as ``USD 1,234.50``, rounded half to even at the currency's minor unit (JPY none, KWD three).

    Args:
        amount: of whatever many digits.
        currency: the code of ISO 4217; of one that is not known two digits are shown. None: the amount alone.
    """
    rounded = amount.quantize(Decimal(1).scaleb(-minor_digits(currency)), ROUND_HALF_EVEN, _ANY_SIZE)
    shown = f"{rounded or rounded.copy_abs():,}"  # no -0.00
    return shown if currency is None else f"{currency} {shown}"


def span(length: timedelta) -> str:
    """A span of time in its two largest units, such as ``22 min 52 s``, ``3 h 5 min``, ``2 d 4 h``.

    Rounded half to even at the smaller one; a unit of which there is none is left out.
    """
    seconds = abs(length) / timedelta(seconds=1)
    if 0 < seconds < _LEAST:
        return "under 1 s"
    rounded = next(found for step, limit in _STEPS if (found := round(seconds / step) * step) < limit)
    parts = [f"{count:,} {unit}" for unit, count in _split(rounded) if count]
    return ("-" if length < timedelta() else "") + (" ".join(parts) or "0 s")


def bounds(first: timedelta | None, last: timedelta | None, form: str = "{} to {}") -> str:
    """Between which spans something lies, such as ``22 min 52 s to 3 h 5 min``; one span where both read the same.

    Args:
        first: None: not reached.
        last: None: not reached, so ``22 min 52 s or longer``.
        form: how the two stand together.
    """
    if first is None:
        return "not reached"
    if last is None:
        return f"{span(first)} or longer"
    return span(last) if span(first) == span(last) else form.format(span(first), span(last))


def share(part: float) -> str:
    """A share in percent with one digit, such as ``35.2 %``; only none is ``0 %``, only all ``100 %``, NaN ``-``."""
    if not isfinite(part):
        return "-"
    if part in {0, 1}:
        return f"{100 * abs(part):.0f} %"
    shown = f"{100 * part:.1f}"
    return {"0.0": "under 0.1 %", "-0.0": "over -0.1 %", "100.0": "over 99.9 %"}.get(shown, f"{shown} %")


def count(number: int, one: str, many: str | None = None) -> str:
    """A number with what is counted, such as ``1 lead``, ``1,234 leads``; `many` where an s does not do."""
    return f"{number:,} {one}" if number == 1 else f"{number:,} {many or f'{one}s'}"


def listed(words: list[str]) -> str:
    """Words with commas, and the last one with *and*."""
    return " and ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))


_ANY_SIZE = Context(prec=60)  # the usual 28 digits are fewer than a column of money holds
_LEAST = 0.5  # of a second, which rounds to none
_STEPS = ((1, 3_600), (60, 86_400), (3_600, float("inf")))  # up to an hour whole seconds, up to a day whole minutes


def _split(seconds: int) -> tuple[tuple[str, int], ...]:
    minutes, second = divmod(seconds, 60)
    hours, minute = divmod(minutes, 60)
    day, hour = divmod(hours, 24)
    return ("d", day), ("h", hour), ("min", minute), ("s", second)
