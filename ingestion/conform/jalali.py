"""The Jalali (Solar Hijri) calendar as SQL arithmetic.

Leap years follow the 33-year cycle, which equals the official calendar of Iran for the years
1210 to 1634; the 2820-year rule does not (it makes 1404 a leap year instead of 1403). Reading
text belongs in ``instants``.
"""

FIRST_YEAR, LAST_YEAR = 1210, 1634
_LEAP_REMAINDERS = "1, 5, 9, 13, 17, 22, 26, 30"


def is_jalali_date(year: str, month: str, day: str) -> str:
    """Whether the integers name a day that exists; null when one of them is null."""
    return (
        f"({year} between {FIRST_YEAR} and {LAST_YEAR} and {month} between 1 and 12 "
        f"and {day} between 1 and case when {month} <= 6 then 31 "
        f"when {month} <= 11 or {year} % 33 in ({_LEAP_REMAINDERS}) then 30 else 29 end)"
    )


def gregorian_date(year: str, month: str, day: str) -> str:
    """The date of a Jalali day that exists, from the integers; days count from 979-01-01."""
    past = f"({year} - 979)"
    return (
        f"date '1600-03-20' + (365 * {past} + {past} // 33 * 8 + ({past} % 33 + 3) // 4 "
        f"+ case when {month} <= 7 then 31 * ({month} - 1) else 30 * {month} - 24 end "
        f"+ {day} - 1)"
    )
