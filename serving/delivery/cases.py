"""Cases for webhooks: each case once per status, to the address of the area that has it.

A case is told when it is open for the first time, and again when its status changes, also to
one that ends it. What was told before belongs in ``outbox``, the addresses in ``declaration``.
Nothing here names a person.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self
from zoneinfo import ZoneInfo

import duckdb

from serving.delivery.outbox import Wanted
from serving.headlines import Calendar
from serving.lists import ListSettings
from serving.versions import DATABASE
from serving.wording import Wording

OPEN = """
    select
        owner, case_id, status, reason, suggested_step as next_step, step_due_at as due_at,
        opened_at, customer_id, segment, market, language, preferred_channel, agent_number
    from mart_action_today
    order by owner, step_due_at, case_id
"""
CLOSED = """
    with states as (
        select case_id, status, reason from mart_closed_loop
        union all
        select case_number, status, rule_code from mart_action_case
    )
    select case_id, min(status) as status, min(reason) as reason from states
    where list_contains($1, case_id) and not list_contains($2, case_id)
    group by case_id
    order by case_id
"""
"""Of cases that were told before and are open no more."""


class CaseNews:
    """The cases of a published version, in the words of the company.

    Args:
        version: folder of the version.
        settings: language, time zone and calendar of the messages.
    """

    def __init__(self, version: Path, settings: ListSettings) -> None:
        self._connection = duckdb.connect(str(version / DATABASE), read_only=True)
        jalali = Calendar(self._connection) if settings.calendar == "jalali" else None
        self._wording = Wording(settings.language, jalali)
        self._time_zone = ZoneInfo(settings.time_zone)
        labels = self._rows(
            f"select domain, code, name_{settings.language} as name from dim_labels"
        )
        self._labels: dict[tuple[str, str], str] = {
            (row["domain"], row["code"]): row["name"] for row in labels
        }
        self._open: dict[str, list[dict[str, Any]]] = {}
        for row in self._rows(OPEN):
            self._open.setdefault(row["owner"], []).append(row)

    @property
    def counts(self) -> dict[str, int]:
        """How many open cases each area has."""
        return {owner: len(cases) for owner, cases in self._open.items()}

    def wanted(self, owner: str, told: Sequence[str]) -> Iterator[Wanted]:
        """What an area should know: its open cases, and what became of those it was told."""
        cases = self._open.get(owner, [])
        for case in cases:
            yield _wanted(case)
        open_ids = [case["case_id"] for case in cases]
        for case in self._rows(CLOSED, list(told), open_ids):
            yield _wanted({"owner": owner} | case)

    def composer(self, owner: str) -> Callable[[str, Sequence[Any]], dict[str, Any]]:
        """Makes the message of a batch of cases of an area: its words, and the cases as data."""

        def compose(key: str, cases: Sequence[Any]) -> dict[str, Any]:
            title = self._wording.say(
                "cases",
                "title",
                owner=self._label("owner", owner),
                count=self._wording.number(len(cases)),
            )
            lines = [f"- {self._line(case)}" for case in cases]
            return {"text": "\n".join([title, *lines]), "key": key, "cases": list(cases)}

        return compose

    def close(self) -> None:
        """Let the version go."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _line(self, case: Mapping[str, Any]) -> str:
        name = self._wording.literal(case["case_id"])
        status = self._label("case_status", case["status"])
        if not case.get("due_at"):
            return self._wording.say("cases", "closed", case=name, status=status)
        due = datetime.fromisoformat(case["due_at"]).astimezone(self._time_zone)
        return self._wording.say(
            "cases",
            "open",
            case=name,
            reason=self._label("reason", case["reason"]),
            step=self._label("suggested_step", case["next_step"]),
            due=self._wording.time(due),
            status=status,
        )

    def _label(self, domain: str, code: str) -> str:
        return self._labels.get((domain, code), code)

    def _rows(self, query: str, *values: Any) -> list[dict[str, Any]]:
        cursor = self._connection.execute(query, list(values))
        names = [column[0] for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _wanted(case: Mapping[str, Any]) -> Wanted:
    instants = {
        name: value.replace(tzinfo=UTC).isoformat()
        for name, value in case.items()
        if isinstance(value, datetime)
    }
    payload = json.dumps(dict(case) | instants, ensure_ascii=False)
    return Wanted(case["case_id"], case["status"], payload)
