"""Troubles of the machinery: each told once to each receiver, until it is over and comes back.

A trouble has a key, the same in every run; what was told and what waits to be told stands in
one small file. How troubles are found belongs in ``defs.automation`` and ``watching``.
"""

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ingestion import hold, write_whole
from orchestration.lib.messaging import Message, Receiver, deliver

MOST_TOLD = 10
"""Troubles of one message; more are counted."""


@dataclass(frozen=True, kw_only=True)
class Trouble:
    """Something that a person has to look at.

    Args:
        key: what it is, without when.
        cause: one sentence.
        owner: who looks at it.
        link: where it is seen.
        next_step: what to do.
    """

    key: str
    cause: str
    owner: str
    link: str
    next_step: str

    @property
    def text(self) -> str:
        """The trouble as one line."""
        return f"{self.cause} · owner: {self.owner} · {self.link} · next: {self.next_step}"


class TroubleBook:
    """The memory of told troubles, and the message of those that are new.

    Args:
        path: where it is kept.
        company: whom the messages name.
    """

    def __init__(self, path: Path, company: str) -> None:
        self._path, self._company = path, company

    def tell(
        self,
        troubles: Iterable[Trouble],
        receivers: Sequence[Receiver],
        *,
        healed: Collection[str] = (),
    ) -> list[str]:
        """Send each receiver what is new to it and what it did not take before.

        Args:
            troubles: those that are there now.
            receivers: who is told.
            healed: keys, or beginnings of keys before a ``*``, of what is over unless it is found.

        Returns:
            One sentence per receiver that did not take its message; it is tried again.
        """
        found = {trouble.key: trouble.text for trouble in troubles}
        with hold(self._path.with_suffix(".lock")):
            return self._tell(found, receivers, healed)

    def _tell(
        self, found: Mapping[str, str], receivers: Sequence[Receiver], healed: Collection[str]
    ) -> list[str]:
        memory, refusals = self._read(), []
        for receiver in receivers:
            held = memory.setdefault(receiver.name, {"told": [], "waiting": {}})
            over = {key for key in [*held["told"], *held["waiting"]] if _is_over(key, healed)}
            over -= found.keys()
            told = [key for key in held["told"] if key not in over]
            new = {key: text for key, text in found.items() if key not in told}
            waiting = new | {key: held["waiting"][key] for key in held["waiting"].keys() - over}
            if waiting and (refusal := deliver(self._message(waiting), receiver)):
                refusals.append(refusal)
            elif waiting:
                told, waiting = [*told, *waiting], {}
            memory[receiver.name] = {"told": told, "waiting": waiting}
            write_whole(self._path, json.dumps(memory, indent=1, ensure_ascii=False))
        return refusals

    def _message(self, waiting: Mapping[str, str]) -> Message:
        name = hashlib.sha256("\n".join(sorted(waiting.values())).encode()).hexdigest()[:16]
        subject = f"{self._company}: {len(waiting)} things need attention"
        lines = [f"- {text}" for text in list(waiting.values())[:MOST_TOLD]]
        more = [f"and {len(waiting) - MOST_TOLD} more"] if len(waiting) > MOST_TOLD else []
        return Message(f"troubles-{name}", subject, "\n".join([subject, *lines, *more]))

    def _read(self) -> dict[str, Any]:
        if not self._path.exists():
            return {}
        content: dict[str, Any] = json.loads(self._path.read_text(encoding="utf-8"))
        return content


def _is_over(key: str, healed: Collection[str]) -> bool:
    return key in healed or any(
        pattern.endswith("*") and key.startswith(pattern[:-1]) for pattern in healed
    )
