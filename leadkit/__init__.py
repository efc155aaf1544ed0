"""leadkit: sales leads from marketplaces as typed Polars tables.

The names below are loaded when they are used: `import leadkit` stays light.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from leadkit import charts
    from leadkit.accounts import Ebay
    from leadkit.crm_account import LeadSquared
    from leadkit.crm_readers import read_crm_leads
    from leadkit.dictionary import describe
    from leadkit.display import show
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
    from leadkit.explorer.exploring import explore
    from leadkit.metrics.buckets import evidence_coverage, response_buckets
    from leadkit.metrics.by_hour import by_hour
    from leadkit.metrics.calendar import month, week
    from leadkit.metrics.explain import explain
    from leadkit.metrics.fees import fee_conversions, fee_originals, fee_totals
    from leadkit.metrics.financing import financing
    from leadkit.metrics.findings import findings
    from leadkit.metrics.hours import BusinessHours
    from leadkit.metrics.lead_flow import lead_flow
    from leadkit.metrics.masking import mask
    from leadkit.metrics.proportions import wilson
    from leadkit.metrics.response import response_times
    from leadkit.metrics.summary import response_summary
    from leadkit.metrics.survival import kaplan_meier, km_quantile, survival_curve
    from leadkit.metrics.trade_ins import trade_in_details, trade_ins
    from leadkit.metrics.turnbull import turnbull
    from leadkit.metrics.turns import turns
    from leadkit.readers import read_conversations, read_folders, read_leads, read_mail, read_messages
    from leadkit.reports.parameters import report_parameters
    from leadkit.saved import Saved
    from leadkit.shop import Shop, demo, open

__all__ = [
    "BadResponse",
    "BusinessHours",
    "Ebay",
    "Forbidden",
    "InvalidRequest",
    "LeadSquared",
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
    "by_hour",
    "charts",
    "demo",
    "describe",
    "evidence_coverage",
    "explain",
    "explore",
    "fee_conversions",
    "fee_originals",
    "fee_totals",
    "financing",
    "findings",
    "kaplan_meier",
    "km_quantile",
    "lead_flow",
    "mask",
    "month",
    "open",
    "read_conversations",
    "read_crm_leads",
    "read_folders",
    "read_leads",
    "read_mail",
    "read_messages",
    "report_parameters",
    "response_buckets",
    "response_summary",
    "response_times",
    "show",
    "survival_curve",
    "trade_in_details",
    "trade_ins",
    "turnbull",
    "turns",
    "week",
    "wilson",
]

_HOMES = {
    "BusinessHours": "metrics.hours",
    "Ebay": "accounts",
    "LeadSquared": "crm_account",
    "Saved": "saved",
    "Shop": "shop",
    "by_hour": "metrics.by_hour",
    "demo": "shop",
    "describe": "dictionary",
    "evidence_coverage": "metrics.buckets",
    "explain": "metrics.explain",
    "explore": "explorer.exploring",
    "fee_conversions": "metrics.fees",
    "fee_originals": "metrics.fees",
    "fee_totals": "metrics.fees",
    "financing": "metrics.financing",
    "findings": "metrics.findings",
    "kaplan_meier": "metrics.survival",
    "km_quantile": "metrics.survival",
    "lead_flow": "metrics.lead_flow",
    "mask": "metrics.masking",
    "month": "metrics.calendar",
    "open": "shop",
    "read_conversations": "readers",
    "read_crm_leads": "crm_readers",
    "read_folders": "readers",
    "read_leads": "readers",
    "read_mail": "readers",
    "read_messages": "readers",
    "report_parameters": "reports.parameters",
    "response_buckets": "metrics.buckets",
    "response_summary": "metrics.summary",
    "response_times": "metrics.response",
    "show": "display",
    "survival_curve": "metrics.survival",
    "trade_in_details": "metrics.trade_ins",
    "trade_ins": "metrics.trade_ins",
    "turnbull": "metrics.turnbull",
    "turns": "metrics.turns",
    "week": "metrics.calendar",
    "wilson": "metrics.proportions",
}


def __getattr__(name: str) -> Any:  # the type checker reads the imports above
    if name == "__version__":
        return importlib.import_module("importlib.metadata").version("leadkit")
    if name == "charts":
        return importlib.import_module("leadkit.charts")
    if name not in __all__:
        raise AttributeError(f"module 'leadkit' has no attribute {name!r}")
    found = getattr(importlib.import_module(f"leadkit.{_HOMES.get(name, 'errors')}"), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
