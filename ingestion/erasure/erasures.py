"""Erasures as they stand: what was asked, which steps are done, what they removed.

A step is written down when it is complete, so that a killed erasure goes on where it stopped;
every step may be done twice. Only ``work.json`` says whom it is about, and it goes at the end.
What is deleted outside the lake and the files belongs in ``orchestration``.
"""

import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import pyarrow as pa

from ingestion.erasure import originals
from ingestion.erasure.persons import Person, find, keys_of
from ingestion.erasure.requests import CUSTOMER_ID, listed_terms, terms_meant
from ingestion.erasure.suppression import (
    LIST,
    Suppressed,
    folder_of,
    hashes_of,
    keep_key_of_lists,
    key_of_lists,
    read_list,
)
from ingestion.erasure.sweeping import sweep
from ingestion.erasure.traces import Traces
from ingestion.keyring import fingerprint, key_of_lake
from ingestion.lake import Lake
from ingestion.registry import DROP_CONNECTORS
from ingestion.settings import Home, Sources
from ingestion.writing import write_whole

Step = Literal["originals", "lake", "derived", "marts", "verified"]
Say = Callable[[str], None]

STATE_FILE, WORK_FILE = "state.json", "work.json"
ID_LENGTH = 12


@dataclass(frozen=True)
class Erasure:
    """One erasure, by its folder."""

    folder: Path

    @property
    def id(self) -> str:
        """Its name, which says nothing of the person."""
        return self.folder.name

    @property
    def state(self) -> dict[str, Any]:
        """When it was asked for, which steps are done, and what they removed."""
        content: dict[str, Any] = json.loads((self.folder / STATE_FILE).read_text(encoding="utf-8"))
        return content

    @property
    def is_complete(self) -> bool:
        """Whether its certificate was written."""
        return "verified" in self.state["steps"]

    def has_done(self, step: Step) -> bool:
        """Whether a step is complete."""
        return step in self.state["steps"]

    def done_at(self, step: Step) -> datetime:
        """When a step was complete."""
        return datetime.fromisoformat(self.state["steps"][step])

    def note(self, step: Step | None = None, **counts: Any) -> None:
        """Write down what was removed, and that a step is complete."""
        state = self.state
        state["removed"] |= counts
        if step:
            state["steps"][step] = datetime.now(UTC).isoformat()
        _write(self.folder / STATE_FILE, state)

    @property
    def traces(self) -> Traces:
        """What the person is known by; only while the erasure is not complete."""
        content = json.loads((self.folder / WORK_FILE).read_text(encoding="utf-8"))
        return Traces(clear=content["clear"], hashes=tuple(content["hashes"]))

    @property
    def landed(self) -> list[str]:
        """The person's terms under the key of the lake; while the erasure is not complete."""
        content = json.loads((self.folder / WORK_FILE).read_text(encoding="utf-8"))
        landed: list[str] = content.get("landed") or read_list(self.folder / LIST)
        return landed

    def forget(self) -> None:
        """Remove what says whom it is about."""
        (self.folder / WORK_FILE).unlink(missing_ok=True)


def plan(sources: Sources, home: Home, written: str, keys: pa.Table) -> Person:
    """Whom an identifier means and what would go; nothing is changed.

    Args:
        sources: the configured sources.
        home: the company's folders.
        written: a phone number, e-mail address, customer number or ``customer_id``.
        keys: ``identity_key``, ``customer_id`` and ``is_shared`` of everybody, from the last
            night's warehouse.

    Raises:
        UnknownPersonError: nobody, or nobody in particular.
    """
    meant = _meant(sources, written, key_of_lake(sources, home))
    customer_id, own = keys_of(meant, keys, written)
    return find(Lake(home.lake), customer_id, own)


def erased_before(sources: Sources, home: Home, written: str) -> Erasure | None:
    """The erasure of the person that an identifier means, begun or complete."""
    key = key_of_lists(home, key_of_lake(sources, home))
    hashes = set(hashes_of(key, _meant(sources, written, key)).values())
    for erasure in erasures(home):
        if hashes & set(read_list(erasure.folder / LIST)):
            return erasure
    return None


def _meant(sources: Sources, written: str, key: bytes) -> list[str]:
    text = written.strip().lower()
    return [text] if CUSTOMER_ID.fullmatch(text) else terms_meant(written, sources, key)


def erasures(home: Home) -> list[Erasure]:
    """Every erasure, the oldest first; one that was killed before it began is removed."""
    found = []
    for folder in sorted(folder_of(home.root).glob("*/")):
        if (folder / STATE_FILE).exists():
            found.append(Erasure(folder))
        else:
            shutil.rmtree(folder)
    return sorted(found, key=lambda erasure: (erasure.state["requested_at"], erasure.id))


def begin(sources: Sources, home: Home, person: Person) -> Erasure:
    """Write down whom to erase and who must stay away; from here on the door is shut.

    A person whom a restored backup brought back keeps the list of the erasure before.
    """
    key = key_of_lake(sources, home)
    of_lists = key_of_lists(home, key)
    hashes = hashes_of(of_lists, listed_terms(person, sources, key, of_lists))
    folder = folder_of(home.root) / hashes[person.customer_id][:ID_LENGTH]
    keep_key_of_lists(home, fingerprint(of_lists))
    folder.mkdir(parents=True, exist_ok=True)
    pseudonyms = [term.split(":", 1)[1] for term in person.keys if _is_pseudonym(term)]
    work = {
        "clear": person.clear,
        "hashes": [person.customer_id, *pseudonyms],
        "landed": sorted(hashes_of(key, person.terms).values()),
    }
    _write(folder / WORK_FILE, work, mode=0o600)
    before = read_list(folder / LIST) if (folder / LIST).exists() else []
    listed = sorted({*before, *hashes.values()})
    write_whole(folder / LIST, "\n".join(listed) + "\n")
    state = {
        "requested_at": datetime.now(UTC).isoformat(),
        "found": {f"lake/{table}": count for table, count in person.rows.items()},
        "removed": {},
        "steps": {},
    }
    _write(folder / STATE_FILE, state)
    return Erasure(folder)


def _is_pseudonym(term: str) -> bool:
    return term.startswith(("email:", "phone:"))


def clean_lake(sources: Sources, home: Home, erasure: Erasure, say: Say) -> None:
    """The steps of this room: the dropped files, then the lake."""
    traces = erasure.traces
    if not erasure.has_done("originals"):
        removed = originals.clean(
            home.root, traces.in_files, untouched=own_systems(sources), say=say
        )
        erasure.note("originals", **removed)
    if not erasure.has_done("lake"):
        suppressed = Suppressed(key_of_lake(sources, home), erasure.landed)
        erasure.note("lake", **sweep(Lake(home.lake), suppressed, traces, say=say))


def own_systems(sources: Sources) -> frozenset[str]:
    """Sources whose inbox holds their own database or growing log, not files that were dropped."""
    return frozenset(
        source.id for source in sources.sources if source.connector not in DROP_CONNECTORS
    )


def pending(home: Home) -> Sequence[Erasure]:
    """The erasures that are not complete."""
    return [erasure for erasure in erasures(home) if not erasure.is_complete]


def _write(path: Path, content: object, mode: int = 0o644) -> None:
    write_whole(path, json.dumps(content, ensure_ascii=False, indent=1), mode=mode)
