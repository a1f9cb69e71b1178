"""Erasures that were begun, carried on: what lies outside the lake goes, and a certificate comes.

What is derived from the lake is deleted whole and made anew by the next night, so that
nothing of a person can stay in it; readers keep the last version until there is one without.
Who is meant and what goes from the lake belongs in ``ingestion.erasure``.
"""

import shutil
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa

from ingestion import ConfigurationError, verify_lake
from ingestion.erasure import Erasure, certify, clean_lake, pending
from orchestration.lib.environment import Environment
from serving import (
    READ_LOG,
    Relation,
    built_at,
    current_version,
    forget,
    list_versions,
    read_built,
    refreshes_folder,
    show_cases,
)

PERSONS = Relation("intermediate", "int_identity__keys_resolved")

Say = Callable[[str], None]


def known_keys(environment: Environment) -> pa.Table:
    """Every key of every person, as the last night's warehouse has them.

    Raises:
        ConfigurationError: there is no warehouse.
    """
    warehouse = environment.home.warehouse
    keys = read_built(warehouse, PERSONS) if warehouse.exists() else None
    if keys is None:
        raise ConfigurationError(
            "there is no warehouse that says who is one person: run `make nightly` first"
        )
    return keys


def clean(environment: Environment, say: Say) -> None:
    """Do what comes before the night for every erasure that is not complete; needs the lock."""
    waiting = pending(environment.home)
    if waiting:
        # What is written anew gets a new checksum, damaged or not.
        verify_lake(environment.home)
    for erasure in waiting:
        clean_lake(environment.sources, environment.home, erasure, say)
        if not erasure.has_done("derived"):
            home = environment.home
            forgotten = forget(home.contact, home.deliveries, erasure.traces.of_person)
            erasure.note("derived", **forgotten, **remove_derived(environment))


def finish(environment: Environment, say: Say) -> Sequence[Mapping[str, Any]]:
    """Do what comes after the night, where it has published anew; the certificates written."""
    certificates = []
    for erasure in pending(environment.home):
        if not erasure.has_done("derived") or not _is_rebuilt(environment, erasure):
            continue
        if not erasure.has_done("marts"):
            erasure.note("marts", **_remove_old_versions(environment, erasure))
        certificate = certify(
            environment.sources,
            environment.home,
            erasure,
            datetime.now(UTC),
            beside={"dagster": environment.home.root.parent / "dagster"},
        )
        verdict = "clean" if certificate["is_clean"] else "NOT CLEAN, see its certificate"
        say(f"erasure {erasure.id}: {verdict}")
        certificates.append(certificate)
    return certificates


def remove_derived(environment: Environment) -> dict[str, int]:
    """What a night makes anew: the warehouse, what dbt left, logs, files for calling back.

    The cases between nights go with the copy they were made in: readers see those of the
    last version. Of the contact zone the log of readings stays.
    """
    home, root = environment.home, environment.home.root
    if version := current_version(home.marts):
        show_cases(home.marts, version)
    derived = [
        *(environment.dbt_target, environment.between_nights.home.warehouse.parent),
        *(refreshes_folder(home.marts), home.frozen_inputs, root / "nightly.log"),
        *(path for path in home.contact.glob("*") if path.name != READ_LOG),
        *root.glob(f"{home.warehouse.name}*"),
    ]
    removed: dict[str, int] = {}
    for place in derived:
        if not (place.is_symlink() or place.exists()):
            continue
        name, count = place.relative_to(root).parts[0], 1
        if place.is_dir():
            count = sum(1 for path in place.rglob("*") if path.is_file())
            shutil.rmtree(place)
        else:
            place.unlink()
        removed[name] = removed.get(name, 0) + count
    return removed


def _is_rebuilt(environment: Environment, erasure: Erasure) -> bool:
    version = current_version(environment.home.marts)
    return version is not None and built_at(version) > erasure.done_at("derived")


def _remove_old_versions(environment: Environment, erasure: Erasure) -> dict[str, int]:
    """Versions from before: nobody can roll back to one that holds the person."""
    old = [
        version
        for version in list_versions(environment.home.marts)
        if built_at(version) <= erasure.done_at("derived")
    ]
    for version in old:
        shutil.rmtree(version)
    return {"marts/versions": len(old)}
