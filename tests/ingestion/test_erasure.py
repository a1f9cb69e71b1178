"""Erasure: who is meant, what goes, what stays, and who stays away."""

import gzip
import json

import pyarrow.parquet as pq
import pytest

from ingestion import all_streams
from ingestion.erasure import begin, erased_before, erasures, pending
from ingestion.erasure.persons import UnknownPersonError
from ingestion.lake import Lake, open_table, source_states
from tests.factories.forgotten import FILES, SHARED, Company
from tests.factories.stopped_rewriting import times_stopped


@pytest.mark.parametrize(
    "written",
    [
        *("0912 345 6789", "+98(912)3456789", "۰۹۱۲۳۴۵۶۷۸۹", "٠٠٩٨٩١٢٣٤٥٦٧٨٩", "SARA@example.org"),
        *("C-1001", "crm:C-1001", "C-۱۰۰۱", f"{1:032x}", f" {1:032X}"),
    ],
)
def test_a_person_is_found_however_the_request_is_written(company: Company, written: str) -> None:
    assert company.plan(written).customer_id == f"{1:032x}"


def test_nobody_and_nobody_in_particular_are_one_sentence(company: Company) -> None:
    for written, said in {"C-9": "nobody is known", SHARED: "shared by several"}.items():
        with pytest.raises(UnknownPersonError, match=said):
            company.plan(written)


def test_a_plan_says_what_would_go_and_changes_nothing(company: Company) -> None:
    before = sorted((path, path.stat().st_mtime_ns) for path in company.home.root.rglob("*"))
    person = company.plan("C-1001")
    assert person.rows == {
        "mapped__customers": 1,
        "mapped__orders": 1,
        "mapped__shipments": 1,
        "mapped__tickets": 1,
        "mapped__ticket_messages": 1,
        "mapped__qa_scores": 1,
    }
    assert person.clear["names"] == [], "somebody else has the name too"
    assert before == sorted((p, p.stat().st_mtime_ns) for p in company.home.root.rglob("*"))


def test_no_byte_of_an_erased_person_stays(company: Company) -> None:
    others = company.rows("mapped__customers", "* exclude (source_id), source_id")
    begin(company.sources, company.home, company.plan("C-1001"))
    (erasure,) = pending(company.home)
    pattern = erasure.traces.of_records
    before = {place.split("/")[0] + "/" + place.split("/")[1] for place in company.places(pattern)}
    assert before == {
        *(
            "archive/crm",
            "archive/desk",
            "archive/quality",
            "lake/mapped",
            "lake/_restricted",
            "lake/_quarantine",
        )
    }

    company.go_on()

    assert company.places(pattern) == []
    assert [row[0] for row in company.rows("mapped__orders")] == ["O-90002"]
    assert company.rows("mapped__ticket_messages", "message_text") == [
        ("OMID  Karimi called",),
        ("Sara ([email]) told me",),
    ]
    kept = company.rows("mapped__customers", "* exclude (source_id), source_id")
    assert kept == [row for row in others if row[-1] != "C-1001"]
    names = {path.name: path for path in company.home.root.glob("archive/*/*/*")}
    assert names["customers.csv"].read_text() == "".join(
        line
        for line in FILES["crm/customers.csv"].splitlines(keepends=True)
        if "C-1001" not in line
    )
    assert pq.read_table(names["messages.parquet"]).num_rows == 1


def test_who_is_mentioned_in_the_words_of_others_is_blanked_there(company: Company) -> None:
    company.erase("C-1002")
    words = [text for (text,) in company.rows("mapped__ticket_messages", "message_text")]
    assert words == ["Sara ([email]) told me", "[erased] called", "where is it?"]


