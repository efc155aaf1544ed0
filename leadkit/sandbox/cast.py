"""The listings and the buyers of the invented dealership."""

from dataclasses import dataclass

from leadkit.sandbox.dice import Dice
from leadkit.sandbox.moments import DAY, FIRST_DAY, SECOND
from leadkit.sandbox.words import (
    AREA_CODES,
    FIRST_NAMES,
    HANDLES,
    LAST_NAMES,
    MAIL_DOMAINS,
    MEMBER_DOMAIN,
    POSTAL_CODES,
    TITLE_ENDS,
    VEHICLES,
)

TITLE_LENGTH = 80
LEADS_PER_LISTING = 10
ID_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz0123456789"


@dataclass(frozen=True, slots=True)
class Listing:
    """A vehicle for sale."""

    item_id: str
    title: str
    car: str
    fee_cents: int  # what a lead costs, in US cents
    market: str  # "US" is charged in USD, "CA" in CAD converted from USD, "CA_OWN" in CAD outright
    role: str  # "many", "single" or "empty": how many leads it may get
    listed_at: int
    ended_at: int | None


@dataclass(frozen=True, slots=True)
class Buyer:
    """A person, or the few facts of one that the APIs show."""

    first_name: str
    last_name: str
    phone: str
    postal_code: str
    shares: str  # which contact fields the buyer fills in: "all", "name", "phone" or "none"
    user_name: str | None  # None: not logged in
    immutable_id: str | None
    lead_name: str | None  # what the Leads API shows as userId
    thread_name: str | None  # what the Message API shows
    email: str | None  # "--" is a hidden one
    external_email: str | None


def make_listings(seed: int, leads: int, now: int) -> list[Listing]:
    """Make the listings; the first one is open for any number of leads."""
    dice = Dice(seed, "listings")
    return [_listing(dice, number, now) for number in range(leads // LEADS_PER_LISTING + 3)]


def make_member(dice: Dice, number: int) -> Buyer:
    """Make a buyer who is logged in to eBay."""
    user_name = f"{dice.pick(HANDLES[0])}_{dice.pick(HANDLES[1])}{number}"
    immutable_id = make_immutable_id(dice)
    masking = dice.between(1, 100)
    lead_name = immutable_id if masking <= 6 else user_name  # noqa: PLR2004 -- 6 % are masked in both APIs
    thread_name = immutable_id if masking <= 7 else user_name  # noqa: PLR2004 -- and 1 % in the Message API only
    if masking > 97:  # noqa: PLR2004 -- 3 % differ in upper and lower case
        thread_name = user_name.title()
    emails = (f"{user_name}@{dice.pick(MAIL_DOMAINS)}", f"{immutable_id.lower()}@{MEMBER_DOMAIN}", "--", None)
    email = emails[dice.low(len(emails))]
    external = f"{user_name}@{dice.pick(MAIL_DOMAINS)}" if dice.chance(0.3) else None
    return _person(dice, number, (user_name, immutable_id, lead_name, thread_name, email, external))


def make_guest(dice: Dice, number: int) -> Buyer:
    """Make a buyer who filled in the form without logging in: an external e-mail is all that names them."""
    external = f"{dice.pick(HANDLES[1])}.{number}@{dice.pick(MAIL_DOMAINS)}"
    return _person(dice, number, (None, None, None, None, None, external))


def make_immutable_id(dice: Dice) -> str:
    """Make an id of the form that replaces a user name."""
    return "".join(dice.pick(ID_LETTERS) for _ in range(11))


def _person(dice: Dice, number: int, identity: tuple[str | None, ...]) -> Buyer:
    spelling = dice.pick(("{0}-555-{1}", "({0}) 555-{1}", "+1 {0} 555 {1}", "{0}555{1}"))
    phone = spelling.format(dice.pick(AREA_CODES), f"01{number % 100:02d}")
    shares = ("all", "all", "all", "all", "name", "phone", "none")
    return Buyer(
        dice.pick(FIRST_NAMES), dice.pick(LAST_NAMES), phone, dice.pick(POSTAL_CODES), dice.pick(shares), *identity
    )


def _listing(dice: Dice, number: int, now: int) -> Listing:
    make, model = dice.pick(VEHICLES)
    car = f"{dice.between(1998, 2026)} {make} {model}"
    role = "many" if number == 0 else dice.pick(("many",) * 8 + ("single", "empty"))
    listed_at = FIRST_DAY - dice.between(1, 40) * DAY
    if role == "empty":
        listed_at = FIRST_DAY + dice.between(1, (now - DAY - FIRST_DAY) // SECOND) * SECOND
    ended = number > 0 and role == "many" and dice.chance(0.14)
    return Listing(
        item_id=f"{256_000_000_000 + number * 1_000_003 + dice.between(0, 999_999)}",
        title=f"{car} {dice.pick(TITLE_ENDS)}"[:TITLE_LENGTH],
        car=car,
        fee_cents=dice.pick((1500, 2000, 2250, 2500, 3999)),
        market=dice.pick(("US",) * 7 + ("CA", "CA", "CA_OWN")),
        role=role,
        listed_at=listed_at,
        ended_at=now - dice.between(1, 50) * DAY - dice.between(0, DAY // SECOND) * SECOND if ended else None,
    )
