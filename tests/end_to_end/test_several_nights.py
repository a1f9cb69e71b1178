"""Several nights with moved, late, deleted and merged rows equal one rebuild from the lake."""

import shutil
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from deltalake import DeltaTable

from ingestion import StreamResult, freeze, load_sources, verify_lake
from ingestion.settings import Home
from tests.factories import plants
from tests.factories.dbt import share_parse
from tests.factories.night import differences
from tests.factories.plants import DAYS, Plants
from tests.factories.whole_night import rebuild, whole_night

NIGHTS = 4
SCHEMAS = ("core", "metrics", "marts")
LOGS_OF_BUILDS = {"core.fct_recounted_call_days", "core.fct_recounted_persons"}
"""Relations that say which build counts a day or a person again, for their readers."""
ABOUT_THE_RUN = {"main._meta", "main.mart_dq_health"}


RECEIPTS = "published/cx_kpi"


@dataclass(frozen=True)
class TableState:
    """Where a Delta table stands."""

    version: int
    files: list[str]


LakeState = dict[str, TableState]


@dataclass(frozen=True)
class SeveralNights:
    """What the nights left: the last version with news, one without, and a rebuild."""

    plants: Plants
    with_news: Path
    without_news: Path
    incremental: Path
    rebuilt: Path
    quiet_results: list[StreamResult]
    lake_before: LakeState
    lake_after: LakeState

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        """The rows of a query on the warehouse that the nights grew."""
        with duckdb.connect(str(self.incremental), read_only=True) as connection:
            return connection.execute(query).fetchall()


@pytest.fixture(scope="module")
def nights(tmp_path_factory: pytest.TempPathFactory) -> SeveralNights:
    root = tmp_path_factory.mktemp("nights")
    home, planted = Home(root=root), Plants()
    for number in range(1, NIGHTS + 1):
        day = DAYS[min(number, len(DAYS)) - 1]
        if number == NIGHTS:
            # A touched warehouse is not trusted: this night makes everything again.
            home.warehouse.touch()
        whole_night(root, run_id=f"night-{number}", until=day, plant=planted)
    lake_before = _lake_state(home)
    results = whole_night(root, run_id="quiet", until=DAYS[-1], tests=True)
    lake_after = _lake_state(home)
    incremental = root / "incremental.duckdb"
    shutil.move(home.warehouse, incremental)
    restored = _restored(home, root / "restored")
    return SeveralNights(
        plants=planted,
        with_news=_version(home, f"night-{NIGHTS}"),
        without_news=_version(home, "quiet"),
        incremental=incremental,
        rebuilt=restored.warehouse,
        quiet_results=results,
        lake_before=lake_before,
        lake_after=lake_after,
    )


def _restored(home: Home, root: Path) -> Home:
    """The company on another machine, from a backup of its lake and nothing else."""
    restored = Home(root=root)
    shutil.copytree(home.lake, restored.lake)
    assert verify_lake(restored)
    as_of = DAYS[-1] + timedelta(days=1)
    freeze(load_sources(), restored, results=[], run_id="restored", as_of=as_of)
    share_parse(restored)
    rebuild(restored)
    return restored


@pytest.mark.lane
def test_several_nights_equal_a_rebuild(nights: SeveralNights) -> None:
    """Also fault 63: what rebuilds has the lake alone."""
    found = differences(nights.incremental, nights.rebuilt, *SCHEMAS)
    assert set(found) <= LOGS_OF_BUILDS, found


@pytest.mark.lane
def test_a_night_without_news_changes_no_published_number(nights: SeveralNights) -> None:
    found = differences(nights.with_news, nights.without_news, "main")
    assert set(found) <= ABOUT_THE_RUN, found


@pytest.mark.lane
def test_a_night_without_news_commits_nothing_to_the_lake(nights: SeveralNights) -> None:
    before, after = nights.lake_before, nights.lake_after
    # The receipt of a publication is a commit without rows.
    assert after.pop(RECEIPTS).files == before.pop(RECEIPTS).files
    assert after == before
    assert {result.rows_landed for result in nights.quiet_results} == {0}


