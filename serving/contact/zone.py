"""The contact zone: names, phones, e-mails and consents of persons, and who is calling.

Written anew every night from the records that the lake holds in clear, so it holds nothing
that cannot be made again, and nobody whom the lake has lost; between nights only its cases are
renewed. Reading it belongs in ``reading``; only the read log beside it outlives a night.
"""

import shutil
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar
from uuid import uuid4

import duckdb
import phonenumbers
import pyarrow as pa

from serving import durable
from serving.contact.statements import CASES, INPUTS, RENEWED, TABLES
from serving.errors import ContactError
from serving.versions import DATABASE
from serving.warehouse import literal

ZONE = "contact.duckdb"
"""A link to the file of the last night: DuckDB shares an open file by its path, so that a file
in the place of another would not be seen by a program that still reads the old one."""

DRAFT = ".contact.tmp"
Result = TypeVar("Result")


def write_zone(folder: Path, records: pa.Table, *, warehouse: Path, version: Path) -> int:
    """Replace the zone by one made of ``records``; how many persons it holds.

    Readers see the old zone or the new one, whatever kills this. The folder opens for its
    owner only: give its group the right to read where the caller's role is another account.

    Args:
        folder: the zone's; made when absent.
        records: every living customer record in clear, as ``ingestion.contact_records`` gives.
        warehouse: the audited warehouse, for who is who; nothing writes it meanwhile.
        version: folder of the published version, for what is known of each person.

    Raises:
        ContactError: the zone could not be written; the one of before stays.
    """
    return _replace(folder, lambda draft: _build(draft, records, warehouse, version))


def renew_cases(folder: Path, version: Path) -> None:
    """Put the cases of a later version into the zone; the rest stays as the night wrote it.

    Args:
        folder: the zone's.
        version: folder with the newest cases, as ``cases_version`` tells.

    Raises:
        ContactError: there is no zone, or it could not be written; the one of before stays.
    """
    if not (folder / ZONE).exists():
        raise ContactError(f"{folder / ZONE} does not exist: run `make nightly` first")

    def renew(draft: Path) -> None:
        shutil.copyfile(folder / ZONE, draft)
        with duckdb.connect(str(draft)) as connection:
            _attach(connection, "published", version / DATABASE)
            connection.execute(f"create temp view {CASES} as {INPUTS[CASES]}")
            for statement in RENEWED:
                connection.execute(statement)

    _replace(folder, renew)


def _replace(folder: Path, fill: Callable[[Path], Result]) -> Result:
    """Let ``fill`` write a draft, and let readers see it from their next opening on."""
    draft = folder / DRAFT
    try:
        make_private(folder)
        _remove(folder.glob(f"{DRAFT}*"))
        result = fill(draft)
        draft.chmod(0o600)
        durable.sync(draft)
        file = folder / f"contact-{uuid4().hex[:12]}.duckdb"
        durable.move(draft, file)
        durable.point(folder / ZONE, file.name)
        _remove(path for path in folder.glob("contact-*.duckdb") if path != file)
    except (OSError, duckdb.Error) as error:
        raise ContactError(f"{folder / ZONE} could not be written: {error}") from error
    return result


def _remove(paths: Iterable[Path]) -> None:
    for path in list(paths):
        path.unlink()


def make_private(folder: Path) -> None:
    """Make the folder, open to its owner alone; the rights of one that stands are kept.

    Raises:
        ContactError: it stands open to everybody.
    """
    if not folder.exists():
        folder.mkdir(mode=0o700, parents=True)
    elif folder.stat().st_mode & 0o007:
        raise ContactError(
            f"{folder} is open to every account of this machine: chmod o-rwx it, then run again"
        )


def _build(draft: Path, records: pa.Table, warehouse: Path, version: Path) -> int:
    with duckdb.connect(str(draft)) as connection:
        connection.execute("set TimeZone = 'UTC'")
        _attach(connection, "built", warehouse)
        _attach(connection, "published", version / DATABASE)
        connection.register("records", records)
        connection.register("spellings", _spellings(records))
        for name, query in INPUTS.items():
            connection.execute(f"create temp view {name} as {query}")
        for name, query in TABLES.items():
            connection.execute(f"create table {name} as {query}")
        connection.execute(
            "create table _meta as select $1::timestamp as written_at, as_of from dim_run",
            [datetime.now(UTC).replace(tzinfo=None)],
        )
        (count,) = connection.execute("select count(*) from persons").fetchall()[0]
    return int(count)


def _attach(connection: duckdb.DuckDBPyConnection, name: str, path: Path) -> None:
    connection.execute(f"attach {literal(str(path))} as {name} (read_only)")


def _spellings(records: pa.Table) -> pa.Table:
    """Each number as its own country writes it, and that country."""
    found = sorted({digits for digits in records["phone_digits"].to_pylist() if digits})
    spelled = [national_spelling(digits) for digits in found]
    columns = {
        "phone_digits": found,
        "phone_national": [national for national, _ in spelled],
        "region": [region for _, region in spelled],
    }
    return pa.table(columns, schema=pa.schema([(name, pa.string()) for name in columns]))


def national_spelling(digits: str) -> tuple[str, str | None]:
    """E.164 digits as their country writes them, with the plus where none is known; the country."""
    try:
        number = phonenumbers.parse(f"+{digits}")
    except phonenumbers.NumberParseException:
        return f"+{digits}", None
    national = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)
    return national, phonenumbers.region_code_for_country_code(number.country_code or 0)
