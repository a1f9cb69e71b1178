"""Likely customer pairs are looked for where the company wants it and the extra is there."""

from dataclasses import replace

import pandas as pd
import pyarrow as pa
import pytest

import ingestion
from enrichment import identity
from ingestion.enriched import Candidates
from orchestration.lib.environment import Environment
from orchestration.lib.lake import CompanyLake

PAIRS = pd.DataFrame({"left_key": ["a"], "right_key": ["b"], "match_weight": [7]})


@pytest.fixture
def wanted(environment: Environment) -> CompanyLake:
    sources = environment.sources
    company = sources.company.model_copy(update={"match_customers": True})
    return CompanyLake(
        replace(environment, sources=sources.model_copy(update={"company": company}))
    )


@pytest.fixture
def landed(monkeypatch: pytest.MonkeyPatch) -> list[tuple[pa.Table, int]]:
    """What was landed, where one record could be compared."""
    found: list[tuple[pa.Table, int]] = []
    candidates = Candidates(pa.table({"identity_key": ["a", "b"]}), load_seq=3)
    monkeypatch.setattr(ingestion, "identity_candidates", lambda home: candidates)
    monkeypatch.setattr(
        ingestion,
        "land_identity_edges",
        lambda home, pairs, *, load_seq: found.append((pairs, load_seq)),
    )
    monkeypatch.setattr(identity, "is_installed", lambda: True)
    monkeypatch.setattr(identity, "match_customers", lambda records: PAIRS)
    return found


def test_nothing_is_compared_unless_the_company_wants_it(
    environment: Environment, landed: list[tuple[pa.Table, int]]
) -> None:
    assert CompanyLake(environment).match_customers() == ""
    assert landed == []


def test_a_missing_extra_is_said(wanted: CompanyLake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(identity, "is_installed", lambda: False)
    assert "not installed" in wanted.match_customers()


def test_found_pairs_land_with_the_load_that_was_compared(
    wanted: CompanyLake, landed: list[tuple[pa.Table, int]]
) -> None:
    assert wanted.match_customers().startswith("1 pairs")
    ((pairs, load_seq),) = landed
    assert (pairs.to_pylist(), load_seq) == (PAIRS.to_dict("records"), 3)


def test_without_news_of_customers_nothing_is_compared(
    wanted: CompanyLake, landed: list[tuple[pa.Table, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ingestion, "identity_candidates", lambda home: None)
    assert wanted.match_customers() == ""
    assert landed == []
