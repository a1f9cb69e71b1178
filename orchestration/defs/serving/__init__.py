"""Assets of the serving room: the published marts and what people get of them."""

from orchestration.defs.serving.assets import serving_assets
from orchestration.defs.serving.contact import CALLING_LISTS, contact_assets
from orchestration.defs.serving.deliveries import CASE_WEBHOOKS, delivery_assets
from orchestration.defs.serving.people import alerts_asset, digests_asset, lists_asset, report_asset
from orchestration.defs.serving.refreshed import REFRESHED_CASES, refreshed_asset

__all__ = [
    "CALLING_LISTS",
    "CASE_WEBHOOKS",
    "REFRESHED_CASES",
    "alerts_asset",
    "contact_assets",
    "delivery_assets",
    "digests_asset",
    "lists_asset",
    "refreshed_asset",
    "report_asset",
    "serving_assets",
]
