"""Whatever the sandbox serves conforms to eBay's OpenAPI files, but for the departures listed here.

Each departure is one that the real services are known to make, or one where a specification contradicts itself:

* ``LeadStatus`` is declared an object whose values are strings: read as a string.
* ``memberMessage`` is required, and "only returned if includeMessages is true": not required without it.
* ``latestMessage`` is required, and absent from some conversations from eBay; in others it lacks ``messageBody`` and
  ``readStatus``: not required there.

Beyond the specifications, no key may be served that they do not declare, and an int32 has to be one.
"""

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from jsonschema import Draft202012Validator, FormatChecker  # type: ignore[import-untyped]  # ships no types

from leadkit.sandbox import Dealership, Sandbox
from leadkit.sandbox.refusals import CODES

Json = dict[str, Any]
Get = Callable[..., httpx.Response]
ROOT = Path(__file__).parents[2]
SPECS = Path(os.environ.get("LEADKIT_SPECS", ROOT.parent / "shared" / "specs"))
FILES = {"leads": "sell_leads_v1_oas3.json", "message": "commerce_message_v1_oas3.json"}
WHY = f"the OpenAPI files are not at {SPECS.name}/: NOT CHECKED that the sandbox's answers conform to them"

pytestmark = pytest.mark.skipif(not all((SPECS / name).is_file() for name in FILES.values()), reason=WHY)

formats = FormatChecker(formats=())


@formats.checks("int32")  # type: ignore[untyped-decorator]  # ships no types
def _is_int32(value: object) -> bool:
    return not isinstance(value, int) or -(2**31) <= value < 2**31


def optional(schemas: Json, schema: str, *names: str) -> None:
    schemas[schema]["required"] = [name for name in schemas[schema]["required"] if name not in names]


def schemas_of(api: str) -> Json:
    schemas: Json = json.loads((SPECS / FILES[api]).read_text(encoding="utf-8"))["components"]["schemas"]
    for schema in schemas.values():
        schema["additionalProperties"] = schema["type"] == "string"
    if api == "leads":
        schemas["LeadStatus"] = {**schemas["LeadStatus"], "type": "string"}
    schemas["Errors"] = {
        "type": "object",
        "required": ["errors"],
        "additionalProperties": False,
        "properties": {"errors": {"type": "array", "minItems": 1, "items": {"$ref": "#/components/schemas/Error"}}},
    }
    return schemas


def complaints(schemas: Json, name: str, body: object) -> list[str]:
    root = {"$ref": f"#/components/schemas/{name}", "components": {"schemas": schemas}}
    found = Draft202012Validator(root, format_checker=formats).iter_errors(body)
    return [f"{error.json_path}: {error.message[:200]}" for error in found]


@pytest.fixture(scope="module", params=[(7, 300), (1, 80), (2, 1), (3, 0)], ids=str)
def get(request: pytest.FixtureRequest) -> Iterator[Get]:
    seed, leads = request.param
    with Sandbox(dealership=Dealership(seed, leads)) as sandbox:
        headers = {"Authorization": f"Bearer {sandbox.token}"}
        with httpx.Client(base_url=sandbox.url, headers=headers) as client:
            yield client.get


LEADS, MESSAGE = "/sell/leads/v1/classified_lead", "/commerce/message/v1/conversation"


@pytest.mark.parametrize("messages", ["true", "false", None])
@pytest.mark.parametrize("bounds", [{}, {"startTime": "2026-10-01T00:00:00Z"}, {"endTime": "2020-01-01T00:00:00Z"}])
@pytest.mark.parametrize("status", [None, "Answered", "Unanswered"])
def test_lists_of_leads_conform(get: Get, messages: str | None, bounds: dict[str, str], status: str | None) -> None:
    schemas = schemas_of("leads")
    if messages != "true":
        optional(schemas, "ClassifiedLeadResponses", "memberMessage")
    query = {**bounds, "includeMessages": messages, "status": status}
    body = get(LEADS, params={name: value for name, value in query.items() if value}).json()
    assert complaints(schemas, "ClassifiedLeadsListResponse", body) == []


