"""What only a finished night knows goes back into the lake; what was missed, the next night.

Which values and identities count as new is decided in ``ingestion`` and ``dbt_project``.
"""

from pathlib import Path

from ingestion import IngestionError
from orchestration.lib.lake import CompanyLake
from orchestration.lib.night import Notebook
from serving import Relation, current_version, read_built, read_published

VALUES_TO_KEEP = "mart_cx_kpi_history"
IDENTITIES_TO_KEEP = Relation("core", "fct_unkept_identities")


def keep_values(lake: CompanyLake, notebook: Notebook, marts: Path) -> str | None:
    """Land the values of the current publication, unless they are in the lake.

    Returns:
        Why they could not be landed; the next night tries again.
    """
    version = current_version(marts)
    if version is None or notebook.has_kept(version.name):
        return None
    values = read_published(version, VALUES_TO_KEEP)
    try:
        if values is not None:
            lake.land_published(values, version.name)
    except (IngestionError, OSError) as error:
        return str(error)
    notebook.write_kept(version.name)
    return None


def keep_identities(lake: CompanyLake, warehouse: Path, run_id: str) -> str | None:
    """Land the identities that the run behind the current publication found changed.

    They are no reader's business, so they come from the warehouse, not from what is published.

    Returns:
        Why they could not be landed; the next build finds them changed again.
    """
    try:
        identities = read_built(warehouse, IDENTITIES_TO_KEEP)
        if identities is not None:
            lake.land_identities(identities, run_id)
    except (IngestionError, OSError) as error:
        return str(error)
    return None
