"""Renewing the holidays: the calendar's rows follow it, the company's stay."""

import csv
import re
from datetime import date

import pytest

from ingestion.holiday_calendar import COUNTRIES, YEARS, Holiday, renewed
from ingestion.settings import PROJECT_ROOT

SEED = PROJECT_ROOT / "dbt_project" / "seeds" / "holidays.csv"

NEW_YEAR = Holiday("IR", "2025-03-21", "Nowruz", "جشن نوروز", "", "false", "", "calendar")
FEAST = Holiday("IR", "2031-01-24", "Eid al-Fitr (estimated)", "", "", "true", "", "calendar")
OWN = Holiday("IR", "2025-05-01", "Founders' day", "", "", "false", "", "company")


def test_an_override_survives_and_the_names_are_renewed() -> None:
    held = NEW_YEAR._replace(name_en="New Year", is_working_override="true")
    assert renewed([NEW_YEAR], [held]) == [NEW_YEAR._replace(is_working_override="true")]


def test_rows_of_the_company_s_own_survive_and_outrank_the_calendar() -> None:
    renamed = NEW_YEAR._replace(name_en="Closed", origin="company")
    assert renewed([NEW_YEAR], [OWN, renamed]) == [renamed, OWN]


def test_a_day_that_the_calendar_moved_leaves_the_old_one() -> None:
    moved = FEAST._replace(holiday_date="2031-01-25")
    assert renewed([moved], [FEAST]) == [moved]


@pytest.fixture(scope="module")
def seed() -> list[Holiday]:
    with SEED.open(encoding="utf-8", newline="") as file:
        return [Holiday(**row) for row in csv.DictReader(file)]


def test_the_seed_is_in_order_and_holds_every_year_of_its_countries(seed: list[Holiday]) -> None:
    keys = [row.key for row in seed]
    assert keys == sorted(set(keys))
    years = {(country, date.fromisoformat(day).year) for country, day in keys}
    assert {(country, year) for country in COUNTRIES for year in YEARS} <= years


@pytest.mark.parametrize(
    ("country", "day", "column", "words"),
    [
        ("IR", "2025-03-21", "name_fa", "جشن نوروز"),
        ("IR", "2024-06-03", "name_en", "Death of Imam Khomeini"),
        ("RU", "2024-06-12", "name_ru", "День России"),
        ("RU", "2024-01-07", "name_ru", "Рождество Христово"),
        ("AE", "2024-12-02", "name_en", "National Day"),
    ],
)
def test_the_seed_holds_known_holidays(
    seed: list[Holiday], country: str, day: str, column: str, words: str
) -> None:
    (found,) = [row for row in seed if row.key == (country, day)]
    assert re.search(words, getattr(found, column))