def test_single_listings_conform(get: Get) -> None:
    for row in get(LEADS).json().get("classifiedLeads", []):
        assert complaints(schemas_of("leads"), "ClassifiedLead", get(f"{LEADS}/{row['itemId']}").json()) == []


@pytest.mark.parametrize(
    "more", [{}, {"limit": "50"}, {"limit": "10", "offset": "10"}, {"conversation_status": "UNREAD"}]
)
@pytest.mark.parametrize("kind", ["FROM_MEMBERS", "FROM_EBAY"])
def test_pages_of_conversations_conform(get: Get, kind: str, more: dict[str, str]) -> None:
    schemas = schemas_of("message")
    if kind == "FROM_EBAY":
        optional(schemas, "ConversationDetail", "latestMessage")
        optional(schemas, "MessageDetail", "messageBody", "readStatus")
    body = get(MESSAGE, params={"conversation_type": kind, **more}).json()
    assert complaints(schemas, "GetAllMyConversationsResponse", body) == []


@pytest.mark.parametrize("kind", ["FROM_MEMBERS", "FROM_EBAY"])
def test_conversations_conform(get: Get, kind: str) -> None:
    schemas, query = schemas_of("message"), {"conversation_type": kind, "limit": "50"}
    for row in get(MESSAGE, params=query).json()["conversations"]:
        body = get(f"{MESSAGE}/{row['conversationId']}", params=query).json()
        assert complaints(schemas, "GetMessagesByConversationIdResponse", body) == []


@pytest.mark.parametrize(
    ("api", "path", "query", "status"),
    [
        ("leads", LEADS, {"startTime": "x"}, 400),
        ("leads", f"{LEADS}/x", {}, 400),
        ("leads", LEADS, {"status": "x"}, 400),
        ("message", MESSAGE, {}, 400),
        ("message", MESSAGE, {"conversation_type": "FROM_MEMBERS", "limit": "99"}, 400),
        ("message", f"{MESSAGE}/1", {"conversation_type": "FROM_MEMBERS"}, 404),
    ],
)
def test_errors_conform(get: Get, api: str, path: str, query: dict[str, str], status: int) -> None:
    answer = get(path, params=query)
    assert answer.status_code == status
    assert complaints(schemas_of(api), "Errors", answer.json()) == []
    refused = get(path, params=query, headers={"Authorization": ""})
    assert refused.status_code == 401
    assert complaints(schemas_of(api), "Errors", refused.json()) == []


def test_the_refused_codes_are_those_of_the_specs() -> None:
    """Every code that the specifications list is one that the sandbox knows, with its status, domain and category."""
    listed = {}
    for name in FILES.values():
        paths = json.loads((SPECS / name).read_text(encoding="utf-8"))["paths"]
        gets = [
            paths[path]["get"]
            for path in paths
            if path.startswith(("/classified_lead", "/conversation")) and "get" in paths[path]
        ]
        for status, answer in (pair for get in gets for pair in get["responses"].items()):
            for code, error in answer.get("x-response-codes", {}).get("errors", {}).items():
                listed[int(code)] = (int(status), error["domain"], error["category"])
    assert len(listed) == 20
    assert {code: CODES[code][:3] for code in listed} == listed


def test_the_check_itself_finds_faults() -> None:
    schemas = schemas_of("leads")
    good: Json = {"itemId": "1", "itemTitle": "t", "responses": []}
    lead = {
        "leadFee": {"description": "d"},
        "memberMessage": {},
        "submittedTime": "2026-08-01T00:00:00Z",
        "leadStatus": "NEW",
    }
    assert complaints(schemas, "ClassifiedLead", {**good, "responses": [lead]}) == []
    changes: list[Json] = [{"leadStatus": "OLD"}, {"surprise": 1}, {"leadFee": {}}, {"submittedTime": 1}]
    for change in changes:
        assert len(complaints(schemas, "ClassifiedLead", {**good, "responses": [{**lead, **change}]})) == 1
    assert complaints(schemas, "ClassifiedLeadsListResponse", {"totalItems": 2**31, "totalLeads": 0}) != []
