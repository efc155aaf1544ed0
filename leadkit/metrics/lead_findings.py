"""What findings say of leads: how many have no reply, what those cost, and how far the numbers can be trusted."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from leadkit import wording
from leadkit.metrics.figures import Figures, Row, known
from leadkit.metrics.statement import HALF, TENTH, Finding, Share


def unanswered(figures: Figures) -> Iterator[Finding]:
    """The share of leads without a reply."""
    waiting, n = figures.all["unanswered"], known(figures.all)
    if not n:
        return
    share = Share.of(waiting, n, figures.options.level)
    yield Finding(
        severity=_by_share(share) if waiting else "low",
        topic="unanswered",
        title=f"{wording.share(share.value)} of leads have no reply" if waiting else "Every lead has a reply",
        sentence=f"{waiting:,} of {wording.count(n, 'lead')} ({share}) had no reply that eBay shows when they "
        "were last seen. Replies by phone do not show.",
        n=n,
        rests_on="response_summary(times): unanswered, leads - unknown; wilson",
        **share.columns,
    )


def cost(figures: Figures) -> Iterator[Finding]:
    """What leads without a reply cost, in each currency."""
    for row in figures.fees:
        if row["unanswered"] and row["unanswered_spend"] is not None:
            yield _cost(row, figures.options.level)


def coverage(figures: Figures) -> Iterator[Finding]:
    """Of how many leads nothing is known."""
    lost, n = figures.all["unknown"], figures.all["leads"]
    if not lost:
        return
    share = Share.of(lost, n, figures.options.level)
    yield Finding(
        severity="high" if share.value >= HALF else "medium" if share.value >= TENTH else "low",
        topic="coverage",
        title=f"Nothing is known of {wording.count(lost, 'lead')}",
        sentence=f"No record tells whether {lost:,} of {wording.count(n, 'lead')} ({share}) had a reply: they count "
        "neither as answered nor as unanswered.",
        n=n,
        rests_on="response_summary(times): unknown, leads; wilson",
        **share.columns,
    )


def conflicts(figures: Figures) -> Iterator[Finding]:
    """How many leads have sources that contradict each other."""
    if not figures.conflicts:
        return
    share = Share.of(figures.conflicts, figures.rows, figures.options.level)
    yield Finding(
        severity="medium" if share.value >= TENTH else "low",
        topic="conflicts",
        title=f"Sources contradict each other on {wording.count(figures.conflicts, 'lead')}",
        sentence=f"On {figures.conflicts:,} of {wording.count(figures.rows, 'lead')} two sources can't both be true: "
        "the stronger one was taken.",
        n=figures.rows,
        rests_on="response_times: conflict; explain(times, lead_id)",
        **share.columns,
    )


def duplicates(figures: Figures) -> Iterator[Finding]:
    """How many leads repeat another, and what those cost."""
    again = figures.all["duplicates"]
    if not again:
        return
    share = Share.of(again, figures.rows, figures.options.level)
    paid = [wording.money(row["total"], row["fee_currency"]) for row in figures.repeated]
    fees = f" and with their fees in full: {wording.listed(paid)}" if paid else ""
    yield Finding(
        severity="low",
        topic="duplicates",
        title=f"{wording.count(again, 'lead')} repeat another",
        sentence=f"{again:,} of {wording.count(figures.rows, 'lead')} ask again about the same listing within 24 "
        f"hours, before a reply: each counts once for the waits{fees}.",
        n=figures.rows,
        rests_on="response_summary(times): duplicates; fee_totals(leads, times=times) of these leads: total",
        **share.columns,
    )


def few(figures: Figures) -> Iterator[Finding]:
    """What rests on fewer than 30 leads."""
    n = known(figures.all)
    small = {"the waits": n} if 0 < n < _FEW else {}
    small |= {f"fees in {row['fee_currency']}": row["charged"] for row in figures.fees if row["few"]}
    if not small:
        return
    counts = [f"{what} ({wording.count(leads, 'lead')})" for what, leads in small.items()]
    least = min(small.values())
    yield Finding(
        severity="medium" if "the waits" in small else "low",
        topic="few leads",
        title=f"Fewer than {_FEW} leads behind {wording.listed(list(small))}",
        sentence=f"Fewer than {_FEW} leads stand behind {wording.listed(counts)}: look at the intervals, and below 10 "
        "at the counts only.",
        n=least,
        rests_on="response_summary(times): leads - unknown; fee_totals(leads): charged, few",
        value=float(least),
        unit="leads",
    )


def _cost(row: Row, level: float) -> Finding:
    currency, waiting = row["fee_currency"], row["unanswered"]
    share = Share.of(waiting, waiting + row["answered"], level)
    spend, total, each = (_money(row[name], currency) for name in ("unanswered_spend", "total", "per_lead"))
    dear = f"an answered one {_money(row['per_answered_lead'], currency)}" if row["answered"] else "none was answered"
    return Finding(
        severity=_by_share(share),
        topic="cost",
        title=f"{spend} went to leads without a reply",
        sentence=f"{wording.count(row['charged'], 'lead')} cost {total}, {spend} of it for {waiting:,} without a "
        f"reply. A lead costs {each}, {dear}.",
        n=waiting + row["answered"],
        rests_on="fee_totals(leads, times=times): unanswered_spend, total, per_lead, per_answered_lead; wilson",
        amount=row["unanswered_spend"],
        currency=currency,
        **share.columns,
    )


def _money(amount: Decimal, currency: str) -> str:
    return wording.money(amount, currency)


def _by_share(share: Share) -> str:
    return "high" if share.low >= TENTH else "medium"


_FEW = 30
