"""What statistics are given of the lake, and how their results come back."""

from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from ingestion.conform import conform
from ingestion.enriched import IDENTITY_EDGES, identity_candidates, land_identity_edges
from ingestion.entities import entity
from ingestion.lake import Lake, open_table
from ingestion.landing import Arrival, land
from ingestion.settings import Conventions, Home

CUSTOMERS = entity("customers", connector="mapped")


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A company with two customers; the second changed its name and uses a role mailbox."""
    home = Home(root=tmp_path)
    bring(home, ("1", "Ann", "ann@example.org", "2026-01-01"), ("2", "Bob", "", "2026-01-01"))
    bring(home, ("2", "Robert", "info@example.org", "2026-01-02"))
    return home


def bring(home: Home, *rows: tuple[str, str, str, str]) -> None:
    names = ("customer_number", "full_name", "email", "updated_at")
    raw = {name: list(values) for name, values in zip(names, zip(*rows, strict=True), strict=True)}
    place = {"_file": ["crm"] * len(rows), "_row": list(range(len(rows)))}
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        conformed = conform(
            connection,
            pa.table(raw | place),
            spec=CUSTOMERS,
            conventions=Conventions(),
            source_id="crm",
            key=b"k" * 16,
        )
        arrival = Arrival(
            source_id="crm", conformed=conformed, cursor={}, landed_at=datetime.now(UTC)
        )
        land(connection, Lake(home.lake), CUSTOMERS, arrival)


def pairs(*rows: tuple[str, str, int]) -> pa.Table:
    left, right, weight = zip(*rows, strict=True)
    return pa.table({"left_key": left, "right_key": right, "match_weight": weight})


NO_PAIRS = pairs(("a", "b", 1)).slice(0, 0)


def landed(home: Home) -> list[tuple[object, ...]]:
    table = open_table(Lake(home.lake).table(IDENTITY_EDGES))
    assert table is not None
    files = table.file_uris()
    with duckdb.connect() as connection:
        return connection.execute(
            "select _op, source_id, match_weight from read_parquet(?) order by _load_seq, 2",
            [files],
        ).fetchall()


def test_candidates_are_living_records_in_clear_without_shared_mailboxes(home: Home) -> None:
    found = identity_candidates(home)
    assert found is not None
    assert found.load_seq == 2
    rows = found.records.select(["identity_key", "full_name", "email"]).to_pylist()
    assert [tuple(row.values()) for row in rows] == [
        ("customer:crm:1", "Ann", "ann@example.org"),
        ("customer:crm:2", "Robert", None),
    ]


def test_what_was_compared_is_not_compared_again(home: Home) -> None:
    land_identity_edges(home, pairs(("a", "b", 7)), load_seq=2)
    assert identity_candidates(home) is None
    bring(home, ("3", "Eve", "", "2026-01-03"))
    assert identity_candidates(home) is not None


def test_only_changed_pairs_land_and_what_is_unlikely_now_goes(home: Home) -> None:
    land_identity_edges(home, pairs(("a", "b", 7), ("a", "c", 5)), load_seq=2)
    land_identity_edges(home, pairs(("a", "b", 8)), load_seq=3)
    assert landed(home) == [
        ("upsert", "a|b", 7),
        ("upsert", "a|c", 5),
        ("upsert", "a|b", 8),
        ("delete", "a|c", None),
    ]


def test_that_no_pair_is_left_is_news_too(home: Home) -> None:
    land_identity_edges(home, pairs(("a", "b", 7)), load_seq=1)
    land_identity_edges(home, NO_PAIRS, load_seq=2)
    assert landed(home) == [("upsert", "a|b", 7), ("delete", "a|b", None)]


def test_that_nobody_resembles_anybody_is_found_out_once(home: Home) -> None:
    assert land_identity_edges(home, NO_PAIRS, load_seq=2).rows_landed == 0
    assert identity_candidates(home) is None


def test_without_customers_there_is_nothing_to_compare(tmp_path: Path) -> None:
    assert identity_candidates(Home(root=tmp_path)) is None
