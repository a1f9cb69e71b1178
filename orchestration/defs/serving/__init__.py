"""Assets of the serving room: the published marts."""

from orchestration.defs.serving.assets import serving_assets

__all__ = ["serving_assets"]
