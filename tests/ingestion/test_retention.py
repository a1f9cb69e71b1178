"""Retention: what is older than its period goes and is counted; what is in use stays."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ingestion import ConfigurationError, all_streams, retain
from ingestion.lake import Lake, count_rows, open_table
from ingestion.settings import Sources
from tests.factories.forgotten import Company

NOW = datetime.now(UTC)
LATER = NOW + timedelta(days=31)


def with_periods(company: Company, **periods: Any) -> Sources:
    return Sources.model_validate(company.sources.model_dump() | {"retention": periods})


def held(company: Company) -> dict[str, int]:
    lake, streams = Lake(company.home.lake), all_streams()
    customers, messages = streams["mapped__customers"], streams["mapped__ticket_messages"]
    return {
        "refusals": count_rows(open_table(lake.quarantine(customers))),
        "customers": count_rows(open_table(lake.restricted(customers))),
        "messages": count_rows(open_table(lake.restricted(messages))),
        "files": sum(1 for path in company.home.root.glob("archive/*/*/*") if path.is_file()),
    }


def test_without_periods_everything_stays_for_ever(company: Company) -> None:
    assert retain(company.sources, company.home, now=NOW + timedelta(days=9999)) == []


def test_what_is_older_than_its_period_goes_and_is_counted(company: Company) -> None:
    sources = with_periods(
        company,
        archive=30,
        quarantine=30,
        restricted=30,
        tables={"mapped__ticket_messages": {"restricted": 60}},
    )
    before = held(company)
    assert before == {"refusals": 3, "customers": 3, "messages": 3, "files": 6}
    assert retain(sources, company.home, now=NOW) == []

    shown = retain(sources, company.home, now=LATER, is_dry=True)
    assert held(company) == before
    done = retain(sources, company.home, now=LATER)

    assert done == shown
    counts = {found.place: found.count for found in done}
    assert counts == {
        "lake/_quarantine/mapped__customers": 3,
        "lake/_restricted/mapped__tickets": 2,
        "archive": 6,
    }
    assert held(company) == {"refusals": 0, "customers": 3, "messages": 3, "files": 0}
    lines = (company.home.root / "retention.jsonl").read_text().splitlines()
    assert {(line["place"], line["count"]) for line in map(json.loads, lines)} == set(
        counts.items()
    )
    assert company.places("(?i)not a time") == []
    assert retain(sources, company.home, now=LATER) == []


def test_of_a_living_customer_the_newest_clear_values_stay(company: Company) -> None:
    newer = "no,name,email,phone,at\nC-1002,Omid Karimi,new@example.org,,2026-03-01 10:00\n"
    (company.home.inbox / "crm" / "customers_new.csv").write_text(newer)
    company.read()
    sources = with_periods(company, restricted=30)

    (customers, _, _) = retain(sources, company.home, now=LATER)

    assert (customers.place, customers.count) == ("lake/_restricted/mapped__customers", 1)
    assert company.places("(?i)new@example.org")
    assert not [place for place in company.places("(?i)omid@example") if "_restricted" in place]


def test_a_period_of_an_unknown_table_is_one_sentence(company: Company) -> None:
    sources = with_periods(company, tables={"mapped__nothing": {"quarantine": 1}})
    with pytest.raises(ConfigurationError, match="mapped__nothing"):
        retain(sources, company.home, now=NOW)
