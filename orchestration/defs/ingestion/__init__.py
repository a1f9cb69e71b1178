"""Assets of the ingestion room: the demo company, the raw streams and the frozen inputs."""

from orchestration.defs.ingestion.assets import ingestion_assets

__all__ = ["ingestion_assets"]
