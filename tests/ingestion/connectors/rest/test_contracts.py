"""What presets ask, judged by the vendors' own OpenAPI documents, which Prism serves.

Needs the command of Prism (``CX_TEST_PRISM``) and the documents (``CX_TEST_OPENAPI``), which
are not ours to pass on. ``.ci/prism`` brings the first and finds the second.
"""

import gzip
import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from socket import create_connection, socket

import pytest

from ingestion.connectors import rest
from ingestion.errors import SourceError
from ingestion.presets import with_preset
from ingestion.settings import Source
from tests.ingestion.connectors.acceptance import as_table

ACCOUNT = "/2010-04-01/Accounts/AC0123456789abcdef0123456789abcdef"
DOCUMENTS = {
    ("hubspot", "customers"): ("hubspot_Contacts.json.gz", ""),
    ("intercom", "tickets"): ("intercom_2.15.yaml.gz", ""),
    # the document knows deals by the number of their type alone
    ("hubspot", "opportunities"): ("hubspot_Deals.json.gz", "", "/crm/v3/objects/0-3/search"),
    ("twilio", "communications"): ("twilio_api.json.gz", ACCOUNT),
    ("twilio_voice", "calls"): ("twilio_api.json.gz", ACCOUNT),
    ("twilio_taskrouter", "calls"): (
        "twilio_taskrouter.json.gz",
        "/v1/Workspaces/WS0123456789abcdef0123456789abcdef",
    ),
}

OF_FREE_PROPERTIES = {
    ("hubspot", "customers"),
    ("hubspot", "opportunities"),
    ("twilio_taskrouter", "calls"),
}
"""The document leaves the names of properties open, so Prism makes up others than we read: its
records are taken, and what they lack is told."""


def _free_port() -> int:
    with closing(socket()) as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@contextmanager
def prism(document: str, folder: Path) -> Iterator[str]:
    """The document as a server that refuses requests which break it; yields the URL."""
    path = folder / document.removesuffix(".gz")
    path.write_bytes(gzip.decompress((Path(os.environ["CX_TEST_OPENAPI"]) / document).read_bytes()))
    port = _free_port()
    # what is made up is the same each time: without a seed every third page has no record at all
    options = ["--errors", "--seed", "contracts", "-p", str(port)]
    command = [os.environ["CX_TEST_PRISM"], "mock", *options, str(path)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            _wait_for(port)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()


def _wait_for(port: int) -> None:
    for _ in range(600):
        try:
            create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError("Prism does not listen")


@pytest.mark.prism
@pytest.mark.parametrize(("preset", "stream"), DOCUMENTS)
def test_the_vendor_s_own_document_accepts_what_is_asked(
    preset: str, stream: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    document, base, *path = DOCUMENTS[preset, stream]
    with prism(document, tmp_path) as url:
        raw = with_preset(
            {
                "id": "crm",
                "connector": "rest",
                "preset": preset,
                "options": {"base_url": url + base, "headers": {"Prefer": "dynamic=true"}},
                "streams": {stream: {"path": path[0]} if path else {}},
            }
        )
        for name, value in raw["options"]["auth"].items():
            if name.endswith("_env"):
                monkeypatch.setenv(value, "a token")
        reading = rest.read(Source.model_validate(raw), stream, cursor={}, inbox=tmp_path)
        if (preset, stream) in OF_FREE_PROPERTIES:
            with pytest.raises(SourceError, match=" has no column "):
                next(reading)
        else:
            assert as_table(next(reading)).schema.names
