"""The key of the pseudonyms is the lake's own, or nothing is read."""

import pytest

from ingestion import ConfigurationError, all_streams
from ingestion.erasure import plan
from ingestion.quarantine import replay
from tests.factories.forgotten import KEY, Company


def test_another_key_is_refused_in_one_sentence_before_anything_is_read(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys, customers = company.keys(), all_streams()["mapped__customers"]
    before = company.rows("mapped__customers")
    company.drop("_again")
    monkeypatch.setenv("CX_PSEUDONYM_KEY", "another key than before")
    for act in (
        company.read,
        lambda: replay(company.sources, company.home, customers),
        lambda: plan(company.sources, company.home, "C-1001", keys),
    ):
        with pytest.raises(ConfigurationError, match="is not the key that made") as refusal:
            act()
        assert "another key" not in str(refusal.value)
    assert company.rows("mapped__customers") == before

    monkeypatch.setenv("CX_PSEUDONYM_KEY", KEY)
    assert company.read()["mapped__customers"].rows_unchanged


def test_the_lake_keeps_no_key(company: Company) -> None:
    assert company.places(KEY) == []
