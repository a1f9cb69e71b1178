"""Paths into JSON records, and what is left when columns have read theirs."""

from typing import Any

import pytest

from ingestion.readers.paths import ABSENT, Place, remainder, steps_of, taken_by, value_at

RECORD: dict[str, Any] = {
    "id": "7",
    "name": {"first": "Ann", "last": "Lee"},
    "phones": [{"kind": "home", "value": "1"}, {"kind": "work", "value": "2", "note": "x"}],
    "odata.next": "url",
}


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("id", "7"),
        ("name.first", "Ann"),
        ("phones.1.value", "2"),
        ("phones[kind=work].value", "2"),
        (r"odata\.next", "url"),
        ("phones[kind=fax].value", ABSENT),
        ("phones.9.value", ABSENT),
        ("id.deeper", ABSENT),
        ("", RECORD),
    ],
)
def test_a_path_leads_to_its_value_or_nowhere(path: str, expected: Any) -> None:
    assert value_at(RECORD, steps_of(path)) == expected


def test_texts_of_several_places_are_joined_without_the_absent_ones() -> None:
    assert Place.of("name.first + name.middle + name.last").value(RECORD) == "Ann Lee"


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        ("name.middle | name.last", "Lee"),
        ("name.middle | name.more", None),
        ("name.first? + name.middle?", "true false"),
        ("phones[kind=fax]?", False),
        ("[id=7].name.last", "Lee"),
        ("[id=8].name.last", None),
        ("[id=8].name.last | name.first + name.last", "Ann Lee"),
    ],
)
def test_a_place_is_a_choice_a_test_or_a_condition(place: str, expected: Any) -> None:
    assert Place.of(place).value(RECORD) == expected


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        ("name.first", True),
        ("name.middle", False),
        ("name.middle | name.last", True),
        ("phones.7.value", True),
        ("none.deeper", True),
        ("id.deeper", False),
        ("gone", False),
        ("[id=8].name.last", True),
    ],
)
def test_a_place_is_known_where_a_record_has_its_fields(place: str, expected: bool) -> None:
    assert Place.of(place).is_known_in(RECORD | {"none": None}) == expected


def test_what_a_condition_read_is_taken_out_too() -> None:
    assert "id" not in remainder(RECORD, taken_by([Place.of("[name=x].id")]))


def test_what_a_column_read_is_taken_out_and_nothing_else() -> None:
    taken = taken_by(map(Place.of, ["id", "name.first", "phones[kind=work].value"]))

    assert remainder(RECORD, taken) == {
        "name": {"last": "Lee"},
        "phones": [{"kind": "home", "value": "1"}, {"kind": "work", "note": "x"}],
        "odata.next": "url",
    }
    assert remainder({"id": "7"}, taken) is ABSENT


def test_an_element_is_chosen_by_what_lies_below_it_too() -> None:
    rang = {"as": "agent", "id": 1, "ends": [{"marks": [{"name": "rang"}]}]}
    spoke = {"as": "agent", "id": 2, "ends": [{"marks": [{"name": "rang"}, {"name": "spoke"}]}]}
    place = Place.of("people[as=agent & ends.0.marks[name=spoke]?].id")

    assert place.value({"people": [rang, spoke]}) == 2
    assert place.value({"people": [rang]}) is None
    assert remainder({"people": [rang, spoke]}, taken_by([place])) == {
        "people": [rang, {name: spoke[name] for name in ("as", "ends")}]
    }


def test_what_is_no_path_is_refused() -> None:
    for path in ("phones[work].value", "name.[id=7]", "a?.b", "list[key=x & y.z]", "a[k=v"):
        with pytest.raises(ValueError, match="is no path such as"):
            steps_of(path)
