"""Offers as lines of lists: whom to ask to come back, and what to offer to whom.

Reads the published ``mart_winback`` and ``mart_cross_sell``. Who stands there, and that all of
them said yes to offers, belongs in ``dbt_project``.
"""

from pathlib import Path
from typing import Any, NamedTuple

import duckdb

from serving.headlines import Calendar
from serving.versions import DATABASE
from serving.wording import Language, Wording
from serving.workbooks import Line, day_cell, label_joins

WINBACK, CROSS_SELL = "winback", "cross_sell"
KNOWN = {
    "customer": 36,
    "class": 14,
    "value": 18,
    "currency": 10,
    "last_order": 12,
    "nps": 10,
    "csat": 10,
    "segment": 12,
    "market": 12,
    "language": 10,
    "channel": 14,
    "policy": 60,
}
OFFERED = {
    WINBACK: {"reason": 26, "departed": 12} | KNOWN,
    CROSS_SELL: {"product": 24, "because": 24, "share": 12} | KNOWN,
}
"""Columns of the sheets of offers by label key, with their widths in characters."""

DAYS = ("departed", "last_order")
OFFERS = """
    select
        offers.owner, offers.suggested_step as step, {own}, offers.customer_id as customer,
        coalesce(classes.label, offers.treatment_class) as class,
        offers.clv_historic_amount as value, offers.reporting_currency_code as currency,
        offers.last_order_date as last_order, offers.last_nps_score as nps,
        offers.last_csat_score as csat, coalesce(segments.label, offers.segment) as segment,
        coalesce(markets.label, offers.market) as market,
        coalesce(languages.label, offers.language) as language,
        coalesce(channels.label, offers.preferred_channel) as channel,
        policies.policy_{language} as policy
    from {mart} as offers
    left join dim_treatments as policies
        on policies.treatment_class = offers.treatment_class
        and policies.is_in_force
    {joins}
    where {which}
    order by offers.owner, offers.position_in_list
"""


class Sheet(NamedTuple):
    """Where the lines of a sheet come from: a mart, which of its rows, and its own cells."""

    mart: str
    which: str
    own: str
    labeled: dict[str, tuple[str, str]]


SOURCES = {
    WINBACK: Sheet(
        "mart_winback",
        "true",
        "coalesce(reasons.label, offers.departure_reason) as reason,"
        " offers.departed_on as departed",
        {"reasons": ("departure_reason", "departure_reason")},
    ),
    # One call makes one offer, the surest.
    CROSS_SELL: Sheet(
        "mart_cross_sell",
        "offers.offer_number = 1",
        "coalesce(products.label, offers.product_name) as product,"
        " coalesce(known.label, offers.because_of_product_name) as because,"
        " round(offers.confidence_pct, 1) as share",
        {
            "products": ("product", "product_name"),
            "known": ("product", "because_of_product_name"),
        },
    ),
}
LABELED = {
    "classes": ("treatment_class", "treatment_class"),
    "segments": ("segment", "segment"),
    "markets": ("market", "market"),
    "languages": ("language", "language"),
    "channels": ("channel", "preferred_channel"),
}


def offers(version: Path, language: Language, calendar: str = "gregorian") -> list[Line]:
    """The offers of a published version, the most promising of each area first.

    A version from before there were offers has none.

    Args:
        version: folder of the version.
        language: of labels and policies.
        calendar: of the dates, ``gregorian`` or ``jalali``.
    """
    with duckdb.connect(str(version / DATABASE), read_only=True) as connection:
        names = connection.execute("select table_name from duckdb_tables()").fetchall()
        wording = Wording(language, Calendar(connection) if calendar == "jalali" else None)
        return [
            _line(name, row, wording, calendar)
            for name, sheet in SOURCES.items()
            if (sheet.mart,) in names
            for row in _rows(connection, sheet, language)
        ]


def _rows(
    connection: duckdb.DuckDBPyConnection, sheet: Sheet, language: Language
) -> list[dict[str, Any]]:
    query = OFFERS.format(
        mart=sheet.mart,
        which=sheet.which,
        own=sheet.own,
        language=language,
        joins=label_joins(language, LABELED | sheet.labeled, "offers"),
    )
    cursor = connection.execute(query)
    names = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _line(sheet: str, row: dict[str, Any], wording: Wording, calendar: str) -> Line:
    days = {key: day_cell(row[key], wording, calendar) for key in DAYS if key in row}
    cells = {key: (row | days)[key] for key in OFFERED[sheet]}
    # Why somebody left is no reason of a case.
    return Line(row["owner"], sheet, "", row["step"], cells)
