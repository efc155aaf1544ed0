"""leadkit: sales leads from marketplaces as typed Polars tables.

The names below are loaded when they are used: `import leadkit` stays light.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from leadkit.accounts import Ebay
    from leadkit.dictionary import describe
    from leadkit.errors import (
        BadResponse,
        Forbidden,
        InvalidRequest,
        LeadkitError,
        LeadkitWarning,
        MissingColumns,
        NetworkError,
        NotFound,
        RateLimited,
        ServerError,
        Unauthorized,
    )
    from leadkit.metrics.proportions import wilson
    from leadkit.metrics.summary import response_summary
    from leadkit.metrics.survival import kaplan_meier, km_quantile, survival_curve
    from leadkit.metrics.turnbull import turnbull
    from leadkit.readers import read_conversations, read_leads, read_messages
    from leadkit.saved import Saved
    from leadkit.shop import Shop, demo, open

__all__ = [
    "BadResponse",
    "Ebay",
    "Forbidden",
    "InvalidRequest",
    "LeadkitError",
    "LeadkitWarning",
    "MissingColumns",
    "NetworkError",
    "NotFound",
    "RateLimited",
    "Saved",
    "ServerError",
    "Shop",
    "Unauthorized",
    "__version__",
    "demo",
    "describe",
    "kaplan_meier",
    "km_quantile",
    "open",
    "read_conversations",
    "read_leads",
    "read_messages",
    "response_summary",
    "survival_curve",
    "turnbull",
    "wilson",
]

_HOMES = {
    "Ebay": "accounts",
    "Saved": "saved",
    "Shop": "shop",
    "demo": "shop",
    "describe": "dictionary",
    "kaplan_meier": "metrics.survival",
    "km_quantile": "metrics.survival",
    "open": "shop",
    "read_conversations": "readers",
    "read_leads": "readers",
    "read_messages": "readers",
    "response_summary": "metrics.summary",
    "survival_curve": "metrics.survival",
    "turnbull": "metrics.turnbull",
    "wilson": "metrics.proportions",
}


def __getattr__(name: str) -> Any:  # the type checker reads the imports above
    if name == "__version__":
        return importlib.import_module("importlib.metadata").version("leadkit")
    if name not in __all__:
        raise AttributeError(f"module 'leadkit' has no attribute {name!r}")
    found = getattr(importlib.import_module(f"leadkit.{_HOMES.get(name, 'errors')}"), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
