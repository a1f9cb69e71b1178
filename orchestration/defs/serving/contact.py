"""The contact zone as an asset: names and numbers for those who call customers back.

What it holds and who may read it belongs in ``serving.contact``; nothing of it stands in the
metadata of a run, where counts are enough.
"""

from collections.abc import Iterator
from typing import Any

import dagster as dg

from orchestration.defs.serving.assets import PUBLISHED_MARTS
from orchestration.lib.environment import Environment, account
from orchestration.lib.lake import CompanyLake
from serving import (
    ContactError,
    ListSettings,
    caller_role,
    current_version,
    write_calling_lists,
    write_zone,
)

CONTACT_ZONE = dg.AssetKey("contact_zone")
WRITTEN_CHECK = "contact_zone_written"


def contact_asset(environment: Environment) -> dg.AssetsDefinition:
    """Names, numbers and consents of the published customers, and the calling lists."""

    @dg.asset(
        key=CONTACT_ZONE,
        deps=[PUBLISHED_MARTS],
        group_name="serving",
        owners=["team:contact_center"],
        kinds={"duckdb", "excel"},
        description=(
            "Names, phones, e-mails and consents of customers, for the one role that calls.\n\n"
            "Made anew every night from the lake's restricted records: the look-up of a caller's "
            "number, and one calling list per area. Whoever reads it stands in its read log."
        ),
        check_specs=[
            dg.AssetCheckSpec(
                WRITTEN_CHECK,
                asset=CONTACT_ZONE,
                description="The zone and its calling lists are those of this night.",
            )
        ],
    )
    def contact_zone(
        lake: dg.ResourceParam[CompanyLake], warehouse_lock: dg.ResourceParam[None]
    ) -> Iterator[dg.MaterializeResult[None]]:
        metadata, refusal = _write(environment, lake)
        yield dg.MaterializeResult(
            metadata=metadata,
            check_results=[
                dg.AssetCheckResult(
                    check_name=WRITTEN_CHECK, passed=not refusal, description=refusal
                )
            ],
        )

    return contact_zone


def _write(environment: Environment, lake: CompanyLake) -> tuple[dict[str, Any], str | None]:
    """Write zone and lists: counts for people, and why it could not be done."""
    home, company = environment.home, environment.sources.company
    version = current_version(home.marts)
    if version is None:
        raise dg.Failure("nothing is published yet: run the nightly job", allow_retries=False)
    settings = ListSettings(
        language=company.language, time_zone=company.time_zone, calendar=company.calendar
    )
    try:
        persons = write_zone(
            home.contact, lake.contact_records(), warehouse=home.warehouse, version=version
        )
        lists = write_calling_lists(
            home.contact, version, settings, role=caller_role(), account=account()
        )
    except ContactError as error:
        return {}, str(error)
    left_out = {f"left_out_{why}": count for why, count in lists.left_out.items()}
    return {
        "persons": persons,
        "lists": len(lists.paths),
        "cases": lists.count_listed,
        **left_out,
    }, None
