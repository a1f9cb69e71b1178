"""Deliveries of a publication: to the CRM its fields, to each area its cases.

Joins what ``serving.delivery`` has to say with the addresses and secrets of the environment.
Runs under the lock of the warehouse, so that nothing is told by two processes at once.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ingestion import IngestionError
from orchestration.lib.environment import Environment
from orchestration.lib.lake import CompanyLake
from orchestration.lib.posting import sender
from serving import (
    CRM_FOLDER,
    SENT,
    CaseNews,
    CrmFields,
    Delivery,
    DeliveryError,
    Differences,
    ListSettings,
    NotTakenError,
    Outbox,
    Send,
    ServingError,
    compose,
    crm_rows,
    load_deliveries,
    write_batch,
    write_differences,
)

OUTBOX = "outbox.sqlite"
CUSTOMERS = "customers"
CASES = "cases:"


@dataclass(frozen=True)
class Told:
    """What became of the deliveries of a night: counts for people, and a sentence per refusal."""

    counts: Mapping[str, Any]
    refusals: list[str] = field(default_factory=list)


def tell_crm(
    environment: Environment, lake: CompanyLake, version: Path, *, is_asked: bool = False
) -> tuple[Differences, Delivery | None]:
    """Write what the CRM is to be told, and tell it where the declaration or a person says so.

    Args:
        environment: the company.
        lake: for the records that are alive.
        version: folder of the published version.
        is_asked: a person asks to send now.

    Raises:
        DeliveryError: the declaration is not right.
    """
    declared = load_deliveries(environment.deliveries).crm_fields
    if is_asked and declared is None:
        raise DeliveryError("nothing is sent: declare crm_fields in the file of CX_DELIVERIES")
    source = _source(environment, declared)
    folder = environment.home.deliveries / CRM_FOLDER
    keys = ["identity_key", "source_id", "record_number"]
    rows = crm_rows(
        version, environment.home.warehouse, lake.contact_records().select(keys), source=source
    )
    with Outbox(environment.home.deliveries / OUTBOX) as outbox:
        outbox.want(f"crm_fields:{source}", rows)
        found = write_differences(folder, outbox, environment.sources.company.language)
        if declared is None or not (declared.send or is_asked):
            return found, None
        send = _crm_sender(declared, environment.home.deliveries / SENT)
        return found, outbox.deliver(compose, send, size=declared.batch)


def tell_cases(environment: Environment, version: Path) -> Told:
    """Tell each area its new and changed cases; one that cannot be told stops no other.

    Raises:
        DeliveryError: the declaration is not right.
    """
    declared = load_deliveries(environment.deliveries).cases
    if declared is None:
        return Told({"declared": False})
    company, counts, refusals = environment.sources.company, {}, []
    settings = ListSettings(
        language=company.language, time_zone=company.time_zone, calendar=company.calendar
    )
    with CaseNews(version, settings) as news, _outbox(environment) as outbox:
        for owner in sorted({*news.counts, *outbox.channels(CASES)}):
            address = declared.address_of(owner)
            if address is None:
                refusals.append(
                    f"{owner} has {news.counts.get(owner, 0)} open cases and no address: add it, "
                    f"or default, to cases.webhooks in {environment.deliveries}"
                )
                continue
            channel = f"{CASES}{owner}"
            outbox.want(channel, news.wanted(owner, outbox.told(channel)))
            try:
                send = sender(address)
                done = outbox.deliver(news.composer(owner), send, size=declared.batch)
            except (IngestionError, ServingError) as error:
                refusals.append(f"{owner}: {error}")
                continue
            counts[f"told_{owner}"] = done.count_sent
            if done.refusal:
                refusals.append(f"{owner}: {not_taken(done, 'cases')}")
    return Told(counts, refusals)


def not_taken(done: Delivery, what: str) -> str:
    """One sentence about what a receiver did not take."""
    return f"{done.refusal}; {done.count_open} {what} stay to be told, the next night tries again"


def _outbox(environment: Environment) -> Outbox:
    return Outbox(environment.home.deliveries / OUTBOX)


def _source(environment: Environment, declared: CrmFields | None) -> str:
    known = [each.id for each in environment.sources.sources if CUSTOMERS in each.streams]
    if declared is None:
        return known[0] if known else ""
    if declared.source not in known:
        raise DeliveryError(
            f"crm_fields.source is {declared.source!r}: it must be a source with customers: "
            f"{', '.join(known) or 'there is none'}"
        )
    return declared.source


def _crm_sender(declared: CrmFields, folder: Path) -> Send:
    if declared.to:
        return sender(declared.to)
    layout = declared.file or "csv"

    def write(key: str, body: dict[str, Any]) -> None:
        try:
            write_batch(folder, key, body, layout)
        except OSError as error:
            sentence = f"{folder} cannot be written ({error.strerror})"
            raise NotTakenError(sentence, is_certain=False) from error

    return write
