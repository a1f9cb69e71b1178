"""Numbers in call records: which are phones, and SQL that keeps them out of other columns.

Hashing a phone belongs in ``conform``; here it is only found and moved to its own column.
"""

LONG_NUMBER = r"\+?[0-9]{7,}"
CHANNEL_SUFFIX = "-[0-9a-f]{8}(;[12])?$"


def is_phone(column: str, extension_digits: int) -> str:
    """SQL condition: the value is a number too long for an internal extension."""
    return rf"regexp_full_match({column}, '\+?[0-9]{{{extension_digits + 1},}}')"


def phone(column: str, extension_digits: int) -> str:
    """SQL value: the number if it is a phone, else null."""
    return f"case when {is_phone(column, extension_digits)} then {column} end"


def extension(column: str, extension_digits: int) -> str:
    """SQL value: what is no phone, without any long number inside it."""
    condition = is_phone(column, extension_digits)
    return f"case when not {condition} then {without_numbers(column)} end"


def without_numbers(column: str) -> str:
    """SQL value: the text with every long number replaced by a star."""
    return f"regexp_replace({column}, '{LONG_NUMBER}', '*', 'g')"


def channel(column: str) -> str:
    """SQL value: a channel's name without long numbers, its own suffix kept."""
    suffix = f"regexp_extract({column}, '{CHANNEL_SUFFIX}')"
    body = f"left({column}, length({column}) - length({suffix}))"
    return f"({without_numbers(body)} || {suffix})"


def without_own_numbers(column: str, *numbers: str) -> str:
    """SQL value: the text without the long numbers that the same record names."""
    for number in numbers:
        column = (
            f"case when length({number}) >= 7 then replace({column}, {number}, '*') "
            f"else {column} end"
        )
    return column
