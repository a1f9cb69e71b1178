"""Text: columns of numbers become columns of written values and whole lines, vectorised.

Only notation lives here: clocks, calendars, digits, quoting. What a system writes belongs in
``writers``.
"""

from collections.abc import Sequence
from datetime import date
from typing import TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ingestion.demo import config
from ingestion.demo.randomness import Flags, Integers

Strings: TypeAlias = pa.StringArray
Part: TypeAlias = Strings | str

PERSIAN_DIGITS = "۰۱۲۳۴۵۶۷۸۹"
_JALALI_EPOCH = date(2024, 3, 20).toordinal()
"""1 Farvardin 1403."""
_JALALI_LEAP_YEARS = frozenset({1399, 1403, 1408, 1412})


def joined(*parts: Part) -> Strings:
    """The parts of each row, one after the other."""
    return pc.binary_join_element_wise(*parts, "")


def number(values: Integers, width: int = 0) -> Strings:
    """Whole numbers, filled with zeros to ``width``."""
    written = pa.array(values, pa.int64()).cast(pa.string())
    return pc.utf8_lpad(written, width, "0") if width else written


def decimal(hundredths: Integers) -> Strings:
    """Amounts with two decimals, from hundredths."""
    return joined(number(hundredths // 100), ".", number(hundredths % 100, 2))


def clock(seconds: Integers, offset: int = 0) -> Strings:
    """``YYYY-MM-DD HH:MM:SS`` on a clock that is ``offset`` seconds ahead of UTC."""
    return pa.array(seconds + offset, pa.timestamp("s")).cast(pa.string())


def day_text(ordinals: Integers) -> Strings:
    """``YYYY-MM-DD`` of days given as ordinals."""
    return pa.array(ordinals - config.EPOCH_ORDINAL, pa.int32()).cast(pa.date32()).cast(pa.string())


def chosen(labels: Sequence[str], index: Integers) -> Strings:
    """The label at each index."""
    return pa.array(labels, pa.string()).take(pa.array(index))


def persian(values: Strings) -> Strings:
    """The same with Persian digits."""
    for latin, digit in enumerate(PERSIAN_DIGITS):
        values = pc.replace_substring(values, str(latin), digit)
    return values


def jalali_clock(seconds: Integers) -> Strings:
    """``YYYY/MM/DD HH:MM:SS`` in the Jalali calendar on the business clock."""
    days, place = np.unique(local_day(seconds), return_inverse=True)
    dates = ["{:04d}/{:02d}/{:02d}".format(*jalali(int(day))) for day in days]
    time = pc.utf8_slice_codeunits(clock(seconds, config.UTC_OFFSET), 10, 19)
    return joined(chosen(dates, place), time) if len(seconds) else time


def where(condition: Flags, yes: Part, no: Part) -> Strings:
    """``yes`` where the condition holds, else ``no``."""
    return pc.if_else(pa.array(condition), yes, no)


def local_day(seconds: Integers) -> Integers:
    """Ordinal of the business day of each instant."""
    return (seconds + config.UTC_OFFSET) // 86_400 + config.EPOCH_ORDINAL


def month_key(ordinals: Integers) -> Integers:
    """``YYYYMM`` of days given as ordinals."""
    months = (ordinals - config.EPOCH_ORDINAL).astype("datetime64[D]").astype("datetime64[M]")
    since = months.astype(np.int64)
    return (1970 + since // 12) * 100 + since % 12 + 1


def by_quarter(seconds: Integers, first: int) -> list[tuple[str, Integers]]:
    """Row numbers per quarter of their instants, in the order of the rows.

    The quarter of the day ``first`` is always there, since a tool exports also what is empty.
    """
    quarters = _quarter(local_day(seconds))
    every = np.union1d(_quarter(np.asarray([first])), quarters)
    return [(f"{key // 10}q{key % 10}", np.flatnonzero(quarters == key)) for key in every]


def _quarter(ordinals: Integers) -> Integers:
    months = month_key(ordinals)
    return months // 100 * 10 + (months % 100 + 2) // 3


def jalali(ordinal: int) -> tuple[int, int, int]:
    """Jalali year, month and day of a Gregorian ordinal.

    Raises:
        ValueError: the day lies outside the years that the table of leap years covers.
    """
    year, rest = 1403, ordinal - _JALALI_EPOCH
    while rest < 0:
        year -= 1
        rest += 366 if year in _JALALI_LEAP_YEARS else 365
    while rest >= (length := 366 if year in _JALALI_LEAP_YEARS else 365):
        year, rest = year + 1, rest - length
    if not 1397 <= year <= 1412:
        raise ValueError(f"year {year} is outside 1397 to 1412")
    month = rest // 31 if rest < 186 else 6 + (rest - 186) // 30
    start = month * 31 if month <= 6 else 186 + (month - 6) * 30
    return year, month + 1, rest - start + 1


def content(lines: Strings) -> bytes:
    """The bytes of lines that each carry their own line end."""
    lines = pa.concat_arrays([lines])
    if not len(lines):
        return b""
    offsets = np.frombuffer(lines.buffers()[1], dtype=np.int32)
    first, last = int(offsets[lines.offset]), int(offsets[lines.offset + len(lines)])
    return bytes(lines.buffers()[2][first:last])
