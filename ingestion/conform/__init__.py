"""Typing at the door: raw records of any source to typed rows and refusals, once, in SQL.

What a column may hold is declared in ``stream``; what happens to the rows afterwards belongs
in ``landing``.
"""

from ingestion.conform.conforming import Conformed, conform
from ingestion.conform.numbers import PhoneReader, with_digits

__all__ = ["Conformed", "PhoneReader", "conform", "with_digits"]
