"""Assets of the serving room: the published marts and the report."""

from orchestration.defs.serving.assets import lists_asset, report_asset, serving_assets

__all__ = ["lists_asset", "report_asset", "serving_assets"]