@pytest.mark.lane
def test_the_greatest_version_of_a_touch_wins_in_whatever_order_versions_land(
    nights: SeveralNights,
) -> None:
    rows = nights.ask(
        "select split_part(interaction_id, ':', 3), started_local_date, outcome "
        "from core.fct_interactions where interaction_id like 'touch:partners:P-%' order by 1"
    )
    assert rows == [
        (plants.MOVED, date(2026, 9, 20), "version 2"),
        (plants.OUT_OF_ORDER, date(2026, 10, 18), "version 2"),
        (plants.LATE, date(2026, 9, 11), "version 1"),
    ]


@pytest.mark.lane
def test_a_call_that_was_open_one_night_is_complete_the_next(nights: SeveralNights) -> None:
    rows = nights.ask(
        "select outcome, is_open, talk_milliseconds from core.fct_calls "
        f"where contact_id = 'pbx:{plants.OPEN_CALL}'"
    )
    assert rows == [("answered", False, 160_000)]


@pytest.mark.lane
def test_a_step_that_moved_makes_a_visit_and_leaves_one(nights: SeveralNights) -> None:
    (step,) = nights.plants.picked["step"]
    visits = (plants.MOVED_VISIT, step.rpartition("-")[0])
    counted = nights.ask(
        "select count(*), min(ended_at) < max(started_at) from core.fct_interactions "
        f"where interaction_id in ('visit:site:{visits[0]}', 'visit:site:{visits[1]}')"
    )
    assert counted == [(2, True)]


@pytest.mark.lane
def test_moved_and_deleted_orders_leave_the_days_where_they_were(nights: SeveralNights) -> None:
    moved, deleted, moved_later = nights.plants.picked["orders"]
    rows = nights.ask(
        "select order_id, ordered_local_date from core.fct_orders where order_id in "
        f"('crm:{moved}', 'crm:{deleted}', 'crm:{moved_later}')"
    )
    assert dict(rows) == {
        f"crm:{moved}": date(2026, 9, 5),
        f"crm:{moved_later}": date(2026, 9, 25),
    }


@pytest.mark.lane
def test_records_that_came_to_share_a_mailbox_are_one_person(nights: SeveralNights) -> None:
    one, other, mother, son, gone = nights.plants.picked["customers"]
    persons = dict(
        nights.ask(
            "select split_part(identity_key, ':', 3), customer_id "
            "from core.dim_customer_identities where key_kind = 'customer'"
        )
    )
    assert persons[one] == persons[other]
    assert persons[mother] != persons[son]
    assert not nights.ask(
        "select 1 from core.dim_customers where is_current "
        f"and customer_id = '{persons.get(gone, '')}'"
    )


@pytest.mark.lane
def test_who_recommends_changes_with_the_person_and_the_referral(nights: SeveralNights) -> None:
    """Of oneself there is no recommending: two records that became one person do not."""
    _, _, mother, son, _ = nights.plants.picked["customers"]
    acts = nights.ask(
        "select acts.source_record_id, record.identity_key "
        "from core.fct_advocacy_acts as acts "
        "inner join core.dim_customer_identities as record using (customer_id) "
        "where record.key_kind = 'customer' and acts.source_record_id like 'partners:R-%' "
        f"and record.identity_key in ('customer:crm:{mother}', 'customer:crm:{son}') order by 1"
    )
    assert acts == [
        (f"partners:{plants.MOVED_REFERRAL}", f"customer:crm:{son}"),
        (f"partners:{plants.EARLY_REFERRAL}", f"customer:crm:{mother}"),
    ]
    held = nights.ask(
        "select count(*) from core.fct_journey_steps "
        f"where source_record_id = 'partners:{plants.MERGED_REFERRAL}'"
    )
    assert held == [(0,)]


