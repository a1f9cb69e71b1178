"""A change of the key between two nights: every person keeps the id that readers know."""

import shutil
from pathlib import Path

import duckdb
import pytest

from ingestion.erasure import pending
from orchestration import rotating
from tests.factories.night import differences
from tests.factories.rotation_job import NEW
from tests.factories.small_company import SmallCompany, drop

CALLER = "no,caller,at\nT-80001,0912 555 0001,2026-01-04 09:00:00\n"
"""A ticket of somebody of whom nothing but the phone is known."""

KEYS = ("identity_key", "linked_key")
LOG_OF_BUILDS = "core.fct_unkept_identities"


@pytest.mark.lane
def test_every_customer_id_is_the_same_before_and_after_a_change_of_the_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    company = SmallCompany(tmp_path / "data", monkeypatch)
    home = company.home
    for erasure in pending(home):
        erasure.note("verified")
    drop(home, 1)
    (home.inbox / "desk" / "tickets-1.csv").write_text(CALLER)
    company.night(1, "before")
    before = shutil.copyfile(home.warehouse, tmp_path / "before.duckdb")
    keys = {"CX_PSEUDONYM_KEY_BEFORE": company.environment["CX_PSEUDONYM_KEY"]}
    keys |= {"CX_SUPPRESSION_KEY": keys["CX_PSEUDONYM_KEY_BEFORE"], "CX_PSEUDONYM_KEY": NEW}
    company.environment |= keys
    overrides = shutil.copyfile(rotating.OVERRIDES, tmp_path / "overrides.csv")
    monkeypatch.setattr(rotating, "OVERRIDES", overrides)
    for name, value in company.environment.items():
        monkeypatch.setenv(name, value)

    assert rotating.change_key(["yes"]) == 0
    company.night(1, "after")

    found = differences(before, home.warehouse, "core", without=KEYS)
    assert set(found) <= {LOG_OF_BUILDS}, found
    with duckdb.connect(str(home.warehouse), read_only=True) as warehouse:
        warehouse.execute(f"attach '{before}' as before (read_only)")
        identities = "core.dim_customer_identities"
        of_phones = f"from {identities} where key_kind = 'phone' and linked_by = 'self'"
        assert warehouse.sql(of_phones).fetchall()
        assert not warehouse.sql(
            f"select identity_key {of_phones} intersect "
            f"select identity_key from before.{identities}"
        ).fetchall()
        assert not warehouse.sql(f"from {LOG_OF_BUILDS}").fetchall()
