"""Erasure: a person who asks for it goes from the lake and the files, and stays away.

Here a request is understood, the person's rows are found and removed, the door is shut, and
what is left is searched and certified. Who is one person is told by the warehouse; what is
deleted outside the lake and the files, and when, belongs in ``orchestration``.
"""

from ingestion.erasure.certificate import certify, page_of, read_certificate
from ingestion.erasure.erasures import (
    Erasure,
    begin,
    clean_lake,
    erased_before,
    pending,
    plan,
)
from ingestion.erasure.persons import Person, UnknownPersonError
from ingestion.erasure.requests import read_requests

__all__ = [
    "Erasure",
    "Person",
    "UnknownPersonError",
    "begin",
    "certify",
    "clean_lake",
    "erased_before",
    "page_of",
    "pending",
    "plan",
    "read_certificate",
    "read_requests",
]
