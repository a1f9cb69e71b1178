"""The contact zone as an asset, and the look-up on the command line."""

import shutil
from pathlib import Path
from types import SimpleNamespace

import dagster as dg
import pytest

from orchestration import looking_up
from orchestration.defs.serving import contact
from orchestration.defs.serving.contact import CALLING_LISTS, CONTACT_ZONE, contact_assets
from orchestration.lib.environment import Environment
from serving import write_calling_lists, write_zone
from tests.serving.zones import records, write_world


@pytest.fixture
def company(
    environment: Environment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Environment:
    """The tiny company with a publication that has customers, its zone not written yet."""
    monkeypatch.setattr(contact, "write_zone", write_zone)
    monkeypatch.setattr(contact, "write_calling_lists", write_calling_lists)
    monkeypatch.setattr(looking_up, "load_environment", lambda: environment)
    warehouse, version = write_world(tmp_path)
    (version / "published.json").write_text("{}")
    shutil.move(warehouse, environment.home.warehouse)
    environment.home.marts.mkdir()
    (environment.home.marts / "current").symlink_to(version)
    return environment


def night(company: Environment) -> dg.ExecuteInProcessResult:
    return dg.materialize(
        contact_assets(company),
        selection=[CONTACT_ZONE, CALLING_LISTS],
        resources={
            "lake": dg.ResourceDefinition.hardcoded_resource(
                SimpleNamespace(contact_records=records)
            ),
            "warehouse_lock": dg.ResourceDefinition.none_resource(),
        },
    )


def test_a_night_writes_the_zone_and_tells_counts_and_no_names(company: Environment) -> None:
    result = night(company)

    assert all(check.passed for check in result.get_asset_check_evaluations())
    told: dict[str, object] = {}
    for node in ("contact_zone", "calling_lists"):
        (event,) = result.asset_materializations_for_node(node)
        told |= {name: entry.value for name, entry in event.metadata.items()}
    assert told["persons"] == 6
    assert (told["lists"], told["lines"], told["left_out_refused"]) == (2, 4, 3)
    assert "نوری" not in str(told)


def test_a_zone_that_cannot_be_written_fails_its_check_and_not_the_night(
    company: Environment,
) -> None:
    company.home.contact.mkdir(mode=0o755)

    result = night(company)

    assert result.success
    zone, lists = result.get_asset_check_evaluations()
    assert not zone.passed
    assert not lists.passed
    assert "is open to every account" in str(zone.description)


def test_the_command_line_tells_who_is_calling_or_why_not(
    company: Environment, capsys: pytest.CaptureFixture[str]
) -> None:
    assert looking_up.show_callers(["", "", ""]) == 2
    assert looking_up.show_callers(["0912 123 4567"]) == 1
    night(company)
    assert looking_up.show_callers(["۰۹۱۲ ۱۲۳ ۴۵۶۷", "", ""]) == 0
    assert looking_up.show_callers(["0912", "call_back", "analyst"]) == 1
    assert looking_up.show_callers(["050 000 0003"]) == 0

    out, refusals = capsys.readouterr()
    assert "Ann نوری" in out
    assert "2 persons have it" in out
    assert "+971500000003" in out
    assert "run `make nightly` first" in refusals
    assert "role 'analyst' may not read" in refusals
