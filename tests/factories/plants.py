"""Changes that the demo company's systems make to what they said on earlier nights.

The demo company corrects itself rarely; these changes reach every kind of growing model. What
a night does with them is in ``whole_night``.
"""

import json
import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import duckdb

from ingestion.settings import Home

DAYS = (date(2026, 10, 10), date(2026, 10, 21), date(2026, 10, 31))
"""Last day that the company has lived on the first three nights; the fourth adds no day."""

OPEN_CALL = "planted-1793470000.9000"
MOVED, OUT_OF_ORDER, LATE = "P-1", "P-2", "P-3"
"""A chat that moves to another day, one whose second version comes first, one 40 days late."""
MOVED_VISIT = "planted-visit"
"""The visit to the site that a step of another one turns out to have been."""
MERGED_REFERRAL, MOVED_REFERRAL, EARLY_REFERRAL = "R-1", "R-2", "R-3"
"""Of two records that become one person, of one person and then of another, and one that lands
before its day."""
CORRECTED_ANSWER, MOVED_ANSWER = 1, 2
"""Numbers of two responses of September to the survey after a call."""


@dataclass
class Plants:
    """The planted changes of each night, counted from 1; the first adds two referrals alone."""

    night: int = 0
    picked: dict[str, list[str]] = field(default_factory=dict)

    def __call__(self, home: Home) -> None:
        """Make the changes of the next night."""
        self.night += 1
        if self.night == 1:
            self._pick(home.root)
        crm = home.inbox / "crm" / "crm.sqlite"
        with closing(sqlite3.connect(crm)) as connection, connection:
            if self.night >= 2:
                self._second_crm(connection)
            if self.night >= 3:
                self._third_crm(connection)
            if self.night >= 4:
                _move_order(connection, self.picked["orders"][2], "2026-09-25", "2026-10-31 20:20")
        one, other, mother, son, _ = self.picked["customers"]
        if self.night == 1:
            merged = f"{MERGED_REFERRAL},{one},{other},link,2026-10-05 10:00:00,"
            moved = f"{MOVED_REFERRAL},{mother},,link,2026-10-06 10:00:00,"
            _write_referrals(home, "first", [merged, moved], said="2026-10-10 10:00:00")
        elif self.night == 2:
            early = f"{EARLY_REFERRAL},{mother},,link,2026-10-25 10:00:00,"
            _write_referrals(home, "second", [early], said="2026-10-21 10:00:00")
            _write_answers(home.inbox / "surveys")
            _write_step(home.inbox / "site", self.picked["step"])
            _write_chats(home, "second", [_chat(MOVED, 1), _chat(OUT_OF_ORDER, 2), _LATE])
        elif self.night == 3:
            moved = f"{MOVED_REFERRAL},{son},,link,2026-10-06 10:00:00,"
            _write_referrals(home, "third", [moved], said="2026-10-30 10:00:00")
            _write_chats(home, "third", [_chat(OUT_OF_ORDER, 1, begun="2026-10-02")])
            self._append_calls(home, 1_793_470_000, _OPENED)
        elif self.night == 4:
            _write_chats(home, "fourth", [_chat(MOVED, 2, begun="2026-09-20")])
            self._append_calls(home, 1_793_470_200, _ENDED)

    def _pick(self, root: Path) -> None:
        """Customers whose calls are theirs, orders that stand, and an old answered call."""
        truth = root / "truth"
        with duckdb.connect() as connection:
            self.picked["customers"] = _column(
                connection,
                f"select customer_number from '{truth}/calls.parquet' "
                "where is_linkable and not is_internal "
                "group by 1 order by count(*) desc, 1 limit 5",
            )
            self.picked["orders"] = _column(
                connection,
                f"select order_number from '{truth}/orders.parquet' where source_id = 'crm' "
                "and status = 'completed' order by ordered_at desc, 1 limit 3",
            )
            self.picked["step"] = _column(
                connection,
                "select max(event_no) "
                f"from '{root}/inbox/site/web_events_*.parquet' where not is_bot "
                "group by visit having count(*) > 2 order by visit limit 1",
            )
            self.picked["call"] = connection.execute(
                f"select call_id, queue, agent_number from '{truth}/calls.parquet' "
                "where outcome = 'answered' and not is_internal and not is_transferred "
                "order by entered_at, 1 limit 1"
            ).fetchall()[0]

    def _second_crm(self, connection: sqlite3.Connection) -> None:
        """One order moves, one goes; two clients become one, and two turn out to be a family."""
        one, other, mother, son, _ = self.picked["customers"]
        moved, deleted, _ = self.picked["orders"]
        _move_order(connection, moved, "2026-09-05", "2026-10-21 09:00")
        connection.execute("delete from client_orders where order_no = ?", [deleted])
        _version(connection, other, one, "2026-10-21 09:00", ("email", "mobile"))
        _version(connection, son, mother, "2026-10-21 09:00", ("mobile",))

    def _third_crm(self, connection: sqlite3.Connection) -> None:
        """A client is deleted, whose orders and calls stay."""
        gone = self.picked["customers"][4]
        connection.execute("delete from client_log where client_no = ?", [gone])

    def _append_calls(self, home: Home, at: int, events: tuple[str, ...]) -> None:
        call, queue, agent = self.picked["call"]
        path = home.inbox / "pbx" / "queue_log"
        complete, end, half_written = path.read_text(encoding="utf-8").rpartition("\n")
        for place, event in enumerate(events):
            text = event.format(call=call, queue=queue, agent=agent, open=OPEN_CALL)
            complete += f"{end}{at + 20 * place}|{text}"
        path.write_text(complete + end + half_written, encoding="utf-8")