def test_a_source_that_still_holds_the_person_does_not_bring_it_back(company: Company) -> None:
    company.erase()
    state = source_states(
        open_table(Lake(company.home.lake).table(all_streams()["mapped__orders"]))
    )
    assert "crm" in state

    company.drop("_again")
    results = company.read()

    erased = {table: result.rows_erased for table, result in results.items()}
    assert erased == {
        "mapped__customers": 2,
        "mapped__orders": 1,
        "mapped__shipments": 1,
        "mapped__tickets": 1,
        "mapped__ticket_messages": 1,
        "mapped__qa_scores": 1,
    }
    assert [row[0] for row in company.rows("mapped__customers")] == ["C-1002", "C-1003"]
    for result in results.values():
        kept = result.rows_landed + result.rows_rejected + result.rows_unchanged
        assert result.rows_read == kept + result.rows_erased


def test_a_record_that_cannot_be_split_is_kept_out_when_it_names_the_person(
    company: Company,
) -> None:
    company.erase()
    named = [
        *("x,x,SARA@example.org,x,x,x", "x,x,call +98 (912) 345 6789 now,x,x,x"),
        *("x,x,x,x,x,۰۹۱۲۳۴۵۶۷۸۹", "C-۱۰۰۱,x,x,x,x,x", "x,is it C-1001?,x,x,x,x"),
    ]
    nobody = ["x,x,sara@example.com,x,x,x", "C-10012,x,x,x,x,x", "x,x,0912 345 6780,x,x,x"]
    path = company.home.inbox / "crm" / "customers_torn.csv"
    path.write_text("\n".join(["no,name,email,phone,at", *named, *nobody, ""]), encoding="utf-8")

    result = company.read()["mapped__customers"]

    assert (result.rows_read, result.rows_rejected, result.rows_erased) == (8, 3, 5)
    quarantine = open_table(Lake(company.home.lake).quarantine(all_streams()["mapped__customers"]))
    assert quarantine
    refused = [str(row) for row in quarantine.to_pyarrow_table()["raw"].to_pylist()]
    assert not [row for row in refused if "SARA" in row or "1001?" in row or "۰۹۱۲۳۴۵۶۷۸۹" in row]
    assert all(any(text.split(",")[2] in row for row in refused) for text in nobody)


def test_an_erasure_that_is_killed_at_any_commit_is_carried_on(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin(company.sources, company.home, company.plan("C-1001"))
    pattern = pending(company.home)[0].traces.of_records
    assert times_stopped(company.go_on, monkeypatch)
    assert company.places(pattern) == []


def test_who_was_erased_is_known_by_the_list_alone(company: Company) -> None:
    company.erase()
    (erasure,) = erasures.erasures(company.home)
    assert erased_before(company.sources, company.home, "۰۹۱۲۳۴۵۶۷۸۹") == erasure
    assert erased_before(company.sources, company.home, "C-1002") is None
    assert "1001" not in (erasure.folder / "suppressed.txt").read_text()


def test_packed_files_lists_and_unknown_ones_are_cleaned_or_go_with_a_note(
    company: Company,
) -> None:
    folder = company.home.root / "archive" / "crm" / "x"
    folder.mkdir()
    kept = {"no": "2"}
    (folder / "a.json").write_text(json.dumps({"rows": [{"mail": "sara@example.org"}, kept]}))
    (folder / "b.csv.gz").write_bytes(gzip.compress(b"no\n1\nsara@example.org\n"))
    torn = bytearray(gzip.compress(b"no\n1\n" * 99))
    torn[12] ^= 255
    (folder / "torn.csv.gz").write_bytes(torn)
    (folder / "c.bin").write_bytes(b"\0sara@example.org\0")
    (folder / "d.bin").write_bytes(b"\0nobody")
    company.erase()
    assert json.loads((folder / "a.json").read_text()) == {"rows": [kept]}
    assert gzip.decompress((folder / "b.csv.gz").read_bytes()) == b"no\n1\n"
    assert sorted(path.name for path in folder.iterdir()) == [
        *("a.json", "b.csv.gz", "c.erased.txt", "d.bin", "torn.csv.gz")
    ]
