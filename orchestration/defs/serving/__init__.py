"""Assets of the serving room: the published marts and the report."""

from orchestration.defs.serving.assets import serving_assets
from orchestration.defs.serving.people import alerts_asset, digests_asset, lists_asset, report_asset
from orchestration.defs.serving.refreshed import REFRESHED_CASES, refreshed_asset

__all__ = [
    "REFRESHED_CASES",
    "alerts_asset",
    "digests_asset",
    "lists_asset",
    "refreshed_asset",
    "report_asset",
    "serving_assets",
]
