"""Assets of the serving room: the published marts and the report."""

from orchestration.defs.serving.assets import report_asset, serving_assets

__all__ = ["report_asset", "serving_assets"]
