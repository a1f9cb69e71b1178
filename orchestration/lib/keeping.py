"""What only a publication knows goes back into the lake; a missed night is repaired the next.

Which values count as new is decided in ``ingestion`` and ``dbt_project``.
"""

from pathlib import Path

from ingestion import IngestionError
from orchestration.lib.lake import CompanyLake
from orchestration.lib.night import Notebook
from serving import current_version, read_published

VALUES_TO_KEEP = "mart_cx_kpi_history"
IDENTITIES_TO_KEEP = "fct_unkept_identities"


def keep_values(lake: CompanyLake, notebook: Notebook, marts: Path) -> str | None:
    """Land values and identities of the current publication, unless they are in the lake.

    Returns:
        Why they could not be landed; the next night tries again.
    """
    version = current_version(marts)
    if version is None or notebook.has_kept(version.name):
        return None
    values = read_published(version, VALUES_TO_KEEP)
    identities = read_published(version, IDENTITIES_TO_KEEP)
    try:
        if values is not None:
            lake.land_published(values, version.name)
        if identities is not None:
            lake.land_identities(identities, version.name)
    except (IngestionError, OSError) as error:
        return str(error)
    notebook.write_kept(version.name)
    return None
