"""Settings of the declared connector: what is refused, and with which sentence."""

import re
from typing import Any

import pytest

from ingestion.connectors import rest
from ingestion.errors import ConfigurationError
from ingestion.settings import PROJECT_ROOT, Source
from tests.ingestion.connectors.rest.world import OWN

CHANGED = {"field": "changed"}


def source(options: dict[str, Any] | None = None, **stream: Any) -> Source:
    return Source(
        id="crm",
        connector="rest",
        options={"base_url": "https://crm.example"} if options is None else options,
        streams={"customers": OWN | stream},
    )


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (source({}), "exactly one of base_url and base_url_env"),
        (source({"base_url": "http://crm.example"}), "must begin with https://"),
        (source({"base_url": "https://u:p@crm.example"}), "name them separately"),
        (source({"base_url": "https://x", "auth": {"kind": "bearer", "token": "t"}}), "token_env"),
        (source(params={}), "{since} and cursor belong together"),
        (source(paging={"kind": "keyset", "field": "id", "size": 5}), "{after} and paging.kind"),
        (source(paging={"kind": "guess"}), "paging"),
        (source(body={"a": 1}), "body belongs to method: POST"),
        (source(path="/forms/{each}"), "{each} and each belong together"),
        (source(columns={"customer_number": "a[b]"}), "is no path such as"),
        (source(columns={"full_name": "name"}), "columns must map customer_number"),
        (source(pagin={}), "pagin"),
        (source(leave_out=["a[b]"]), "is no path such as"),
        (source(paging={"kind": "token", "param": "p"}), "exactly one of path and header"),
        (source(paging={"kind": "next_link", "path": "p", "expires_days": 3}), "need is_durable"),
        (source(cursor=CHANGED | {"slice_days": 3}), "slice_days needs a cursor of times, and"),
        (
            source(
                cursor=CHANGED | {"is_ordered": True, "restart_after": 9}, deletes={"kind": "whole"}
            ),
            "deletes.kind whole reads all at once",
        ),
    ],
)
def test_a_wrong_setting_is_refused_in_one_sentence(wrong: Source, said: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        rest.check(wrong)
    assert said in str(caught.value)
    assert str(caught.value).startswith("source crm, ")


def test_a_secret_in_the_wrong_place_is_not_repeated() -> None:
    with pytest.raises(ConfigurationError) as caught:
        rest.check(source({"base_url": "https://x", "auth": {"kind": "bearer", "token": "hush"}}))
    assert "hush" not in str(caught.value)


def test_only_the_client_imports_dlt_and_only_a_read_imports_the_client() -> None:
    imported = re.compile(r"^( *)(?:from|import) (dlt|ingestion\.connectors\.rest\.client)\b", re.M)
    found = {
        (path.name, target, bool(indent))
        for path in (PROJECT_ROOT / "ingestion").rglob("*.py")
        for indent, target in imported.findall(path.read_text(encoding="utf-8"))
    }
    assert found == {
        ("client.py", "dlt", False),
        ("login.py", "dlt", False),
        ("paginators.py", "dlt", False),
        ("reading.py", "ingestion.connectors.rest.client", True),
    }
