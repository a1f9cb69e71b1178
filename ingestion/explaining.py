"""Explaining: what is wrong in settings, as sentences that repeat no secret."""

import re

from pydantic import ValidationError
from pydantic_core import ErrorDetails

CREDENTIAL = re.compile(
    r"_env$|url|passw|secret|token|auth|credential|login|api_?key", re.IGNORECASE
)
"""Keys whose values are never repeated."""


def explain(error: ValidationError) -> str:
    """One clause per mistake: the key, the value it has, and what is allowed.

    A value stays unsaid where it may be a secret in the wrong place: under a key that nobody
    knows or that names a credential, in a URL, or somewhere below the key.
    """
    return "; ".join(_clause(item) for item in error.errors())


def _clause(item: ErrorDetails) -> str:
    where = ".".join(map(str, item["loc"]))
    return f"{where}{_said(item)}: {item['msg']}" if where else item["msg"]


def _said(item: ErrorDetails) -> str:
    key, value = str(item["loc"][-1]), item["input"]
    is_known = item["type"] not in ("extra_forbidden", "missing")
    is_plain = isinstance(value, str | int | float | None) and "://" not in str(value)
    return f" is {value!r}" if is_known and is_plain and not CREDENTIAL.search(key) else ""
