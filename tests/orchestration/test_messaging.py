"""Messages leave once: by webhook, by e-mail, into a folder; what is refused is tried again."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from orchestration.lib import messaging, readers
from orchestration.lib.environment import Environment
from orchestration.lib.messaging import Message, Messenger, Receiver
from orchestration.lib.readers import send_digests, week_of
from serving import ReportSettings
from tests.factories.json_server import Answer, json_server

MESSAGE = Message("digest-director-2026-10-31", "هفتهٔ شما", "NPS: ۴۲\n")
DAY = date(2026, 11, 1)


@contextmanager
def mail_server(refusals: int = 0, *, offers: str = "") -> Iterator[tuple[str, list[str]]]:
    """A mail server on this machine: its address, and the letters that it took."""
    letters: list[str] = []
    left = [refusals]

    class Session(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.wfile.write(b"220 here\r\n")
            for line in self.rfile:
                word = line.split()[0].upper() if line.split() else b""
                if word == b"DATA" and left[0]:
                    left[0] -= 1
                    self.wfile.write(b"451 later\r\n")
                elif word == b"DATA":
                    self.wfile.write(b"354 go on\r\n")
                    taken = iter(self.rfile.readline, b".\r\n")
                    letters.append(b"".join(taken).decode())
                    self.wfile.write(b"250 taken\r\n")
                elif word == b"EHLO" and offers:
                    self.wfile.write(f"250-here\r\n250 {offers}\r\n".encode())
                elif word == b"STARTTLS":
                    self.wfile.write(b"454 not now\r\n")
                elif word == b"QUIT":
                    self.wfile.write(b"221 bye\r\n")
                    return
                else:
                    self.wfile.write(b"250 well\r\n")

    with socketserver.TCPServer(("127.0.0.1", 0), Session) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"smtp://127.0.0.1:{server.server_address[1]}", letters
        server.shutdown()


def test_an_email_that_was_refused_is_sent_again_and_then_no_more(tmp_path: Path) -> None:
    with mail_server(refusals=1) as (address, letters):
        director = Receiver(
            name="director",
            kind="email",
            address="d@company.example",
            server=address,
            sender="cx@company.example",
        )
        answers = [Messenger(tmp_path / "sent.json").send(MESSAGE, [director]) for _ in range(3)]

    assert answers[0] == [
        "director was refused by the mail server (SMTPDataError): the message could not be sent, "
        "it is tried again with the next run"
    ]
    assert answers[1:] == [[], []]
    (letter,) = letters
    assert "To: d@company.example" in letter
    assert "Message-ID: <" in letter


@pytest.mark.parametrize(
    ("offers", "error"),
    [("", "SMTPNotSupportedError"), ("STARTTLS", "SMTPResponseException")],
)
def test_no_password_goes_over_a_line_in_clear(tmp_path: Path, offers: str, error: str) -> None:
    with mail_server(offers=offers) as (address, letters):
        director = Receiver(
            name="director",
            kind="email",
            address="d@company.example",
            server=address.replace("//", "//user:password@"),
            sender="cx@company.example",
        )
        (refusal,) = Messenger(tmp_path / "sent.json").send(MESSAGE, [director])

    assert refusal.startswith(f"director was refused by the mail server ({error})")
    assert letters == []


def test_a_webhook_that_never_answers_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(messaging, "TIMEOUT_SECONDS", 0.05)
    with socketserver.TCPServer(("127.0.0.1", 0), socketserver.BaseRequestHandler) as silent:
        address = f"http://127.0.0.1:{silent.server_address[1]}/secret-token"
        receiver = Receiver(name="CX_ALERT_WEBHOOK", kind="webhook", address=address)
        (refusal,) = Messenger(tmp_path / "sent.json").send(MESSAGE, [receiver])

    assert refusal.startswith("CX_ALERT_WEBHOOK did not answer within 0.05 seconds")
    assert "secret" not in refusal


@pytest.fixture
def settings(monkeypatch: pytest.MonkeyPatch) -> ReportSettings:
    """The settings of an English company whose digests say their language."""
    monkeypatch.setattr(
        readers,
        "digest_messages",
        lambda version, settings: {"executive": (settings.language, "body")},
    )
    return ReportSettings(
        language="en",
        company_names={"en": "Tiny"},
        time_zone="UTC",
        calendar="gregorian",
        is_demo=False,
    )


def declare(path: Path, **given: dict[str, Any]) -> Path:
    path.write_text(f"readers: {given}")
    return path


def test_each_reader_gets_one_digest_a_week_in_the_language_asked_for(
    environment: Environment,
    settings: ReportSettings,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    posted, statuses = [], [500, 200, 200, 200]

    def answer(body: Any) -> Answer:
        posted.append(body["id"])
        return Answer(body={}, status=statuses.pop(0))

    declared = declare(
        tmp_path / "readers.yaml",
        director={"digest": "executive", "language": "fa", "folder": "messenger"},
        manager={"digest": "executive", "webhook_env": "MANAGER_HOOK"},
    )

    def night(day: date) -> list[str]:
        return send_digests(environment, tmp_path, settings, as_of=day, declared=declared)

    with json_server(answer) as url:
        monkeypatch.setenv("MANAGER_HOOK", url)
        answers = [night(DAY), night(DAY), night(date(2026, 11, 6)), night(date(2026, 11, 9))]

    assert [len(refusals) for refusals in answers] == [1, 0, 0, 0]
    assert posted == [
        "digest-manager-2026-10-26",
        "digest-manager-2026-10-26",
        "digest-manager-2026-11-02",
        "digest-manager-2026-11-09",
    ]
    files = sorted((environment.home.root / "messenger").glob("*.txt"))
    assert [file.stem for file in files] == [
        "digest-director-2026-10-26",
        "digest-director-2026-11-02",
        "digest-director-2026-11-09",
    ]
    assert files[0].read_text().startswith("fa\n")


@pytest.mark.parametrize(
    ("reader", "sentence"),
    [
        ({"digest": "executive", "email_env": "NOWHERE"}, "has no address: set the environment"),
        ({"digest": "ceo", "folder": "x"}, "there is no digest ceo; name one of executive"),
        ({"digest": "executive"}, "name exactly one of webhook_env, email_env and folder"),
        ({"digest": "executive", "folder": "x", "mail": "y"}, "mail: Extra inputs are not"),
    ],
)
def test_a_reader_who_cannot_be_reached_is_one_sentence(
    environment: Environment,
    settings: ReportSettings,
    tmp_path: Path,
    reader: dict[str, Any],
    sentence: str,
) -> None:
    declared = declare(tmp_path / "readers.yaml", director=reader)

    (said,) = send_digests(environment, tmp_path, settings, as_of=DAY, declared=declared)

    assert sentence in said
    assert "director" in said


def test_weeks_begin_on_the_day_of_the_company() -> None:
    assert [week_of(DAY, start).day for start in ("saturday", "sunday", "monday")] == [31, 1, 26]
