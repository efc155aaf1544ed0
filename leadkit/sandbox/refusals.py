"""How the APIs say no: the documented codes with their status, domain and category."""

from typing import Any

LEADS, MESSAGE, ACCESS = "API_LEADS", "API_MESSAGE", "ACCESS"

# errorId: status, domain, category, message (the facts are eBay's, the sentences ours)
CODES: dict[int, tuple[int, str, str, str]] = {
    350000: (500, LEADS, "APPLICATION", "The leads system had a problem of its own."),
    352002: (400, LEADS, "REQUEST", "This item ID is not valid."),
    352003: (400, LEADS, "REQUEST", "This is not a UTC time of the form YYYY-MM-DDTHH:MM:SSZ."),
    352004: (400, LEADS, "REQUEST", "This date does not lie in the past."),
    352005: (400, LEADS, "REQUEST", "The end time is not after the start time."),
    352006: (400, LEADS, "REQUEST", "This status is neither Answered nor Unanswered."),
    352007: (400, LEADS, "REQUEST", "The value of includeMessages is neither true nor false."),
    335000: (500, MESSAGE, "APPLICATION", "The message system had a problem of its own."),
    355001: (400, MESSAGE, "REQUEST", "This conversation_status does not exist."),
    355002: (400, MESSAGE, "REQUEST", "This conversation_type does not exist."),
    355003: (400, MESSAGE, "REQUEST", "This reference_type does not exist."),
    355004: (400, MESSAGE, "REQUEST", "The start_time is not earlier than the end_time."),
    355005: (400, MESSAGE, "REQUEST", "A date filter is not an ISO 8601 date with a UTC offset."),
    355006: (400, MESSAGE, "REQUEST", "This other_party_username is not known."),
    355007: (400, MESSAGE, "REQUEST", "This conversation_id is not valid."),
    355008: (400, MESSAGE, "REQUEST", "The offset is not zero or a positive multiple of the limit."),
    355009: (400, MESSAGE, "REQUEST", "The limit is not a positive integer up to 50."),
    355016: (400, MESSAGE, "REQUEST", "The reference_id is not a positive integer."),
    355017: (400, MESSAGE, "REQUEST", "The query parameter conversation_type is required."),
    355022: (400, MESSAGE, "REQUEST", "A reference_id needs its reference_type."),
    1001: (401, "OAuth", "REQUEST", "The access token is missing, malformed, expired or revoked."),
    1100: (403, ACCESS, "REQUEST", "The access token lacks the scope of this call."),
    2001: (429, ACCESS, "REQUEST", "Too many requests: the call limit has been reached."),
    2002: (404, ACCESS, "REQUEST", "There is no such resource."),
    2003: (500, ACCESS, "APPLICATION", "The service had a problem of its own."),
}


class Refusal(Exception):  # noqa: N818 -- it is an answer of the API, not a failure of the sandbox
    """An answer other than 200, with its JSON body."""

    def __init__(self, status: int, body: dict[str, Any], headers: dict[str, str] | None = None) -> None:
        super().__init__(f"{status}")
        self.status = status
        self.body = body
        self.headers = headers or {}


def refuse(code: int, long_message: str | None = None, /, **parameters: str) -> Refusal:
    """Make the refusal with this code, naming the parameters that it is about."""
    headers = {"WWW-Authenticate": "Bearer"} if code == 1001 else None  # noqa: PLR2004 -- the one code of status 401
    return Refusal(CODES[code][0], error_body(code, long_message, **parameters), headers)


def error_body(code: int, long_message: str | None = None, /, **parameters: str) -> dict[str, Any]:
    """Write the body of an error as eBay's REST APIs do."""
    _, domain, category, message = CODES[code]
    error: dict[str, Any] = {"errorId": code, "domain": domain, "category": category, "message": message}
    error |= {"longMessage": long_message} if long_message else {}
    error |= (
        {"parameters": [{"name": name, "value": value} for name, value in parameters.items()]} if parameters else {}
    )
    return {"errors": [error]}


def usual_error(status: int, path: str) -> dict[str, Any]:
    """Write the body that the API on this path would send with this status."""
    internal = status >= 500  # noqa: PLR2004 -- where HTTP draws the line
    if "/oauth2/" in path:
        error = "server_error" if internal else "invalid_request"
        return {"error": error, "error_description": f"Status {status}."}
    if path.startswith("/v2/"):
        return {"Status": "Error", "ExceptionType": "MXException", "ExceptionMessage": f"Status {status}."}
    own = 350000 if "/leads/" in path else 335000
    return error_body(own if internal else {401: 1001, 403: 1100, 429: 2001}.get(status, 2002))
