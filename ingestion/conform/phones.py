"""Numbering plans of countries, as generated SQL: written digits to E.164 digits.

The plans come from the ``phonenumbers`` metadata. Cleaning, hashing and refusing belong in
``personal``.
"""

import phonenumbers

from ingestion.errors import ConfigurationError


def international(digits: str, region: str) -> str:
    """International digits of ``digits``: 7 or more, perhaps after a plus, as people write them.

    Args:
        digits: expression of the digits.
        region: country whose habits of writing apply.

    Raises:
        ConfigurationError: an unknown region.
    """
    plan = _numbering_plan(region)
    code, trunk, lengths = plan.country_code, plan.national_prefix or "", _lengths(region)
    is_trunk = f"strlen({digits}) - {len(trunk)} in {lengths}"
    is_trunk = "true" if trunk == "0" else f"{is_trunk} and strlen({digits}) not in {lengths}"
    national = f"when starts_with({digits}, '{trunk}') and {is_trunk} then "
    dialed_out = plan.international_prefix or "00"
    is_dialed_out = f"strlen({digits}) > {len(dialed_out) + 10}"
    abroad = f"when starts_with({digits}, '{dialed_out}') and {is_dialed_out} then "
    return (
        f"case when starts_with({digits}, '+') and not starts_with({digits}, '+0') "
        f"then {digits}[2:] when starts_with({digits}, '00') then {digits}[3:] "
        + (f"{abroad} {digits}[{len(dialed_out) + 1}:] " if dialed_out.isdecimal() else "")
        + f"when starts_with({digits}, '+') then concat('{code}', {digits}[3:]) "
        + (f"{national} concat('{code}', {digits}[{len(trunk) + 1}:]) " if trunk else "")
        + f"when starts_with({digits}, '{code}') and strlen({digits}) - {len(str(code))} "
        f"in {lengths} then {digits} else concat('{code}', {digits}) end"
    )


def without_trunk_prefix(digits: str, region: str) -> str:
    """Drops the 0 that people write after their own country code; checks the length."""
    plan = _numbering_plan(region)
    mistaken = f"{plan.country_code}0"
    if plan.national_prefix == "0":
        kept = f"concat('{plan.country_code}', {digits}[{len(mistaken) + 1}:])"
        digits = f"case when starts_with({digits}, '{mistaken}') then {kept} else {digits} end"
    return (
        f"case when strlen({digits}) between 7 and 15 and not starts_with({digits}, '0') "
        f"then {digits} end"
    )


def _lengths(region: str) -> str:
    """The lengths of the country's national numbers, without local short forms."""
    plan = _numbering_plan(region)
    kinds = filter(None, (plan.fixed_line, plan.mobile))
    found = {length for kind in kinds for length in kind.possible_length}
    usual = sorted(length for length in found if length >= 7) or [7]
    return f"({', '.join(map(str, usual))})"


def _numbering_plan(region: str) -> phonenumbers.PhoneMetadata:
    plan = phonenumbers.PhoneMetadata.metadata_for_region(region)
    if plan is None:
        raise ConfigurationError(
            f"conventions.phone_region is {region!r}: must be a country code such as IR"
        )
    return plan
