"""Renews ``seeds/holidays.csv`` from the calendars of the ``holidays`` package.

What the company wrote there stays: its own rows and its overrides. What a holiday does to a
business clock belongs in the warehouse.
"""

import csv
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import NamedTuple

SEED = Path(__file__).resolve().parents[1] / "dbt_project" / "seeds" / "holidays.csv"
COUNTRIES = ("AE", "DE", "GB", "IR", "KZ", "RU", "TR", "US")
YEARS = range(2015, 2036)
CALENDAR, COMPANY = "calendar", "company"
LANGUAGES = {"name_en": "en", "name_fa": "fa", "name_ru": "ru"}


class Holiday(NamedTuple):
    """One line of the seed, as text; ``origin`` is ``calendar`` or ``company``."""

    country_code: str
    holiday_date: str
    name_en: str
    name_fa: str
    name_ru: str
    is_estimated: str
    is_working_override: str
    origin: str

    @property
    def key(self) -> tuple[str, str]:
        """Country and day: a day is a holiday once."""
        return self.country_code, self.holiday_date


def renewed(calendar: Iterable[Holiday], held: Iterable[Holiday]) -> list[Holiday]:
    """The calendar's holidays with what the company wrote into the held ones, by country and day.

    A row of the company outranks the calendar's of that day; an override of a day that the
    calendar no longer knows goes with it.
    """
    written = {row.key: row for row in held}
    rows = {row.key: row for row in calendar}
    for key, row in written.items():
        if row.origin == COMPANY:
            rows[key] = row
        elif key in rows:
            rows[key] = rows[key]._replace(is_working_override=row.is_working_override)
    return [rows[key] for key in sorted(rows)]


def known_holidays(country: str) -> list[Holiday]:
    """The public holidays of a country; a name is empty where the package has none.

    Raises:
        NotImplementedError: a country that the package does not know.
    """
    import holidays

    names: dict[str, Mapping[date, str]] = {}
    for column, language in LANGUAGES.items():
        spoken = holidays.country_holidays(country).supported_languages
        code = next((name for name in spoken if name.startswith(language)), None)
        if code:
            names[column] = holidays.country_holidays(country, years=YEARS, language=code)
    return [
        Holiday(
            country_code=country,
            holiday_date=day.isoformat(),
            **{column: names[column][day] if column in names else "" for column in LANGUAGES},
            is_estimated=str("estimated)" in names["name_en"][day]).lower(),
            is_working_override="",
            origin=CALENDAR,
        )
        for day in names["name_en"]
        if day.year in YEARS
    ]


def main(arguments: Sequence[str]) -> None:
    """Renew the seed for the countries that it holds, the usual ones and those named."""
    held = _read()
    countries = {*COUNTRIES, *arguments, *(row.country_code for row in held)}
    calendar = [row for country in sorted(countries) for row in known_holidays(country)]
    with SEED.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(Holiday._fields)
        writer.writerows(renewed(calendar, held))


def _read() -> list[Holiday]:
    if not SEED.exists():
        return []
    with SEED.open(encoding="utf-8", newline="") as file:
        return [Holiday(**row) for row in csv.DictReader(file)]


if __name__ == "__main__":
    main(sys.argv[1:])
