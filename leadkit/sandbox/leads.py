"""Leads as the dealership knows them: the form, the fee, the exchange of messages, and the truth about the reply."""

from dataclasses import dataclass, replace

from leadkit.sandbox.cast import Buyer, Listing
from leadkit.sandbox.dice import Dice
from leadkit.sandbox.moments import DAY
from leadkit.sandbox.scenes import Event, Scene, Submission
from leadkit.sandbox.words import CREDIT_DESCRIPTION, FEE_DESCRIPTIONS, TRADE_IN_YEARS, TRADE_INS

FIRST_MESSAGE_NUMBER = 1_730_000_000  # the specification promises int32
CAD_PER_100_USD = 137


@dataclass(frozen=True, slots=True)
class Exchange:
    """A buyer's message with the seller's answer, which has no time of its own in the Leads API."""

    at: int
    question: str
    number: int
    response: str | None


@dataclass(frozen=True, slots=True)
class Fee:
    """What the lead cost; without a value no amount is told."""

    description: str
    value: str | None = None
    currency: str | None = None
    original: str | None = None
    original_currency: str | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """The truth about the reply: the first one that eBay shows, the first by a person, and how the first came."""

    first_reply_at: int | None
    first_human_reply_at: int | None
    replied_by: str | None  # "message", "auto", "phone"


@dataclass(frozen=True, slots=True)
class Lead:
    """One lead: what was submitted, and what became of it."""

    number: int
    listing: Listing
    buyer: Buyer
    submitted_at: int
    dotted: bool
    message: str | None
    email: str | None
    external_email: str | None
    exchanges: tuple[Exchange, ...]
    responded: bool
    fee: Fee
    financing: bool | None
    trade_in: tuple[str, str, str] | None
    spam: bool
    outcome: Outcome
    scene: int  # which story it is part of
    question: int | None  # which event of the story asked
    reply: int | None  # which event of the story answered
    duplicate_of: int | None = None


def make_leads(seed: int, scenes: list[Scene]) -> list[Lead]:
    """Make the leads of all stories, in order of submission."""
    dice = Dice(seed, "forms")
    leads = [lead for number, scene in enumerate(scenes) for lead in _leads_of(dice, number, scene)]
    leads.sort(key=lambda lead: lead.submitted_at)
    return _with_duplicates([_numbered(lead, number) for number, lead in enumerate(leads, start=1)])


def _leads_of(dice: Dice, number: int, scene: Scene) -> list[Lead]:
    leads = [_lead(dice, number, scene, submission) for submission in scene.submissions]
    return [leads[0], *(_same_form(leads[0], lead) for lead in leads[1:])] if scene.kind == "repeat" else leads


def _same_form(first: Lead, lead: Lead) -> Lead:
    """Fill in an exact repeat as the lead before it."""
    forms = replace(lead, dotted=first.dotted, email=first.email, external_email=first.external_email)
    return replace(forms, fee=first.fee, financing=first.financing, trade_in=first.trade_in)


def _lead(dice: Dice, number: int, scene: Scene, submission: Submission) -> Lead:
    outcome, reply = _outcome(scene, submission.at)
    external = scene.buyer.external_email
    return Lead(
        number=0,
        listing=scene.listing,
        buyer=scene.buyer,
        submitted_at=submission.at,
        dotted=dice.chance(0.7),
        message=submission.question.body if submission.question else None,
        email=scene.buyer.email,
        external_email=external.title() if external and dice.chance(0.1) else external,
        exchanges=_exchanges(scene, submission),
        responded=outcome.first_reply_at is not None and not scene.status_stuck,
        fee=_fee(dice, scene.listing),
        financing=dice.pick((True, True, False, False, False, None, None)),
        trade_in=(*dice.pick(TRADE_INS), dice.pick(TRADE_IN_YEARS)) if dice.chance(0.35) else None,
        spam=scene.kind == "spam",
        outcome=outcome,
        scene=number,
        question=_place(scene, submission),
        reply=reply,
    )


def _place(scene: Scene, submission: Submission) -> int | None:
    return next((place for place, event in enumerate(scene.written) if event is submission.question), None)


def _outcome(scene: Scene, since: int) -> tuple[Outcome, int | None]:
    """Find the first replies at or after the submission, and the place of the first visible one."""
    replies = [event for event in scene.events if event.at >= since and event.who != "buyer"]
    seen = next((event for event in replies if event.who != "phone"), None)
    person = next((event.at for event in replies if event.who != "auto"), None)
    how = {"seller": "message", "auto": "auto", "phone": "phone"}[replies[0].who] if replies else None
    place = next((place for place, event in enumerate(scene.written) if event is seen), None)
    return Outcome(seen.at if seen else None, person, how), place


def _exchanges(scene: Scene, submission: Submission) -> tuple[Exchange, ...]:
    """Pair the buyer's messages from this lead to the next one with the answers that follow them directly."""
    if submission.question is None:
        return ()
    others = {id(other.question) for other in scene.submissions if other is not submission}
    exchanges: list[Exchange] = []
    written = scene.written
    for place in range(_place(scene, submission) or 0, len(written)):
        if id(written[place]) in others:
            break
        if written[place].who == "buyer":
            exchanges.append(Exchange(written[place].at, written[place].body, place, _answer(written, place)))
    return tuple(exchanges)


def _answer(written: list[Event], place: int) -> str | None:
    answer = written[place + 1] if place + 1 < len(written) else None
    return answer.body if answer and answer.who != "buyer" else None


def _fee(dice: Dice, listing: Listing) -> Fee:
    drawn = dice.between(1, 1000)
    if drawn <= 45:  # noqa: PLR2004 -- 4.5 % come without an amount
        return Fee(dice.pick(FEE_DESCRIPTIONS))
    credit = drawn > 985  # noqa: PLR2004 -- 1.5 % are credits
    sign, description = (-1, CREDIT_DESCRIPTION) if credit else (1, dice.pick(FEE_DESCRIPTIONS))
    cents = sign * listing.fee_cents
    converted = sign * (listing.fee_cents * CAD_PER_100_USD // 100)
    if listing.market == "CA" and not dice.chance(0.1):  # some of its leads are charged in USD
        return Fee(description, _money(converted), "CAD", _money(cents), "USD")
    return Fee(description, _money(cents), "CAD" if listing.market == "CA_OWN" else "USD")


def _money(cents: int) -> str:
    return f"{'-' if cents < 0 else ''}{abs(cents) // 100}.{abs(cents) % 100:02d}"


def _numbered(lead: Lead, number: int) -> Lead:
    """Give the lead its number and its messages theirs, which rise with time."""
    first = FIRST_MESSAGE_NUMBER + 64 * number
    exchanges = tuple(replace(one, number=first + place) for place, one in enumerate(lead.exchanges))
    return replace(lead, number=number, exchanges=exchanges)


def _with_duplicates(leads: list[Lead]) -> list[Lead]:
    """Mark each lead of the same buyer and listing within a day of the one before, with no visible reply between."""
    episodes: dict[tuple[str, str], tuple[int, Lead]] = {}
    marked = []
    for lead in leads:
        place = (lead.listing.item_id, (lead.buyer.lead_name or lead.external_email or "").casefold())
        first, before = episodes.get(place, (lead.number, lead))
        first = first if _same_episode(before, lead) else lead.number
        episodes[place] = first, lead
        marked.append(lead if first == lead.number else replace(lead, duplicate_of=first))
    return marked


def _same_episode(before: Lead, lead: Lead) -> bool:
    reply = before.outcome.first_reply_at
    return lead.submitted_at - before.submitted_at <= DAY and (reply is None or reply >= lead.submitted_at)