_OPENED = (
    "{open}|{queue}|NONE|ENTERQUEUE||09000001099|1",
    "{open}|{queue}|Agent/{agent}|CONNECT|20|{open}|3",
)
_ENDED = (
    "{open}|{queue}|Agent/{agent}|COMPLETECALLER|20|160|1",
    "{call}|{queue}|Agent/{agent}|INFO|acw|777",
)


def _column(connection: duckdb.DuckDBPyConnection, query: str) -> list[str]:
    return [value for (value,) in connection.execute(query).fetchall()]


def _move_order(connection: sqlite3.Connection, order: str, to: str, at: str) -> None:
    connection.execute(
        "update client_orders set placed_at = ?, updated_at = ? where order_no = ?",
        [f"{to} 10:00:00", f"{at}:00", order],
    )


def _version(
    connection: sqlite3.Connection, client: str, like: str, at: str, taken: tuple[str, ...]
) -> None:
    """Save a client once more, with some values of another one."""
    connection.row_factory = sqlite3.Row
    newest = "select * from client_log where client_no = ? order by updated_at desc limit 1"
    own, other = (dict(connection.execute(newest, [no]).fetchone()) for no in (client, like))
    saved = own | {name: other[name] for name in taken} | {"updated_at": f"{at}:00"}
    connection.execute(
        "delete from client_log where client_no = ? and updated_at = ?", [client, f"{at}:00"]
    )
    connection.execute(
        f"insert into client_log ({', '.join(saved)}) values ({', '.join('?' * len(saved))})",
        list(saved.values()),
    )


def _write_answers(inbox: Path) -> None:
    """A later export with two responses that were edited: another score, another day."""
    (first,) = inbox.glob("call_responses_2026q3.csv")
    header, *lines = first.read_text(encoding="utf-8-sig").splitlines()
    edited = {line.split(";")[0]: line.split(";") for line in lines}
    corrected, moved = edited[f'"{CORRECTED_ANSWER}"'], edited[f'"{MOVED_ANSWER}"']
    corrected[7], corrected[9] = '"2026-10-20 10:00:00"', '"1"'
    moved[1] = moved[7] = '"2026-10-01 10:00:00"'
    text = "\n".join([header, ";".join(corrected), ";".join(moved)]) + "\n"
    (inbox / "call_responses_edited.csv").write_text(text, encoding="utf-8-sig")


def _write_step(inbox: Path, step: list[str]) -> None:
    """A later version of the last step of a visit, which names another visit."""
    kept = inbox.parent.parent / "archive" / inbox.name / "*" / "web_events_*.parquet"
    with duckdb.connect() as connection:
        connection.execute(
            f"""
            copy (
                select * replace ('{MOVED_VISIT}' as visit, "at" + interval 1 hour as "at")
                from '{kept}' where event_no = '{step[0]}'
            ) to '{inbox}/web_events_edited.parquet'
            """
        )


def _chat(number: str, version: int, begun: str = "2026-10-18") -> dict[str, str | None]:
    """A chat as one version of it tells."""
    return {
        "chat_no": number,
        "client_no": "C-100001",
        "email": None,
        "channel": "chat",
        "purpose": "service",
        "topic": "billing",
        "result": f"version {version}",
        "operator": "9001",
        "begun": f"{begun} 10:00:00",
        "finished": f"2026-10-18 1{version}:30:00",
    }


_LATE = _chat(LATE, 1, begun="2026-09-11")


def _write_chats(home: Home, name: str, chats: list[dict[str, str | None]]) -> None:
    text = "".join(json.dumps(chat) + "\n" for chat in chats)
    (home.inbox / "partners" / f"chats_{name}.jsonl").write_text(text, encoding="utf-8")


def _write_referrals(home: Home, name: str, referrals: list[str], *, said: str) -> None:
    header = "ref_no,client_no,friend_no,way,made,joined,said\n"
    text = header + "".join(f"{referral},{said}\n" for referral in referrals)
    (home.inbox / "partners" / f"referrals_{name}.csv").write_text(text, encoding="utf-8")
