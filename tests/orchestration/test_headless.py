"""The commands of a terminal: exit codes, one sentence per trouble, the screen at the end."""

from pathlib import Path

import dagster as dg
import pytest

from orchestration import __main__, breakage, headless, verifying
from orchestration.lib.environment import Environment, demo_size, is_run_worker
from orchestration.lib.lock import hold_lock
from tests.factories.damage import flip


@pytest.fixture
def commands(
    environment: Environment,
    defs: dg.Definitions,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> Environment:
    """The commands work on the tiny company."""
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
    for module in (headless, breakage, verifying):
        monkeypatch.setattr(module, "load_environment", lambda: environment)
    monkeypatch.setattr("orchestration.build.build_defs", lambda environment: defs)
    return environment


def test_a_night_ends_with_the_screen(
    commands: Environment, capfd: pytest.CaptureFixture[str]
) -> None:
    code = __main__.main(["nightly"])

    shown = capfd.readouterr()
    assert code == 0
    assert shown.out.startswith("DEMO · Tiny\nData as of 2026-11-01")
    assert "crm → mapped__orders: 2 of 3 rows landed, 1 refused" in shown.err
    assert "▸ warehouse_models" in shown.err
    assert __main__.main(["verify"]) == 0
    flip(commands.published_database)
    assert __main__.main(["verify"]) == 1
    assert "marts.duckdb is damaged" in capfd.readouterr().out


def test_a_second_night_at_the_same_time_says_so(
    commands: Environment, capfd: pytest.CaptureFixture[str]
) -> None:
    with hold_lock(commands.lock_file):
        code = __main__.main(["nightly"])

    shown = capfd.readouterr()
    assert code == 1
    assert "another run is working on" in shown.err
    assert "Traceback" not in shown.err
    assert not shown.out


def test_a_screen_needs_a_publication(
    commands: Environment, capfd: pytest.CaptureFixture[str]
) -> None:
    assert __main__.main(["screen"]) == 1
    assert "run `make nightly`" in capfd.readouterr().err


def test_nothing_is_rolled_back_before_a_publication(
    commands: Environment, capfd: pytest.CaptureFixture[str]
) -> None:
    assert __main__.main(["rollback"]) == 1
    assert "there is no version to roll back to" in capfd.readouterr().err


def test_nothing_is_broken_before_a_publication(
    commands: Environment, capfd: pytest.CaptureFixture[str]
) -> None:
    assert __main__.main(["break"]) == 1
    assert "Run `make nightly` first" in capfd.readouterr().err


@pytest.mark.parametrize("arguments", [[], ["nonsense"]])
def test_an_unknown_command_shows_the_known_ones(
    arguments: list[str], capfd: pytest.CaptureFixture[str]
) -> None:
    assert __main__.main(arguments) == 2
    assert "nightly|refresh|watch|screen|rollback|break" in capfd.readouterr().err


def test_the_demos_size_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CX_DEMO_CUSTOMERS", "300")

    assert demo_size() == {"customers": 300}


def test_a_wrong_size_is_named(
    commands: Environment, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CX_DEMO_DAYS", "many")

    with pytest.raises(Exception, match="CX_DEMO_DAYS is 'many'"):
        demo_size()


@pytest.mark.parametrize(
    ("command", "is_worker"),
    [(["dagster", "api", "execute_run", "{}"], True), (["dagster", "dev"], False)],
)
def test_run_workers_are_told_from_other_processes(
    monkeypatch: pytest.MonkeyPatch, command: list[str], is_worker: bool
) -> None:
    monkeypatch.setattr("sys.argv", command)

    assert is_run_worker() is is_worker
