"""`lk.explore`: a dashboard of leads in a notebook."""

from __future__ import annotations

from typing import Literal, get_args

from leadkit.errors import InvalidRequest
from leadkit.explorer.board import board_of
from leadkit.explorer.cases import evidence_of
from leadkit.explorer.one_lead import people_of
from leadkit.explorer.widget import LeadExplorer
from leadkit.metrics.clocks import Hours
from leadkit.metrics.traces import AnyFrame

Look = Literal["auto", "light", "dark"]


def explore(
    leads: AnyFrame,
    *,
    times: AnyFrame | None = None,
    messages: AnyFrame | None = None,
    conversations: AnyFrame | None = None,
    mail: AnyFrame | None = None,
    crm: AnyFrame | None = None,
    hours: Hours | None = None,
    zone: str = "UTC",
    reveal: bool = False,
    theme: Look = "auto",
) -> LeadExplorer:
    """A dashboard of leads: key figures, filters, charts to click on, a table, and each lead with its thread.

    The numbers are those of `response_summary`, `fee_totals`, `response_buckets`, `lead_flow` and `trade_ins` of what
    is chosen. A click on a bar or an hour chooses it, a second click takes it away. All of it can be done in code, too:
    see `LeadExplorer.filter`. Where no widget can be shown, its HTML has the same numbers, and so has its repr.

    Personal data is masked, also in what `selection` and `to_csv` give, unless ``reveal=True``; the search then looks
    into names, addresses and texts, too.

    Args:
        leads: needs lead_id, item_id, item_title, submitted_at, status, financing, trade_in_make, trade_in_model,
            trade_in_year, fee and fee_currency, and what `response_times` needs, where `times` is not given. Several
            records of one lead count once, as in `fee_totals`.
        times: of `response_times`; None: made from the leads and what is given of messages, conversations and mail.
        messages: of the threads, also for the thread of a lead.
        conversations: likewise.
        mail: likewise.
        crm: of `crm.leads`; shown with the leads whose e-mail address is the same.
        hours: when the shop is open, for the choice of leads that came while it was, or was not. None: what `times`
            says of it.
        zone: the time zone of all days, hours and times that are shown, such as ``"America/Chicago"``.
        reveal: show personal data.
        theme: ``"light"``, ``"dark"``, or ``"auto"`` for that of the notebook.

    Returns:
        A `LeadExplorer`, an ipywidgets widget: let a notebook show it.

    Raises:
        MissingColumns: a frame lacks a column; names the nearest.
        InvalidRequest: an argument is no frame, a column has another dtype, there is no such zone or theme, or
            reveal is no Boolean.
    """
    if theme not in get_args(Look):
        raise InvalidRequest(f"explore: theme={theme!r} is refused: allowed is 'auto', 'light' or 'dark'.")
    if not isinstance(reveal, bool):
        raise InvalidRequest(f"explore: reveal={reveal!r} is refused: allowed is True or False.")
    evidence = evidence_of(messages, conversations, mail)
    people = None if crm is None else people_of(crm)
    board = board_of(leads, times=times, evidence=evidence, crm=people, hours=hours, zone=zone, reveal=reveal)
    return LeadExplorer(board, theme)
