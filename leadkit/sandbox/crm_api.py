"""LeadSquared's Leads/Retrieve/ByIds: what it checks, and what it answers.

Two limits of the page are refusals here: more than 10,000 ids, and pages of more than 1,000 rows (some clients say that
these are cut to 1,000; an error is what a client can't overlook).
"""

import json
from collections import deque
from collections.abc import Mapping, Sequence
from typing import Any

from leadkit.sandbox.bodies import encode
from leadkit.sandbox.crm import HEX, CrmLead
from leadkit.sandbox.dealership import Dealership
from leadkit.sandbox.dice import Dice
from leadkit.sandbox.refusals import Refusal

Json = dict[str, Any]
MOST_IDS, MOST_ROWS = 10_000, 1_000
HOST = "api-us11.leadsquared.com"
BAD_REQUEST, TOO_MANY, INTERNAL = 400, 429, 500


class Budget:
    """So many calls in any so many seconds."""

    def __init__(self, calls: int, per_seconds: float) -> None:
        self._calls = calls
        self._seconds = per_seconds
        self._taken: deque[float] = deque()

    def take(self, at: float) -> None:
        """Take one call, or refuse it; refused ones do not count."""
        while self._taken and at - self._taken[0] >= self._seconds:
            self._taken.popleft()
        if len(self._taken) >= self._calls:
            raise Refusal(TOO_MANY, throttled(self._calls, self._seconds))
        self._taken.append(at)


def make_keys(seed: int) -> tuple[str, str]:
    """Make the access key and the secret key; their form breaks some URL encoders."""
    dice = Dice(seed, "leadsquared")
    access, secret = ("".join(dice.pick(HEX) for _ in range(size)) for size in (32, 40))
    return f"u$r{access}", secret


def throttled(calls: int = 25, seconds: float = 5) -> Json:
    """Return the body of an answer to too many calls."""
    words = f"API calls exceeded the limit of {calls} in {seconds:g} second(s)"
    return mx("MXAPIRateLimitExceededException", words, TOO_MANY).body


def mx(kind: str, message: str, status: int) -> Refusal:
    """Make an error of LeadSquared's form."""
    return Refusal(status, {"Status": "Error", "ExceptionType": kind, "ExceptionMessage": message})


def check_keys(headers: Mapping[str, str], query: Mapping[str, str], keys: tuple[str, str]) -> None:
    """Check the keys, which come as headers or in the query."""
    given = headers.get("x-lsq-accesskey"), headers.get("x-lsq-secretkey")
    if given == (None, None):
        given = query.get("accessKey"), query.get("secretKey")
    if given != keys:
        words = f"Access key or secret key is invalid. Accounts of another region must call https://{HOST} instead."
        raise mx("MXUnauthorizedException", words, 401)


def answer(shop: Dealership, headers: Mapping[str, str], body: bytes) -> Json:
    """Answer a call whose keys are right."""
    if headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise _invalid("Content-Type must be application/json.")
    request = _json(body)
    ids, columns = _ids(request), _columns(request)
    paging = request.get("Paging") or {}
    if not isinstance(paging, dict):
        raise _invalid("Paging must be an object.")
    return crm_payload(
        shop, ids, columns, _number(paging, "PageIndex", 1, None), _number(paging, "PageSize", 1000, MOST_ROWS)
    )


def crm_body(
    dealership: Dealership, ids: Sequence[str], columns: Sequence[str], page: int = 1, size: int = 1000
) -> bytes:
    """Return what Leads/Retrieve/ByIds answers for these ids and columns."""
    return encode(crm_payload(dealership, ids, columns, page, size))


def crm_payload(shop: Dealership, ids: Sequence[str], columns: Sequence[str], page: int, size: int) -> Json:
    """Return one page of the leads with these ids, in the order of the table; without any the list is left out."""
    wanted = {one.strip().lower() for one in ids}
    found = [lead for lead in shop.crm.leads.values() if lead.prospect_id in wanted]
    if not found:
        return {"RecordCount": 0}
    names = {name.strip().casefold() for name in columns}
    rows = [_chosen(lead, names) for lead in found[(page - 1) * size : page * size]]
    return {"RecordCount": len(found), "Leads": rows}


def _chosen(lead: CrmLead, names: set[str]) -> dict[str, str | None]:
    return {name: value for name, value in lead.columns.items() if name.casefold() in names}


def _json(body: bytes) -> Json:
    try:
        request = json.loads(body)
    except ValueError:
        raise _invalid("The body is not JSON.") from None
    if not isinstance(request, dict):
        raise _invalid("The body is not an object.")
    return request


def _ids(request: Json) -> list[str]:
    search = request.get("SearchParameters")
    ids = search.get("LeadIds") if isinstance(search, dict) else None
    if not isinstance(ids, list) or not all(isinstance(one, str) for one in ids):
        raise _invalid("SearchParameters.LeadIds is mandatory: a list of lead ids.")
    if len(ids) > MOST_IDS:
        raise mx("MXInvalidOperationException", f"You can retrieve a maximum of {MOST_IDS:,} leads.", INTERNAL)
    return ids


def _columns(request: Json) -> list[str]:
    columns = request.get("Columns")
    text = columns.get("Include_CSV") if isinstance(columns, dict) else None
    if not isinstance(text, str) or not text.strip():
        raise _invalid("Columns.Include_CSV is mandatory: names with commas between them.")
    return text.split(",")


def _number(paging: Json, name: str, default: int, most: int | None) -> int:
    number = paging.get(name, default)
    if not isinstance(number, int) or isinstance(number, bool) or number < 1:
        raise _invalid(f"Paging.{name} must be a whole number from 1.")
    if most is not None and number > most:
        raise mx("MXInvalidOperationException", f"{name} must not be more than {most}.", INTERNAL)
    return number


def _invalid(message: str) -> Refusal:
    return mx("MXInvalidInputException", message, BAD_REQUEST)
