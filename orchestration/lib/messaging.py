"""How a message leaves: by webhook, by e-mail or into a folder, to each receiver once.

What is said belongs to whoever calls; addresses and credentials come from ``environment``.
"""

import hashlib
import json
import smtplib
import ssl
from collections.abc import Iterable
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Literal
from urllib.parse import SplitResult, unquote, urlsplit

import requests

from ingestion import write_whole

TIMEOUT_SECONDS = 10
KEPT_IDS = 5_000
AGAIN = "it is tried again with the next run"


@dataclass(frozen=True)
class Message:
    """What leaves; its id is the same in every try, so that a receiver can drop a repeat."""

    message_id: str
    subject: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Receiver:
    """Where messages go.

    Args:
        name: how sentences and the memory call it; never an address or a secret.
        kind: by which way.
        address: URL, e-mail addresses with commas between them, or a folder.
        server: of e-mail, such as ``smtp://user:password@mail.company:587``.
        sender: address of e-mail.
    """

    name: str
    kind: Literal["webhook", "email", "folder"]
    address: str
    server: str = ""
    sender: str = ""


class Messenger:
    """Remembers in a small file what each receiver has taken; it survives any kill."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._taken: dict[str, list[str]] = (
            json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
        )

    def has_sent(self, message_id: str, receiver: str) -> bool:
        """Whether a receiver, by name, has taken a message."""
        return message_id in self._taken.get(receiver, ())

    def send(self, message: Message, receivers: Iterable[Receiver]) -> list[str]:
        """Send a message to those who have not taken it; one sentence per refusal."""
        refusals = []
        for receiver in receivers:
            if self.has_sent(message.message_id, receiver.name):
                continue
            if refusal := deliver(message, receiver):
                refusals.append(refusal)
            else:
                self._remember(message.message_id, receiver.name)
        return refusals

    def _remember(self, message_id: str, receiver: str) -> None:
        self._taken[receiver] = [*self._taken.get(receiver, ()), message_id][-KEPT_IDS:]
        write_whole(self._path, json.dumps(self._taken, indent=1))


def deliver(message: Message, receiver: Receiver) -> str | None:
    """Hand a message over; why it was not taken, in one sentence, never as an error."""
    ways = {"webhook": _post, "email": _mail, "folder": _drop}
    return ways[receiver.kind](message, receiver)


def _post(message: Message, receiver: Receiver) -> str | None:
    body = {"id": message.message_id, "text": message.text}
    try:
        # A body is not waited for: the status says all there is to know.
        with requests.post(
            receiver.address,
            json=body,
            headers={"Idempotency-Key": message.message_id},
            timeout=TIMEOUT_SECONDS,
            allow_redirects=False,
            stream=True,
        ) as response:
            status = response.status_code
    except requests.Timeout:
        return _refusal(receiver, f"did not answer within {TIMEOUT_SECONDS} seconds")
    except requests.RequestException as error:
        return _refusal(receiver, f"could not be reached ({type(error).__name__})")
    return None if status < 300 else _refusal(receiver, f"answered {status}")


def _mail(message: Message, receiver: Receiver) -> str | None:
    server = urlsplit(receiver.server)
    if not server.hostname or not receiver.sender:
        return _refusal(receiver, "needs CX_SMTP_URL and CX_SMTP_FROM, which are not set")
    try:
        with _connected(server) as smtp:
            if server.username:
                smtp.login(unquote(server.username), unquote(server.password or ""))
            smtp.send_message(_email(message, receiver))
    except (smtplib.SMTPException, OSError) as error:
        return _refusal(receiver, f"was refused by the mail server ({type(error).__name__})")
    return None


def _connected(server: SplitResult) -> smtplib.SMTP:
    """A connection to the mail server; a password never goes over one that is in clear."""
    host, port, verified = server.hostname or "", server.port or 0, ssl.create_default_context()
    if server.scheme == "smtps":
        return smtplib.SMTP_SSL(host, port, timeout=TIMEOUT_SECONDS, context=verified)
    smtp = smtplib.SMTP(host, port, timeout=TIMEOUT_SECONDS)
    smtp.ehlo()
    if smtp.has_extn("starttls"):
        smtp.starttls(context=verified)
    elif server.username:
        smtp.close()
        raise smtplib.SMTPNotSupportedError("the server offers no encryption")
    return smtp


def _email(message: Message, receiver: Receiver) -> EmailMessage:
    email = EmailMessage()
    email["Subject"] = " ".join(message.subject.split())
    email["From"] = receiver.sender
    email["To"] = receiver.address
    name = hashlib.sha256(message.message_id.encode()).hexdigest()[:32]
    email["Message-ID"] = f"<{name}@cx-warehouse>"
    email.set_content(message.text)
    return email


def _drop(message: Message, receiver: Receiver) -> str | None:
    """A file per message: the same message is the same file."""
    name = "".join(sign if sign.isalnum() or sign in "-_." else "_" for sign in message.message_id)
    try:
        write_whole(Path(receiver.address) / f"{name}.txt", f"{message.subject}\n\n{message.text}")
    except OSError as error:
        return _refusal(receiver, f"cannot be written ({error.strerror})")
    return None


def _refusal(receiver: Receiver, why: str) -> str:
    return f"{receiver.name} {why}: the message could not be sent, {AGAIN}"
