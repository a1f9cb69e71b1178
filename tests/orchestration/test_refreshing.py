"""Cases between two nights: fresh in a file of their own, and no trace of them in the night."""

from pathlib import Path

import dagster as dg
import duckdb
import pytest

from orchestration.defs.serving import contact, deliveries, people, refreshed
from orchestration.lib.dbt_runner import DbtRunner
from orchestration.lib.deliveries import Told
from orchestration.lib.environment import Environment
from orchestration.lib.job_names import NIGHTLY_JOB, REFRESH_JOB
from orchestration.lib.progress import ONLY_PROGRESS
from serving import ListSettings, cases_version, current_version
from serving.contact import CallingLists
from tests.orchestration.conftest import FakeLake


def run(defs: dg.Definitions, job: str) -> bool:
    result = defs.resolve_job_def(job).execute_in_process(
        run_config=ONLY_PROGRESS, raise_on_error=False
    )
    return result.success


def cases(environment: Environment) -> list[int]:
    """The amounts that a reader of cases sees."""
    folder = cases_version(environment.home.marts)
    assert folder
    with duckdb.connect(str(folder / "marts.duckdb"), read_only=True) as connection:
        rows = connection.execute("select amount from mart_orders order by 1").fetchall()
    return [amount for (amount,) in rows]


def state(environment: Environment) -> list[object]:
    """What a night leaves: its warehouse, what it remembers of it, and what it published."""
    home = environment.home
    found = home.warehouse.stat()
    built = (environment.dbt_target / "built.json").read_text()
    return [found.st_size, found.st_mtime_ns, built, current_version(home.marts)]


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, Path, Path | None]]:
    """What was said of which cases, and of the offers of which night."""
    found: list[tuple[str, Path, Path | None]] = []

    def list_cases(version: Path, settings: ListSettings, *, night: Path) -> dict[str, Path]:
        found.append(("lists", version, night))
        return {}

    def list_calls(
        folder: Path, version: Path, settings: ListSettings, *, night: Path, **who: str
    ) -> CallingLists:
        found.append(("calling lists", version, night))
        return CallingLists({}, 0, {})

    def renew_cases(folder: Path, version: Path) -> None:
        found.append(("who is calling", version, None))

    def tell_cases(environment: Environment, version: Path) -> Told:
        found.append(("webhooks", version, None))
        return Told({})

    for module in (people, refreshed):
        monkeypatch.setattr(module, "write_lists", list_cases)
    monkeypatch.setattr(contact, "write_calling_lists", list_calls)
    monkeypatch.setattr(contact, "renew_cases", renew_cases)
    monkeypatch.setattr(deliveries, "tell_cases", tell_cases)
    return found


def test_a_refresh_shows_new_cases_and_leaves_the_night_as_it_was(
    defs: dg.Definitions,
    environment: Environment,
    lake: FakeLake,
    told: list[tuple[str, Path, Path | None]],
) -> None:
    def everywhere(cases: Path | None) -> set[tuple[str, Path | None, Path | None]]:
        night = current_version(environment.home.marts)
        return {("lists", cases, night), ("calling lists", cases, night), ("webhooks", cases, None)}

    assert run(defs, NIGHTLY_JOB)
    shown = cases_version(environment.home.marts)
    assert shown == current_version(environment.home.marts)
    assert set(told) == everywhere(shown)
    before, night = state(environment), environment.notebook.read_text()
    lake.orders.append({"source_id": "3", "amount": 30})
    told.clear()

    assert run(defs, REFRESH_JOB)
    assert cases(environment) == [5, 7, 30]
    assert state(environment) == before
    assert environment.notebook.read_text() == night
    shown = cases_version(environment.home.marts)
    assert shown != current_version(environment.home.marts)
    assert set(told) == {*everywhere(shown), ("who is calling", shown, None)}
    told.clear()

    assert run(defs, REFRESH_JOB)
    assert cases_version(environment.home.marts) == shown, "nothing had changed"
    assert told == []

    lake.orders.append({"source_id": "4", "amount": 1})
    assert run(defs, NIGHTLY_JOB)
    assert cases_version(environment.home.marts) == current_version(environment.home.marts)
    assert cases(environment) == [1, 5, 7, 30]


def test_a_refresh_that_was_cut_off_leaves_the_next_one_right(
    defs: dg.Definitions,
    environment: Environment,
    lake: FakeLake,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run(defs, NIGHTLY_JOB)
    lake.orders.append({"source_id": "3", "amount": 30})
    built, whole = DbtRunner.build, environment.between_nights.home.warehouse

    def cut_off(runner: DbtRunner, *arguments: object) -> None:
        built(runner, ["--select", "fct_orders"])
        with duckdb.connect(str(runner.environment.home.warehouse)) as connection:
            connection.execute("update core.fct_orders set amount = -1")
        raise OSError("killed")

    with monkeypatch.context() as patch:
        patch.setattr(DbtRunner, "build", cut_off)
        assert not run(defs, REFRESH_JOB)
    assert cases(environment) == [5, 7]
    assert run(defs, REFRESH_JOB)
    assert cases(environment) == [5, 7, 30]

    # Killed while the warehouse was copied: no receipt, half a file.
    (whole.parent / "copied_from.txt").unlink()
    whole.write_bytes(whole.read_bytes()[:5000])
    lake.orders.append({"source_id": "4", "amount": 1})
    assert run(defs, REFRESH_JOB)
    assert cases(environment) == [1, 5, 7, 30]


def test_a_failed_test_keeps_the_cases_before(
    defs: dg.Definitions, environment: Environment, lake: FakeLake
) -> None:
    run(defs, NIGHTLY_JOB)
    lake.orders.append({"source_id": "3", "amount": -1})

    assert not run(defs, REFRESH_JOB)
    assert cases(environment) == [5, 7]


def test_what_a_refresh_cannot_build_upon_is_said(
    defs: dg.Definitions,
    environment: Environment,
    manifest: dict[str, dict[str, dict[str, dict[str, str]]]],
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(defs, REFRESH_JOB)
    assert "no night has been complete yet: run the nightly job first" in capsys.readouterr().err

    run(defs, NIGHTLY_JOB)
    manifest["nodes"]["model.cx_warehouse.fct_orders"]["checksum"]["checksum"] = "edited"
    assert run(defs, REFRESH_JOB)
    assert "the code has changed since the last night" in capsys.readouterr().err
    assert cases_version(environment.home.marts) == current_version(environment.home.marts)
