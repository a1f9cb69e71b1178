"""Renews rows of public holidays from the calendars of the ``holidays`` package.

What the company wrote into them stays: its own rows and its overrides. Where they are kept,
and what a holiday does to a business clock, belongs in ``dbt_project``.
    python -m ingestion.holiday_calendar < held.csv > renewed.csv
"""

import csv
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import NamedTuple

COUNTRIES = ("AE", "DE", "GB", "IR", "KZ", "RU", "TR", "US")
YEARS = range(2015, 2036)
CALENDAR, COMPANY = "calendar", "company"
LANGUAGES = {"name_en": "en", "name_fa": "fa", "name_ru": "ru"}


class Holiday(NamedTuple):
    """One line, as text; ``origin`` is ``calendar`` or ``company``."""

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
    """Read the rows held on standard input, write the renewed ones to standard output.

    They are for the countries that the held rows name, the usual ones and ``arguments``.
    """
    held = [Holiday(**row) for row in csv.DictReader(sys.stdin)]
    countries = {*COUNTRIES, *arguments, *(row.country_code for row in held)}
    calendar = [row for country in sorted(countries) for row in known_holidays(country)]
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(Holiday._fields)
    writer.writerows(renewed(calendar, held))


if __name__ == "__main__":
    main(sys.argv[1:])
