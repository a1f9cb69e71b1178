"""Clients of the CRM: every saved version of their records, and what clerks did to these.

Clerks merge two records of one person, and they correct an e-mail address that was somebody
else's. The other tables of the CRM belong in ``crm``.
"""

from datetime import date

import numpy as np
import pyarrow as pa

from ingestion.demo import config, text
from ingestion.demo.names import Directory, client_numbers
from ingestion.demo.randomness import Flags, Integers
from ingestion.demo.recording import Table, rows
from ingestion.demo.text import Strings
from ingestion.demo.world import History, Population
from ingestion.demo.world.state import DAY, midnight

SECOND_RECORD_AFTER = 30 * DAY
MERGED_AT = midnight(date(2026, 10, 15).toordinal()) + 11 * 3_600
CORRECTED_AT = midnight(date(2026, 10, 18).toordinal()) + 9 * 3_600
MERGED_EVERY, MISTYPED_EVERY = 4, 200
UNKNOWN_BIRTH_EVERY = 13
_PERSON = 1 << 32


def to_be_merged(people: Population) -> Flags:
    """Persons whose second record the clerks have found to be theirs by ``MERGED_AT``."""
    found = np.zeros(people.size, dtype=bool)
    found[people.duplicated[::MERGED_EVERY]] = True
    return np.asarray(found & (people.joined_at + SECOND_RECORD_AFTER < MERGED_AT))


def merged(history: History) -> Flags:
    """Persons whose second record the CRM has merged away by the end of the last day."""
    return np.asarray(to_be_merged(history.people) & (history.cutoff > MERGED_AT))


def mistyped(people: Population) -> tuple[Integers, Integers]:
    """Persons whose record has somebody else's e-mail until ``CORRECTED_AT``, and whose.

    They are chosen where no second record, family or firm explains a common address.
    """
    plain = np.flatnonzero(
        (np.arange(people.size) % 4 == 2)
        & (people.account < 0)
        & ~people.internal
        & (people.joined_at < CORRECTED_AT - 365 * DAY)
    )
    mistaken = plain[1::MISTYPED_EVERY]
    return mistaken, plain[::MISTYPED_EVERY][: len(mistaken)]


def client_versions(history: History, directory: Directory) -> list[Strings]:
    """The columns of the CRM's log of clients."""
    people = history.people
    saved = _saved(history)
    corrected, _ = mistyped(people)
    correction = _as_it_was(saved, corrected, CORRECTED_AT)
    first = {name: np.concatenate([saved[name], correction[name]]) for name in saved}
    again = rows(saved, people.second_record[saved["person"]] >= 0)
    again["at"] = np.maximum(again["at"], people.joined_at[again["person"]] + SECOND_RECORD_AFTER)
    merger = _as_it_was(saved, np.flatnonzero(to_be_merged(people)), MERGED_AT)
    merger["merged"] = np.ones_like(merger["merged"])
    again = rows(again, ~to_be_merged(people)[again["person"]] | (again["at"] < MERGED_AT))
    second = {name: np.concatenate([again[name], merger[name]]) for name in again}
    parts = [
        _rows(history, directory, rows(versions, versions["at"] < history.cutoff), is_second=place)
        for place, versions in ((False, first), (True, second))
    ]
    return [pa.concat_arrays(pair) for pair in zip(*parts, strict=True)]


def _saved(history: History) -> Table:
    """Every version of every person: the first one, then each change."""
    people, versions = history.people, history.tables["versions"]
    nobody = np.zeros(people.size, dtype=bool)
    table = {
        "person": np.concatenate([np.arange(people.size), versions["person"]]),
        "at": np.concatenate([people.joined_at, versions["at"]]),
        "segment": np.concatenate([people.segment, versions["segment"]]),
        "refused": np.concatenate([nobody, versions["opted_out"].astype(bool)]),
    }
    table["merged"] = np.zeros(len(table["at"]), dtype=bool)
    return rows(table, table["at"] >= people.joined_at[table["person"]])


def _as_it_was(saved: Table, person: Integers, at: int) -> Table:
    """What was known of each person, saved once more at an instant."""
    order = np.lexsort((saved["at"], saved["person"]))
    keys = (saved["person"] * _PERSON + saved["at"])[order]
    place = order[np.searchsorted(keys, person * _PERSON + at, side="right") - 1]
    return rows(saved, place) | {"at": np.full(len(person), at)}


def _emails(history: History, directory: Directory, versions: Table) -> Strings:
    mistaken, owner = mistyped(history.people)
    said = np.arange(history.people.size)
    said[mistaken] = owner
    person = versions["person"]
    return directory.emails.take(
        pa.array(np.where(versions["at"] < CORRECTED_AT, said[person], person))
    )


def _rows(
    history: History, directory: Directory, versions: Table, *, is_second: bool
) -> list[Strings]:
    people, person = history.people, versions["person"]
    taken = pa.array(person)
    record = people.second_record[person] if is_second else person
    created = people.joined_at[person] + (SECOND_RECORD_AFTER if is_second else 0)
    account = people.account[person]
    none = pa.scalar(None, pa.string())
    firm = text.where(account >= 0, firm_numbers(account), none)
    names = directory.latin_names if is_second else directory.full_names
    phones = directory.phones if is_second else directory.written_phones
    return [
        client_numbers(record),
        firm,
        names.take(taken),
        _emails(history, directory, versions),
        phones.take(taken),
        text.chosen(config.SEGMENTS, versions["segment"]),
        text.chosen(config.MARKETS, people.market[person]),
        text.chosen(config.LANGUAGES, people.language[person]),
        text.chosen(config.CHANNELS, people.channel[person]),
        text.where(versions["refused"], "yes", "no"),
        text.where(people.internal[person], "yes", "no"),
        text.where(versions["merged"], "yes", "no"),
        text.clock(created),
        text.clock(versions["at"]),
        text.where(person % UNKNOWN_BIRTH_EVERY == 5, none, text.number(people.birth_year[person])),
        text.chosen(config.ACQUISITION_SOURCES, people.acquired[person]),
        text.where(versions["merged"], client_numbers(person), none),
    ]


def contract_numbers(table: Table) -> Strings:
    """Numbers of contracts: the client and the first day."""
    return text.joined(
        "K-", text.number(table["person"] + 100_001), "-", text.number(table["started_day"])
    )


def firm_numbers(account: Integers) -> Strings:
    """Numbers of accounts."""
    return text.joined("A-", text.number(500 + account))
