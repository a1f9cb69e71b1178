"""Pairs that are likely one person, on records whose persons are known."""

import random
from itertools import combinations

import pandas as pd
import pytest

from enrichment.identity import (
    CUSTOMER_RULES,
    Attribute,
    AttributeKind,
    MatchRules,
    match_customers,
    score_pairs,
)

pytest.importorskip("splink", reason="the extra `identity` is not installed")

PERSONS = 600
RULES = MatchRules(
    attributes=(
        Attribute("given_name", AttributeKind.NAME),
        Attribute("family_name", AttributeKind.NAME),
        Attribute("born_on", AttributeKind.CODE),
        Attribute("postcode", AttributeKind.CODE),
        Attribute("city", AttributeKind.EXACT),
    ),
    blocks=(
        ("given_name", "family_name"),
        ("born_on",),
        ("postcode", "family_name"),
        ("postcode", "given_name"),
    ),
    certain=(("given_name", "family_name", "born_on"),),
    certain_recall=0.4,
)
SYLLABLES = ("ba", "da", "fi", "go", "ha", "ki", "lu", "mo", "na", "pe", "ri", "sa", "to", "ve")


def word(chance: random.Random, length: int) -> str:
    return "".join(chance.choice(SYLLABLES) for _ in range(length))


def mistyped(chance: random.Random, value: str) -> str | None:
    """A value as another clerk wrote it: mostly the same, a letter off, or left out."""
    fate = chance.random()
    if fate < 0.75:
        return value
    if fate < 0.85:
        return None
    place = chance.randrange(len(value))
    return value[:place] + chance.choice("abcdefgh0123456789") + value[place + 1 :]


@pytest.fixture(scope="module")
def records() -> pd.DataFrame:
    """Persons with one to three records each; ``person`` is the truth."""
    chance = random.Random(7)
    given, family = ([word(chance, size) for _ in range(90)] for size in (2, 3))
    rows = []
    for person in range(PERSONS):
        values = {
            "given_name": chance.choice(given),
            "family_name": chance.choice(family),
            "born_on": f"{chance.randint(1940, 2005)}{chance.randint(1, 12):02}"
            f"{chance.randint(1, 28):02}",
            "postcode": f"{chance.randint(0, 400) * 7919 % 100_000:05}",
            "city": chance.choice(["Tehran", "Dubai", "Moscow", "London"]),
        }
        for _ in range(chance.choice([1, 2, 3])):
            written = {name: mistyped(chance, value) for name, value in values.items()}
            rows.append({"record": f"r{len(rows):04}", "person": person} | written)
    return pd.DataFrame(rows)


@pytest.fixture(scope="module")
def scores(records: pd.DataFrame) -> pd.DataFrame:
    return score_pairs(records, key="record", rules=RULES)


def test_likely_pairs_are_of_one_person_and_most_persons_are_found(
    records: pd.DataFrame, scores: pd.DataFrame
) -> None:
    true = {
        pair for _, own in records.groupby("person") for pair in combinations(sorted(own.record), 2)
    }
    found = set(zip(scores["left_key"], scores["right_key"], strict=True))
    assert len(found & true) / len(found) > 0.97
    assert len(found & true) / len(true) > 0.75


def test_a_pair_is_scored_once_with_the_likeliest_first(scores: pd.DataFrame) -> None:
    assert (scores["left_key"] < scores["right_key"]).all()
    assert not scores.duplicated(["left_key", "right_key"]).any()
    assert scores["match_weight"].is_monotonic_decreasing
    assert scores["match_probability"].between(RULES.minimum_probability, 1).all()


def test_the_order_of_records_changes_no_score(records: pd.DataFrame, scores: pd.DataFrame) -> None:
    shuffled = records.sample(frac=1, random_state=3)
    pd.testing.assert_frame_equal(score_pairs(shuffled, key="record", rules=RULES), scores)


def test_one_record_has_no_pair(records: pd.DataFrame) -> None:
    assert score_pairs(records.head(1), key="record", rules=RULES).empty


def test_records_that_share_nothing_have_no_pair() -> None:
    strangers = pd.DataFrame(
        {"record": ["r1", "r2"]}
        | {found.name: [f"a{found.name}", f"z{found.name}"] for found in RULES.attributes}
    )
    assert score_pairs(strangers, key="record", rules=RULES).empty


def test_customers_without_names_or_contacts_have_no_pair() -> None:
    names = ["identity_key", *(found.name for found in CUSTOMER_RULES.attributes)]
    bare = pd.DataFrame({name: ["a", "b"] if name == "identity_key" else None for name in names})
    assert match_customers(bare).empty


def test_customers_of_one_address_and_name_resemble_each_other() -> None:
    chance = random.Random(11)
    rows = [
        {
            "identity_key": f"customer:crm:{number}",
            "full_name": f"{word(chance, 2)} {word(chance, 3)}",
            "email": f"{word(chance, 4)}{number}@example.org",
            "phone": str(989_120_000_000 + 7919 * number),
            "birth_year": None,
            "market": chance.choice(["IR", "AE"]),
        }
        for number in range(200)
    ]
    twins = [row | {"identity_key": f"{row['identity_key']}b", "phone": None} for row in rows[:20]]
    found = match_customers(pd.DataFrame(rows + twins))
    pairs = set(zip(found["left_key"], found["right_key"], strict=True))
    assert pairs == {(row["identity_key"], f"{row['identity_key']}b") for row in rows[:20]}
    assert found["match_weight"].dtype == "int64"
