"""The dealership's LeadSquared: one lead there for most leads of eBay's, and some that came another way."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from leadkit.sandbox.cast import Buyer, make_guest
from leadkit.sandbox.dice import Dice
from leadkit.sandbox.leads import Lead
from leadkit.sandbox.moments import DAY, FIRST_DAY, HOUR, MINUTE, SECOND, as_text
from leadkit.sandbox.words import MEMBER_DOMAIN, STORES

FIRST_AUTO_ID = 48_101
STAGES = ("Prospect", "Contacted", "Opportunity", "Test drive", "Customer", "Invalid")
OWNERS = ("dana@cedarlot.example", "lee@cedarlot.example", "sam@cedarlot.example")
HEX = "0123456789abcdef"


@dataclass(frozen=True, slots=True)
class CrmLead:
    """One lead as LeadSquared keeps it: every value is text or null."""

    columns: Mapping[str, str | None]

    @property
    def prospect_id(self) -> str:
        """Its id."""
        return self.columns["ProspectID"] or ""


@dataclass(frozen=True, slots=True)
class Crm:
    """All leads by id in the order of the table, which one belongs to which lead of eBay's, and the ids to ask for."""

    leads: Mapping[str, CrmLead]
    of_lead: Mapping[int, str]
    ids: tuple[str, ...]


def make_crm(seed: int, leads: Sequence[Lead], now: int) -> Crm:
    """Make the CRM's leads."""
    dice = Dice(seed, "crm")
    of_lead, found, deleted = {}, [], []
    for lead in leads:
        drawn, prospect_id = dice.between(1, 100), _uuid(dice)
        row = _from_ebay(dice, lead, prospect_id, now)
        if drawn > 90 or row is None:  # noqa: PLR2004 -- one in ten never reached the CRM, or came too late
            continue
        if drawn > 88:  # noqa: PLR2004 -- 2 % have been deleted there since
            deleted.append(prospect_id)
            continue
        of_lead[lead.number] = prospect_id
        found.append(row)
    for number in range(len(leads) // 12):
        buyer = make_guest(dice, 700_000 + number)
        at = FIRST_DAY + dice.between(0, (now - FIRST_DAY) // SECOND - 1) * SECOND
        found.append(_walk_in(dice, buyer, _uuid(dice), at, now))
    found.sort(key=lambda row: row["CreatedOn"] or "")
    rows = [CrmLead({**row, "ProspectAutoId": str(FIRST_AUTO_ID + n)}) for n, row in enumerate(found)]
    rows = dice.shuffled(rows)
    ids = _ids(dice, [row.prospect_id for row in rows], deleted)
    return Crm({row.prospect_id: row for row in rows}, of_lead, ids)


def _ids(dice: Dice, found: Sequence[str], deleted: Sequence[str]) -> tuple[str, ...]:
    """List the ids that a dealer asks for: a few in capitals, a few deleted, one unknown, one twice."""
    ids = [one.upper() if dice.chance(0.03) else one for one in dice.shuffled(found)]
    if not ids:
        return ()
    ids[:0] = [ids[0].upper() if ids[0] != ids[0].upper() else ids[0].lower()]
    return (*ids, *deleted, _uuid(dice))


def _from_ebay(dice: Dice, lead: Lead, prospect_id: str, now: int) -> dict[str, str | None] | None:
    """Enter a lead some time after it was submitted."""
    at = lead.submitted_at + dice.pick((5 * SECOND, MINUTE, 9 * MINUTE, HOUR, 20 * HOUR)) + dice.between(0, 8 * MINUTE)
    at = at // SECOND * SECOND
    make, model, year = lead.trade_in or ("", "", "")
    traded = " ".join(part.strip() for part in (year, make, model) if part.strip())
    row = _row(dice, lead.buyer, prospect_id, at, now)
    row |= {
        "EmailAddress": _mail(lead),
        "Source": "eBay Motors",
        "mx_Item_ID": lead.listing.item_id if dice.chance(0.8) else None,
        "mx_eBay_User": lead.buyer.lead_name,
        "mx_Vehicle": lead.listing.car,
        "mx_Trade_In": traded if lead.trade_in else None,
        "mx_Notes": _notes(lead.message),
        "mx_Financing": {True: "true", False: "false", None: ""}[lead.financing],
    }
    return row if at < now else None


def _walk_in(dice: Dice, buyer: Buyer, prospect_id: str, at: int, now: int) -> dict[str, str | None]:
    row = _row(dice, buyer, prospect_id, at, now)
    return {**row, "EmailAddress": buyer.external_email, "Source": dice.pick(("Walk-in", "Phone", "Website"))}


def _row(dice: Dice, buyer: Buyer, prospect_id: str, at: int, now: int) -> dict[str, str | None]:
    changed = min(now - SECOND, at + dice.between(0, 30 * DAY // SECOND) * SECOND)
    named, reached = buyer.shares in {"all", "name"}, buyer.shares in {"all", "phone"}
    activity = changed if dice.chance(0.5) else None
    return {
        "ProspectID": prospect_id,
        "ProspectAutoId": None,
        "CreatedOn": _stamp(dice, at),
        "ModifiedOn": _stamp(dice, changed),
        "ProspectStage": dice.pick(STAGES),
        "FirstName": buyer.first_name if named else None,
        "LastName": buyer.last_name if named else dice.pick((None, "")),
        "EmailAddress": None,
        "Phone": f"+1-312-555-{buyer.phone[-4:]}" if reached else dice.pick((None, "")),
        "OwnerIdEmailAddress": dice.pick(OWNERS),
        "OwnerIdName": dice.pick(("Dana Reyes", "Lee Okafor", "")),
        "CompanyType": dice.pick(("5003", "5001", None)),
        "Source": None,
        "DoNotCall": dice.pick(("0", "1")),
        "Score": str(dice.between(0, 60)),
        "ProspectActivityDate_Max": _stamp(dice, activity) if activity else None,
        "LeadConversionDate": dice.pick((None, "")),
        "mx_Store": dice.pick(STORES),
        "mx_Item_ID": None,
        "mx_eBay_User": None,
        "mx_Vehicle": None,
        "mx_Trade_In": None,
        "mx_Notes": None,
        "mx_Financing": None,
        "mx_Zip": buyer.postal_code if named else "",
    }


def _mail(lead: Lead) -> str | None:
    """Choose the address that can be written to: not a hidden one, and not one that works inside eBay only."""
    email = lead.external_email or lead.email
    return None if not email or email == "--" or email.endswith(MEMBER_DOMAIN) else email


def _notes(message: str | None) -> str | None:
    return message.replace("\r\n", "\n").replace("\n", "{mxnewline}") if message else message


def _stamp(dice: Dice, at: int) -> str:
    """Write a time in UTC; a few without the thousandths."""
    text = as_text(at, dotted=True)[:-1].replace("T", " ")
    return text[:-4] if dice.chance(0.1) else text


def _uuid(dice: Dice) -> str:
    digits = "".join(dice.pick(HEX) for _ in range(32))
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"
