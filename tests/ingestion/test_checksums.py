"""Checksums of the lake: a flipped byte is found, what the lake itself rewrites is none."""

import pyarrow.parquet as pq
import pytest
from deltalake import DeltaTable

from ingestion.checksums import RECORD, note_files, verify_lake
from ingestion.errors import DamagedLakeError
from tests.factories.damage import flip
from tests.factories.forgotten import Company


def test_a_flipped_byte_in_any_file_is_found_and_named(company: Company) -> None:
    """Fault 17: rows, clear values, refused rows and commits alike."""
    lake = company.home.lake
    files = [path for kind in ("*.parquet", "_delta_log/*.json") for path in lake.rglob(kind)]
    assert {path.relative_to(lake).parts[0] for path in files} == {
        *("mapped", "_restricted", "_quarantine", "_loads")
    }
    note_files(company.home)

    for path in files:
        flip(path)
        with pytest.raises(DamagedLakeError) as refused:
            verify_lake(company.home)
        assert f"lake/{path.relative_to(lake)}" in str(refused.value)
        flip(path)

    assert verify_lake(company.home) == len(files)


def test_a_damaged_file_is_told_with_its_load_and_the_way_out(company: Company) -> None:
    (path,) = company.home.lake.glob("mapped/orders/*.parquet")
    note_files(company.home)
    flip(path)

    with pytest.raises(DamagedLakeError, match=r"\(load 1\); nothing was read\. Restore it"):
        verify_lake(company.home)


def test_what_the_lake_itself_rewrites_is_no_damage(company: Company) -> None:
    """An erasure writes tables anew and removes files, and Delta may repeat a checkpoint."""
    table = DeltaTable(str(company.home.lake / "mapped" / "orders"))
    table.create_checkpoint()
    note_files(company.home)
    (checkpoint,) = company.home.lake.rglob("*.checkpoint.parquet")
    pq.write_table(pq.read_table(checkpoint), checkpoint, compression="none")
    verify_lake(company.home)

    company.erase()
    verify_lake(company.home)
    count = note_files(company.home)

    noted = (company.home.lake / RECORD).read_text().splitlines()
    assert len(noted) == count == verify_lake(company.home)
