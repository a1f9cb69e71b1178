"""Reading the contact zone: by one role, for a purpose, as far as each person allows it.

Every reading stands in the read log before anything is handed out. What the zone holds belongs
in ``zone``, what a purpose needs in ``purposes``, what a person sees of it in ``calling`` and
``lists``.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, NamedTuple, Self

import duckdb

from serving import durable
from serving.contact.purposes import load_purposes
from serving.contact.read_log import READ_LOG, Reader, log_read
from serving.contact.zone import ZONE
from serving.errors import ContactError
from serving.headlines import Calendar

BY_PHONE = ("any", "call", "phone")
BY_EMAIL = ("any", "email", "e_mail")

ALLOWED = """
    with decided as (
        select
            customer_id,
            list_contains($by_phone, channel) as is_by_phone,
            list_contains($by_email, channel) as is_by_email,
            is_allowed, decided_at
        from consents
        where purpose in ($consent, 'any') and list_contains($customer_ids, customer_id)
    ),
    standing as (
        select
            customer_id,
            first(is_allowed order by decided_at desc nulls last, is_allowed)
                filter (where is_by_phone) as by_phone,
            first(is_allowed order by decided_at desc nulls last, is_allowed)
                filter (where is_by_email) as by_email
        from decided
        group by customer_id
    )
    select
        persons.customer_id, full_name, phone_e164, phone_national, email, language,
        preferred_channel,
        not is_opted_out and coalesce(by_phone, $unless_said) as may_be_called,
        not is_opted_out and coalesce(by_email, $unless_said) as may_be_written_to
    from persons
    left join standing using (customer_id)
    where list_contains($customer_ids, persons.customer_id)
