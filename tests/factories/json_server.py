"""A local HTTP server that answers as a test tells it to."""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One request as the server received it; ``query`` holds the first value of each name."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: Any = None


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What the server sends: a JSON body, or the very bytes given."""

    body: Any = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def content(self) -> bytes:
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


@contextmanager
def http_server(
    answer: Callable[[Asked], Answer], clock: Callable[[], datetime] = lambda: datetime.now(UTC)
) -> Iterator[str]:
    """Serve ``answer`` while the block runs, in a world where it is ``clock``; yields the URL."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            sent = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            is_form = "form" in self.headers.get("Content-Type", "")
            self._answer(parse_qs(sent.decode()) if is_form else json.loads(sent or b"null"))

        def do_GET(self) -> None:
            self._answer(None)

        def _answer(self, body: Any) -> None:
            parts = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            given = answer(
                Asked(
                    method=self.command,
                    path=parts.path,
                    query=query,
                    headers=self.headers,
                    body=body,
                )
            )
            self.send_response(given.status)
            for name, value in given.headers.items():
                self.send_header(name, value)
            if "Content-Length" not in given.headers:
                self.send_header("Content-Length", str(len(given.content)))
            self.end_headers()
            self.wfile.write(given.content)
            if "Content-Length" in given.headers:
                self.close_connection = True

        def date_time_string(self, timestamp: float | None = None) -> str:
            return format_datetime(clock(), usegmt=True)

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def json_server(answer: Callable[[Any], Answer]) -> Iterator[str]:
    """Serve ``answer`` for the JSON of every post while the block runs; yields the URL."""
    with http_server(lambda asked: answer(asked.body)) as url:
        yield f"{url}/rpc"
