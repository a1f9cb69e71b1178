"""What an entity is, the columns that entities share, and short ways to declare the others.

Which columns an entity has belongs in the module of its family.
"""

from typing import NamedTuple

from ingestion.stream import Column, ColumnType


class Entity(NamedTuple):
    """A unified entity: what its rows are, their key, and the declared columns."""

    description: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]


def identifier_of(name: str, description: str, *, required: bool = False) -> Column:
    """A number or code of another record, kept as text."""
    return Column(name=name, type=ColumnType.ID, description=description, required=required)


def text(name: str, description: str, *allowed: str, required: bool = False) -> Column:
    """A text, of the ``allowed`` values only when any are named."""
    return Column(
        name=name,
        type=ColumnType.TEXT,
        description=description,
        allowed=allowed,
        required=required,
    )


def instant(name: str, description: str, *, required: bool = False) -> Column:
    """A point in time."""
    return Column(name=name, type=ColumnType.TIMESTAMP, description=description, required=required)


def day(name: str, description: str, *, required: bool = False) -> Column:
    """A calendar day."""
    return Column(name=name, type=ColumnType.DATE, description=description, required=required)


def flag(name: str, description: str) -> Column:
    """Yes or no."""
    return Column(name=name, type=ColumnType.BOOLEAN, description=description)


def money(name: str, description: str) -> Column:
    """An exact decimal with two places, such as an amount or a score."""
    return Column(name=name, type=ColumnType.DECIMAL, description=description)


def milliseconds(name: str, description: str) -> Column:
    """A duration that cannot be negative."""
    return Column(name=name, type=ColumnType.INTEGER, description=description, minimum=0)


def number(name: str, description: str, *, minimum: int) -> Column:
    """A whole number."""
    return Column(name=name, type=ColumnType.INTEGER, description=description, minimum=minimum)


def words(name: str, description: str) -> Column:
    """Free text: lands masked, the original is restricted."""
    return Column(name=name, type=ColumnType.FREE_TEXT, description=description)


UPDATED_AT = instant("updated_at", "When the source last changed the record; orders its versions.")
CUSTOMER = (
    identifier_of(
        "customer_number", "The customer's number in the source named by customer_source_id."
    ),
    identifier_of("customer_source_id", "Source instance whose customer numbers are quoted."),
)
EMAIL = Column(name="email", type=ColumnType.EMAIL, description="E-mail address of the person.")
PHONE = Column(name="phone", type=ColumnType.PHONE, description="Phone number of the person.")
CURRENCY = text("currency_code", "ISO 4217 code of the amount.")
MARKET = text("market", "Market (country or city) that the record belongs to.")
