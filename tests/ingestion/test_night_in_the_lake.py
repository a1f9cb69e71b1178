"""A night as the lake sees it: extract, contracts, freeze; and the way back from quarantine."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from ingestion import all_streams, configured_streams, extract, freeze
from ingestion.__main__ import main
from ingestion.errors import StaleSourceError
from ingestion.freezing import FrozenInputs
from ingestion.lake import Lake
from ingestion.loads import held_loads
from ingestion.quarantine import replay, summarize
from ingestion.results import StreamResult
from ingestion.settings import Home, Sources, home_of, load_sources

SOURCES = """
company:
  key: tiny
  name: {en: Tiny}
  time_zone: Asia/Tehran
  currency: IRR
sources:
  - id: shop
    connector: files
    required: %(required)s
    conventions: {time_zone: Asia/Tehran, calendar: %(calendar)s}
    budget: {soft: 0.1, hard: 0.5}
    streams:
      orders:
        glob: "orders*.csv"
        format: csv
        settle_seconds: 0
        columns:
          order_number: no
          customer_number: client
          ordered_at: placed
          amount: {from: total}
"""
GOOD = "no,client,placed,total\n1,c1,2026-01-01 10:00,5\n2,c2,2026-01-01 11:00,6\n"


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> "World":
    monkeypatch.setenv("CX_DATA", str(tmp_path))
    monkeypatch.setenv("CX_PSEUDONYM_KEY", "a key of the tests alone")
    return World(tmp_path, monkeypatch)


class World:
    """A company with one folder of order files."""

    def __init__(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.path = root / "sources.yaml"
        monkeypatch.setenv("CX_SOURCES", str(self.path))
        self.declare()
        self.inbox.mkdir(parents=True)

    def declare(self, *, required: str = "false", calendar: str = "gregorian") -> None:
        self.path.write_text(SOURCES % {"required": required, "calendar": calendar})

    @property
    def sources(self) -> Sources:
        return load_sources()

    @property
    def home(self) -> Home:
        return home_of(self.sources.company)

    @property
    def inbox(self) -> Path:
        return self.home.inbox / "shop"

    def drop(self, name: str, text: str) -> None:
        path = self.inbox / name
        path.write_text(text)

    def extract(self) -> StreamResult:
        (result,) = extract(self.sources, self.home, configured_streams(self.sources))
        return result

    def freeze(self, run_id: str, *results: StreamResult) -> FrozenInputs:
        return freeze(self.sources, self.home, results=results, run_id=run_id)


def orders(frozen: FrozenInputs) -> dict[str, object]:
    (stream,) = [s for s in frozen.streams if s.stream == "mapped__orders"]
    return stream.__dict__


def test_a_dropped_file_lands_once_and_is_frozen(world: World) -> None:
    world.drop("orders1.csv", GOOD)
    first = world.extract()
    assert (first.status, first.rows_landed, first.load_seq) == ("landed", 2, 1)
    world.drop("orders1.csv", GOOD)
    assert world.extract().status == "unchanged"
    frozen = world.freeze("night-1", first)
    assert orders(frozen)["load_seq"] == 1
    assert json.loads(world.home.frozen_inputs.read_text())["run_id"] == "night-1"
    tehran_today = (datetime.now(UTC) + timedelta(hours=3, minutes=30)).date()
    assert frozen.as_of in {tehran_today.isoformat(), date.today().isoformat()}


def test_freezing_again_under_the_same_run_keeps_what_was_pinned(world: World) -> None:
    world.drop("orders1.csv", GOOD)
    frozen = world.freeze("night-1", world.extract())
    world.drop("orders2.csv", GOOD.replace("\n1,", "\n8,").replace("\n2,", "\n9,"))
    again = world.freeze("night-1", world.extract())
    assert again == frozen
    assert orders(world.freeze("night-2"))["load_seq"] == 2


def test_a_load_over_budget_is_held_until_released(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    world.drop("orders1.csv", GOOD.replace("01-01 1", "13-01 1"))
    result = world.extract()
    assert result.status == "held"
    assert "100% of 2 rows were refused" in result.message
    assert orders(world.freeze("night-1", result))["held_loads"] == [1]
    assert main(["release", "mapped__orders", "1"]) == 0
    assert "will be read by the next night" in capsys.readouterr().out
    assert orders(world.freeze("night-2"))["held_loads"] == []


def test_a_required_source_that_is_held_stops_the_night(world: World) -> None:
    world.declare(required="true")
    world.drop("orders1.csv", "no,client,placed,total\n1,c1,nonsense,5\n")
    with pytest.raises(StaleSourceError, match=r"shop is required .* 100% of 1 rows"):
        world.freeze("night-1", world.extract())
    assert not world.home.frozen_inputs.exists()


def test_refusals_name_file_row_column_and_rule_and_come_back_once(world: World) -> None:
    world.drop("orders1.csv", GOOD + "3,c3,1404-10-11 12:00,7\n")
    result = world.extract()
    assert (result.rows_landed, result.rows_rejected) == (2, 1)
    (refusal,) = summarize(world.home)
    assert (refusal.file, refusal.column_name) == ("orders1.csv", "ordered_at")
    assert (refusal.rule, refusal.count_rows) == ("implausible_year", 1)
    world.declare(calendar="jalali")
    spec = all_streams()["mapped__orders"]
    assert replay(world.sources, world.home, spec).rows_landed == 1
    assert replay(world.sources, world.home, spec).rows_landed == 0
    assert summarize(world.home) == []


def test_a_file_that_lost_a_column_is_refused_as_a_whole_and_set_aside(world: World) -> None:
    world.drop("orders1.csv", "no,client,total\n1,c1,5\n")
    result = world.extract()
    assert (result.rows_landed, result.rows_rejected) == (0, 1)
    assert list(world.inbox.iterdir()) == []
    assert [refusal.rule for refusal in summarize(world.home)] == ["missing_column"]


def test_a_source_from_which_nothing_landed_is_stale(world: World) -> None:
    result = world.extract()
    assert result.status == "unchanged"
    (source,) = world.freeze("night-1", result).sources
    assert (source.status, source.message) == ("stale", "nothing has ever landed")


def test_no_load_is_held_when_nothing_is_wrong(world: World) -> None:
    world.drop("orders1.csv", GOOD)
    world.extract()
    assert held_loads(Lake(world.home.lake)) == []