"""
"""The last decision about a channel and purpose stands; of one instant, the refusal."""

CALLERS = "from mart_lookup_by_phone where phone_digits = $1"


class Touch(NamedTuple):
    """Something that happened with a person: its local day and the codes that say what."""

    touched_on: date
    touchpoint: str | None
    channel: str | None
    reason: str | None


@dataclass(frozen=True, kw_only=True)
class Person:
    """Whom to contact; a way that the person refused for this purpose is empty."""

    customer_id: str
    full_name: str | None
    phone_e164: str | None
    phone_national: str | None
    email: str | None
    language: str | None
    preferred_channel: str | None


@dataclass(frozen=True, kw_only=True)
class Caller:
    """One of the persons whose number it is; days are local, ``case_due_at`` is UTC."""

    phone_e164: str
    phone_national: str | None
    customer_id: str
    full_name: str | None
    language: str | None
    preferred_channel: str | None
    market: str | None
    segment: str | None
    value_tier: str | None
    risk_band: str | None
    lifecycle_state: str | None
    last_nps_score: int | None
    last_nps_date: date | None
    last_interaction_date: date | None
    count_open_cases: int
    case_id: str | None
    case_reason: str | None
    case_step: str | None
    case_owner: str | None
    case_due_at: datetime | None
    count_persons: int
    is_shared_number: bool
    is_opted_out: bool
    is_internal: bool
    touches: tuple[Touch, ...] = ()


@dataclass(frozen=True)
class Found:
    """Who has a number, and how many more may not be shown for the purpose."""

    callers: tuple[Caller, ...]
    count_withheld: int


class Contacts:
    """An open contact zone; keeps showing the night that was current when it was opened.

    Args:
        folder: the zone's.
        role: whose right is used; only the declared one has any.
        purpose: for what, as ``purposes.yaml`` declares it.
        account: who reads, for the log.

    Raises:
        ContactError: not this role, no such purpose, or no zone that can be opened.
    """

    def __init__(self, folder: Path, *, role: str, purpose: str, account: str) -> None:
        book = load_purposes()
        if role != book.role:
            raise ContactError(
                f"role {role!r} may not read names and numbers; the role {book.role!r} may"
            )
        self.folder, self._purpose = folder, book.purpose(purpose)
        self._reader = Reader(account=account, role=role, purpose=purpose)
        if not (folder / ZONE).exists():
            raise ContactError(f"{folder / ZONE} does not exist: run `make nightly` first")
        try:
            self._connection = duckdb.connect(
                str((folder / ZONE).resolve()),
                read_only=True,
                config={
                    "enable_external_access": "false",
                    "lock_configuration": "true",
                    "threads": 1,
                },
            )
        except (duckdb.Error, OSError) as error:
            raise ContactError(
                f"{folder / ZONE} cannot be opened: {str(error).splitlines()[0]}"
            ) from error

    def who(self, numbers: Sequence[str]) -> Found:
        """Everybody whose number is one of ``numbers``: E.164 digits without the plus."""
        found = [row for digits in numbers for row in self._rows(CALLERS, [int(digits)])]
        shown = found
        if self._purpose.needs != "nothing":
            allowed = self._allowed([row["customer_id"] for row in found])
            shown = [row for row in found if row["customer_id"] in allowed]
        ids = {row["customer_id"] for row in shown}
        log_read(self.folder, self._reader, "lookup", ids, is_synced=False)
        return Found(tuple(map(_caller, shown)), len(found) - len(shown))

    def persons(self, customer_ids: Collection[str], *, what: str) -> dict[str, Person]:
        """Those of these persons whom the purpose allows to contact, by ``customer_id``.

        Args:
            customer_ids: who is asked for.
            what: what they are read for, such as the name of a file.
        """
        allowed = self._allowed(customer_ids)
        log_read(self.folder, self._reader, what, allowed)
        return allowed

    def regions(self) -> list[str]:
        """The countries whose numbers customers have, that of most first."""
        return [row["region"] for row in self._rows("from regions", [])]

    def calendar(self) -> Calendar:
        """The Jalali dates of days."""
        return Calendar(self._connection)

    def labels(self, language: str) -> dict[tuple[str, str], str]:
        """Label of each domain and code in one language."""
        rows = self._rows("select * from labels", [])
        return {(row["domain"], row["code"]): row[f"name_{language}"] for row in rows}

    def close(self) -> None:
        """Let the file go, with every lookup safe on the disk."""
        self._connection.close()
        if (self.folder / READ_LOG).exists():
            durable.sync(self.folder / READ_LOG)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _allowed(self, customer_ids: Collection[str]) -> dict[str, Person]:
        if not customer_ids:
            return {}
        is_asked = self._purpose.needs == "nothing"
        parameters = {
            "by_phone": list(BY_PHONE),
            "by_email": list(BY_EMAIL),
            "consent": self._purpose.consent,
            "customer_ids": sorted(set(customer_ids)),
            "unless_said": self._purpose.needs != "grant",
        }
        people: dict[str, Person] = {}
        for row in self._rows(ALLOWED, parameters):
            by_phone = is_asked or row.pop("may_be_called")
            by_email = is_asked or row.pop("may_be_written_to")
            if by_phone or by_email:
                people[row["customer_id"]] = _person(row, by_phone, by_email)
        return people

    def _rows(self, query: str, parameters: Any) -> list[dict[str, Any]]:
        cursor = self._connection.execute(query, parameters)
        names = [column[0] for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _person(row: dict[str, Any], by_phone: bool, by_email: bool) -> Person:
    return Person(
        customer_id=row["customer_id"],
        full_name=row["full_name"],
        phone_e164=row["phone_e164"] if by_phone else None,
        phone_national=row["phone_national"] if by_phone else None,
        email=row["email"] if by_email else None,
        language=row["language"],
        preferred_channel=row["preferred_channel"],
    )


def _caller(row: dict[str, Any]) -> Caller:
    shown = {name: value for name, value in row.items() if name not in ("phone_digits", "touches")}
    return Caller(**shown, touches=tuple(Touch(**touch) for touch in row["touches"] or ()))
