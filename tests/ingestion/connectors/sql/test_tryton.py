"""The CRM of the example settings, read from tables that a Tryton of today makes and changes.

Needs the Python in whose environment Tryton lies (``CX_TEST_TRYTON``); ``.ci/tryton`` brings it.
"""

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
import sqlalchemy as sa

from ingestion import configured_streams, extract, load_sources
from ingestion.lake import Lake
from ingestion.settings import PROJECT_ROOT, Home
from ingestion.sql import parquet
from tests.factories.postgres import running_postgres

PROGRAM = PROJECT_ROOT / "tests" / "factories" / "tryton_company.py"


class Tryton:
    """A running Tryton and the lake that is read from its tables."""

    def __init__(self, program: subprocess.Popen[str], home: Home) -> None:
        self._program, self._home = program, home
        assert program.stdout
        assert json.loads(program.stdout.readline()) == "ready"
        sources = load_sources(PROJECT_ROOT / "docs" / "sources.example.yaml")
        (crm,) = [source for source in sources.sources if source.id == "crm"]
        self._sources = sources.model_copy(update={"sources": (crm,)})
        self._tasks = configured_streams(self._sources)

    def do(self, name: str, *values: str) -> str:
        """One thing that a user does in Tryton."""
        assert self._program.stdin
        assert self._program.stdout
        self._program.stdin.write(json.dumps([name, *values]) + "\n")
        self._program.stdin.flush()
        return str(json.loads(self._program.stdout.readline()))

    def night(self) -> list[tuple[str, int, int, str]]:
        """Status, rows that landed, rows refused and message of each stream."""
        results = extract(self._sources, self._home, self._tasks)
        return [(r.status, r.rows_landed, r.rows_rejected, r.message) for r in results]

    def latest(self, stream: str, columns: str) -> dict[str, tuple[Any, ...]]:
        """The values of each living record, by key."""
        (spec,) = [task.spec for task in self._tasks if task.spec.name == stream]
        files = sorted(map(str, Lake(self._home.lake).table(spec).glob("*.parquet")))
        rows = duckdb.sql(
            f"select source_id, {columns} from (from {parquet(files)} qualify row_number() over "
            "(partition by source_id order by source_version desc, _load_seq desc) = 1) "
            "where _op = 'upsert'"
        ).fetchall()
        return {key: tuple(values) for key, *values in rows}


@pytest.fixture
def tryton(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Tryton]:
    server = running_postgres()
    url = sa.make_url(next(server))
    monkeypatch.setenv("CX_PSEUDONYM_KEY", "a key that only the tests know")
    monkeypatch.setenv("CRM_URL", url.set(database="tryton").render_as_string(False))
    environment = os.environ | {
        "PGHOST": str(url.query["host"]),
        "PGUSER": str(url.username),
        "TRYTOND_DATABASE_URI": "postgresql:///",
        "DB_NAME": "tryton",
        "PYTHONPATH": "",
    }
    program = subprocess.Popen(
        [os.environ["CX_TEST_TRYTON"], str(PROGRAM)],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield Tryton(program, Home(root=tmp_path))
    finally:
        program.terminate()
        program.wait()
        server.close()


@pytest.mark.tryton
def test_what_users_of_a_real_tryton_make_change_and_delete_lands(tryton: Tryton) -> None:
    sara = tryton.do("person", "Sara Ahmadi", "sara@example.com", "+3725551234")
    ivan = tryton.do("person", "Иван Иванов", "ivan@example.com", "+3725551235")
    lost = tryton.do("deal", sara, "1234.50")
    open_ = tryton.do("deal", ivan, "80.00")
    nobody = tryton.do("person", "Nobody", "nobody@example.com", "+3725551236")

    first, again = tryton.night(), tryton.night()
    people = tryton.latest("customers", "email_hash, phone_hash")
    deals = tryton.latest("opportunities", "customer_number, stage, outcome, amount::varchar")

    tryton.do("lose", lost)
    tryton.do("write_to", sara, "sara@example.org")
    tryton.do("forget", nobody)
    second = tryton.night()

    assert [(status, refused, said) for status, _, refused, said in first] == [
        ("landed", 0, "")
    ] * 2
    assert [landed for _, landed, _, _ in again] == [0, 0]
    assert {sara, ivan, nobody} <= people.keys()
    assert deals == {
        lost: (sara, "lead", None, "1234.50"),
        open_: (ivan, "lead", None, "80.00"),
    }
    assert [(status, said) for status, _, _, said in second] == [("landed", "")] * 2
    later = tryton.latest("customers", "email_hash, phone_hash")
    assert nobody not in later
    assert later[ivan] == people[ivan]
    assert later[sara][0] != people[sara][0]
    assert later[sara][1] == people[sara][1]
    outcomes = tryton.latest("opportunities", "outcome")
    assert outcomes == {lost: ("lost",), open_: (None,)}