@pytest.mark.lane
def test_whoever_changed_persons_is_told_with_the_link_and_the_night(
    nights: SeveralNights,
) -> None:
    one, other, mother, *_ = nights.plants.picked["customers"]
    changes = nights.ask(
        "select identity_key, change_kind, caused_by, run_id, cause_left_key, cause_right_key, "
        "previous_customer_id <> customer_id from core.fct_identity_changes order by 1"
    )
    told = {key: change for key, *change in changes}
    merged = told[f"customer:crm:{max(one, other)}"]
    assert merged[:3] in (["merge", "email", "night-2"], ["merge", "phone", "night-2"])
    family = [
        (kind, cause, night)
        for key, (kind, cause, night, *ends, _) in told.items()
        if key.startswith("phone:") and f"customer:crm:{mother}" in ends
    ]
    assert family == [("split", "phone", "night-2")]
    assert all(changed for *_, changed in changes)


@pytest.mark.lane
def test_the_lake_knows_every_identity_as_it_stands(nights: SeveralNights) -> None:
    assert nights.ask("from core.fct_unkept_identities") == []
    assert nights.ask(
        "select count(*) from staging.stg_published__customer_identities where load_seq > 1"
    ) < nights.ask("select count(*) / 4 from core.dim_customer_identities")


@pytest.mark.lane
def test_a_merger_leaves_one_person_and_a_corrected_email_parts_two(
    nights: SeveralNights,
) -> None:
    truth = nights.incremental.parent / "truth"
    persons = f"""
        select defects.defect, people.person_id, count(distinct identities.customer_id)
        from '{truth}/defects.parquet' as defects
        inner join core.dim_customer_identities as own
            on own.identity_key = 'customer:crm:' || defects.record_id
        inner join core.dim_customer_identities as identities
            on own.customer_id = identities.customer_id and identities.key_kind = 'customer'
        inner join '{truth}/people.parquet' as people
            on identities.identity_key = 'customer:crm:' || people.record_id
        where defects.defect in ('record_merged_away', 'email_of_another')
        group by all
    """
    told = nights.ask(persons)
    assert {defect for defect, *_ in told} == {"email_of_another", "record_merged_away"}
    assert {count for *_, count in told} == {1}
    linked = f"""
        select identities.linked_by
        from '{truth}/defects.parquet' as defects
        inner join core.dim_customer_identities as identities
            on identities.identity_key = 'customer:crm:' || defects.record_id
        where defects.defect = 'record_merged_away'
    """
    assert nights.ask(linked) == [("merged",)]


@pytest.mark.lane
def test_a_closed_day_that_late_data_changed_is_published_as_a_revision(
    nights: SeveralNights,
) -> None:
    rows = nights.ask(
        "select kpi_id, revision, is_current, numerator from marts.mart_cx_kpi_history "
        "where grain_name = 'company' and period_type = 'day' and is_closed "
        "and period_start = date '2026-09-02' and (kpi_id, statistic) in "
        "(('K-CSAT', 'value'), ('K-AHT', 'mean')) order by all"
    )
    assert [(kpi, revision, current) for kpi, revision, current, _ in rows] == [
        ("K-AHT", 0, False),
        ("K-AHT", 1, True),
        ("K-CSAT", 0, False),
        ("K-CSAT", 1, True),
    ]
    old_handling, new_handling, satisfied, less_satisfied = (row[3] for row in rows)
    assert new_handling > old_handling
    assert less_satisfied == satisfied - 1


def _version(home: Home, run_id: str) -> Path:
    return home.marts / "versions" / run_id / "marts.duckdb"


def _lake_state(home: Home) -> LakeState:
    """Every Delta table below the lake."""
    state = {}
    for log in sorted(home.lake.rglob("_delta_log")):
        table = DeltaTable(str(log.parent))
        name = str(log.parent.relative_to(home.lake))
        state[name] = TableState(table.version(), sorted(table.file_uris()))
    return state
