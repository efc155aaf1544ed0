"""Who may know whom: a small table, and every import of the package held to it."""

import ast
from collections.abc import Iterator

import pytest
from house.project import PACKAGE

# room: its modules, and the rooms that it may know beside itself. A new module fails until it stands here.
ROOMS = {
    "errors": ("errors", ""),
    "declaring": ("records parameters mail_records", "errors"),
    "decoding": ("decode problems tables sellers", "errors declaring"),
    "calling": (
        "calls bodies pace redaction request_log error_bodies leadsquared_errors retry_after token_cache private_file "
        "folder_path",
        "errors",
    ),
    "sending": ("transport auth token_server recorder recorded_files recording", "errors calling"),
    "paging": ("endpoint pages progress", "errors declaring calling"),
    "fetching": ("fetch trading mail_request mail_rows crm_pages crm_rows", "errors declaring decoding calling paging"),
    "sources": ("sources", "errors declaring decoding calling paging fetching"),
    "accounts": (
        "account_tables accounts hosts consent login stored_login ebay_tables crm_account crm_tables dictionary "
        "readers saved_bodies crm_readers saved saved_tables saved_crm shop_file",
        "errors declaring decoding calling sending paging fetching sources",
    ),
    "frames": ("metrics charts wording cells display", "errors"),
    "notebooks": ("notebooks", "errors calling"),
    "sandbox": ("sandbox", ""),
    "shop": ("shop", "errors accounts frames sandbox"),
    "reports": ("reports", "errors calling frames shop notebooks"),
    "explorer": ("explorer export", "errors frames reports"),
    "front": ("__init__", "errors accounts frames shop reports explorer"),
    "dialog": (
        "cli_login cli_notebooks login_dialog terminal",
        "errors calling accounts front notebooks reports",
    ),
    "top": (
        "cli id_files __main__ summary",
        "errors accounts frames shop sandbox front dialog reports explorer",
    ),
}
APART = {"sources"}  # modules of this room do not know each other
ONLY = {  # what we depend on, and the modules that may know it
    "httpx": "transport",
    "stamina": "transport",
    "lxml": "decode sandbox trading",
    "starlette": "sandbox",
    "uvicorn": "sandbox",
    "tqdm": "progress",
    "typer": "cli cli_login cli_notebooks terminal",
    "rich": "cli terminal summary",
    "rapidfuzz": "metrics",
    "holidays": "metrics",
    "great_tables": "display",
    "plotly": "charts explorer reports",
    "ipywidgets": "explorer",
    "anywidget": "explorer",
    "IPython": "notebooks reports",
    "nh3": "reports",
    "markdown_it": "reports",
    "nbclient": "notebooks",
    "nbformat": "notebooks",
    "ipykernel": "notebooks",
    "jupyter_client": "notebooks",
}
ROOM_OF = {module: room for room, (modules, _) in ROOMS.items() for module in modules.split()}
MODULES = {path.relative_to(PACKAGE).with_suffix(""): path for path in sorted(PACKAGE.rglob("*.py"))}


@pytest.mark.parametrize(("module", "path"), MODULES.items(), ids=map(str, MODULES))
def test_a_module_knows_only_the_rooms_that_it_may_know(module, path):
    assert not list(strangers(".".join(module.parts), path.read_text(encoding="utf-8")))


@pytest.mark.parametrize(
    ("module", "code", "stranger"),
    [
        ("tables", "from leadkit.transport import Transport", "leadkit.transport.Transport"),
        ("tables", "def late():\n    import leadkit.accounts", "leadkit.accounts"),
        ("errors", "from leadkit import records", "leadkit.records"),
        ("decode.text", "from ..calls import Call", "leadkit.calls.Call"),
        ("records", "from . import tables", "leadkit.tables"),
        ("sources.ebay_leads", "from leadkit.sources import ebay_conversations", "leadkit.sources.ebay_conversations"),
        ("sources.ebay_leads", "from .ebay_conversations import Row", "leadkit.sources.ebay_conversations.Row"),
        ("sandbox.bodies", "from leadkit.records import Record", "leadkit.records.Record"),
        ("fetch", "from leadkit.sandbox import Sandbox", "leadkit.sandbox.Sandbox"),
        ("accounts", "from leadkit.cli import main", "leadkit.cli.main"),
        ("accounts", "import leadkit as lk", "leadkit"),
        ("metrics.fees", "import httpx", "httpx"),
        ("fetch", "from httpx import Client", "httpx.Client"),
        ("cli", "import starlette.routing", "starlette.routing"),
        ("brand_new", "", "brand_new is in no room"),
    ],
)
def test_an_import_that_must_not_be_is_found(module, code, stranger):
    assert list(strangers(module, code)) == [stranger]


@pytest.mark.parametrize(
    ("module", "code"),
    [
        ("transport", "import httpx\nfrom leadkit.errors import LeadkitError"),
        ("sources.ebay_leads", "from leadkit.fetch import fetch\nimport polars as pl"),
        ("decode.wire", "from .text import Number"),
        ("shop", "from leadkit.sandbox import Sandbox"),
        ("cli", "import leadkit as lk"),
    ],
)
def test_an_import_that_may_be_is_left_alone(module, code):
    assert not list(strangers(module, code))


def strangers(module: str, code: str) -> Iterator[str]:
    """What this module imports and may not know."""
    name = module.split(".", maxsplit=1)[0]
    if name not in ROOM_OF:
        yield f"{name} is in no room"
        return
    yield from (found for found in imported(module, code) if not may_know(module, found))


def may_know(module: str, found: str) -> bool:
    top, _, inside = found.partition(".")
    name, room = module.split(".", maxsplit=1)[0], ROOM_OF[module.split(".", maxsplit=1)[0]]
    if top != "leadkit":
        return name in ONLY.get(top, name).split()
    other = ROOM_OF.get(inside.split(".")[0], "front")
    if other == room:
        return room not in APART
    return other in ROOMS[room][1].split()


def imported(module: str, code: str) -> Iterator[str]:
    """Every name that this code imports, also inside functions, in full."""
    package = ["leadkit", *module.split(".")[:-1]]
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        if isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            yield from (".".join([*above, *filter(None, [node.module]), alias.name]) for alias in node.names)
