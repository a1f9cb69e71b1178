"""The contact zone as assets: names and numbers for those who call customers back.

What it holds and who may read it belongs in ``serving.contact``; nothing of it stands in the
metadata of a run, where counts are enough.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dagster as dg

from orchestration.defs.serving.assets import PUBLISHED_MARTS
from orchestration.defs.serving.people import list_settings
from orchestration.defs.serving.refreshed import REFRESHED_CASES
from orchestration.lib.environment import Environment, account
from orchestration.lib.lake import CompanyLake
from serving import (
    ContactError,
    caller_role,
    cases_version,
    current_version,
    renew_cases,
    write_calling_lists,
    write_zone,
)

CONTACT_ZONE = dg.AssetKey("contact_zone")
CALLING_LISTS = dg.AssetKey("calling_lists")
WRITTEN_CHECK = "contact_zone_written"
LISTED_CHECK = "calling_lists_written"


def contact_assets(environment: Environment) -> list[dg.AssetsDefinition]:
    """Everything that names persons."""
    return [contact_asset(environment), calling_lists_asset(environment)]


def contact_asset(environment: Environment) -> dg.AssetsDefinition:
    """Names, numbers and consents of the published customers."""

    @dg.asset(
        key=CONTACT_ZONE,
        deps=[PUBLISHED_MARTS],
        group_name="serving",
        owners=["team:contact_center"],
        kinds={"duckdb"},
        description=(
            "Names, phones, e-mails and consents of customers, for the one role that calls.\n\n"
            "Made anew every night from the lake's restricted records, with the look-up of a "
            "caller's number. Whoever reads it stands in its read log."
        ),
        check_specs=[
            dg.AssetCheckSpec(
                WRITTEN_CHECK,
                asset=CONTACT_ZONE,
                description="The zone is that of this night.",
            )
        ],
    )
    def contact_zone(
        lake: dg.ResourceParam[CompanyLake], warehouse_lock: dg.ResourceParam[None]
    ) -> Iterator[dg.MaterializeResult[None]]:
        yield _result(WRITTEN_CHECK, *_write_zone(environment, lake))

    return contact_zone


def calling_lists_asset(environment: Environment) -> dg.AssetsDefinition:
    """The lists of the newest cases and of the night's offers, with whom to call."""

    @dg.asset(
        key=CALLING_LISTS,
        deps=[CONTACT_ZONE, REFRESHED_CASES],
        group_name="serving",
        owners=["team:contact_center"],
        kinds={"excel"},
        description=(
            "One workbook per area with the names and numbers of those who may be called.\n\n"
            "Written in the contact zone by every night, and by each refresh after it for the "
            "newer cases, of which the look-up then tells too."
        ),
        check_specs=[
            dg.AssetCheckSpec(
                LISTED_CHECK,
                asset=CALLING_LISTS,
                description="The calling lists are about the newest cases.",
            )
        ],
    )
    def calling_lists(
        warehouse_lock: dg.ResourceParam[None],
    ) -> Iterator[dg.MaterializeResult[None]]:
        yield _result(LISTED_CHECK, *_write_lists(environment))

    return calling_lists


Written = tuple[dict[str, Any], str | None]
"""Counts for people, and why it could not be done."""


def _write_zone(environment: Environment, lake: CompanyLake) -> Written:
    home = environment.home
    try:
        persons = write_zone(
            home.contact,
            lake.contact_records(),
            warehouse=home.warehouse,
            version=_current_version(environment),
        )
    except ContactError as error:
        return {}, str(error)
    return {"persons": persons}, None


def _write_lists(environment: Environment) -> Written:
    home, night = environment.home, _current_version(environment)
    cases = cases_version(home.marts) or night
    try:
        if cases != night:
            renew_cases(home.contact, cases)
        lists = write_calling_lists(
            home.contact,
            cases,
            list_settings(environment),
            role=caller_role(),
            account=account(),
            night=night,
        )
    except ContactError as error:
        return {}, str(error)
    left_out = {f"left_out_{why}": count for why, count in lists.left_out.items()}
    return {"lists": len(lists.paths), "lines": lists.count_listed, **left_out}, None


def _result(check: str, counts: dict[str, Any], refusal: str | None) -> dg.MaterializeResult[None]:
    return dg.MaterializeResult(
        metadata=counts,
        check_results=[
            dg.AssetCheckResult(check_name=check, passed=not refusal, description=refusal)
        ],
    )


def _current_version(environment: Environment) -> Path:
    version = current_version(environment.home.marts)
    if version is None:
        raise dg.Failure("nothing is published yet: run the nightly job", allow_retries=False)
    return version
