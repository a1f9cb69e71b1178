"""Assets of the dbt project: every seed, model and data test."""

from orchestration.defs.transformation.assets import transformation_assets

__all__ = ["transformation_assets"]
