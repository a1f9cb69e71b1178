"""Partners' drops: agents as a workbook, chats as JSON lines, franchise orders as CSV.

The franchise writes Jalali dates and Persian digits; its file of a month also corrects orders
of the months before. In one month it renamed the amount and began to write some in Toman. Some
chats reach us a month late, and for three days one desk dated its chats in the Jalali calendar.
"""

import io
import re
import zipfile
from datetime import date, datetime

import numpy as np
import pyarrow as pa
from openpyxl import Workbook

from ingestion.demo import config, text
from ingestion.demo.names import Directory, agent_numbers, client_numbers
from ingestion.demo.output import Output
from ingestion.demo.randomness import Flags, Integers
from ingestion.demo.recording import Table, length, rows
from ingestion.demo.text import Strings
from ingestion.demo.world import History
from ingestion.demo.world.chats import CHAT_AGENTS
from ingestion.demo.world.purchases import CANCELLED, COMPLETED, RETURNED
from ingestion.demo.writers.crm import SOLD_VIA, client_of, in_franchise

SOURCE = "partners"
CHAT_CHANNELS = ("chat", "messenger")
FIRST_CHAT_AGENT = 9_001
LATE_EVERY, LATE_AT = 211, 17
JALALI_FROM, JALALI_UNTIL = date(2026, 9, 19).toordinal(), date(2026, 9, 21).toordinal()
JALALI_DESK = 4
FRANCHISE_HEADER = "شماره سفارش;شماره مشتری;زمان سفارش;وضعیت;کانال;{amount};آخرین تغییر\n"
OLD_AMOUNT, NEW_AMOUNT = "مبلغ", "مبلغ کل;واحد"
NEW_AMOUNT_FROM = 140_507
"""Jalali month from which the amount has another name and a unit beside it."""
TOMAN_EVERY, TOMAN_AT = 3, 2
RIALS_PER_TOMAN = 10
FRANCHISE_STATES = ("تحویل شد", "لغو شد", "مرجوع شد", "تحویل شد")
BAD_LINES = (
    (
        "too_many_columns",
        "F-99{key};C-100001;{date} 10:00:00;تحویل شد;store;1000,00{unit};{date} 10:00:00;؟؟\n",
    ),
    (
        "no_such_date",
        "F-98{key};C-100001;1404/12/30 10:00:00;تحویل شد;store;1000,00{unit};{date} 10:00:00\n",
    ),
    (
        "scientific_notation",
        "9.8912E+11;C-100001;{date} 10:00:00;تحویل شد;store;1000,00{unit};{date} 10:00:00\n",
    ),
)
_STAMP = datetime(2024, 1, 1)
_MODIFIED = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*")


def write_partners(history: History, directory: Directory, output: Output) -> None:
    """Write the three kinds of drops."""
    output.drop(SOURCE, "agents.xlsx", _agents(history))
    _chats(history, directory, output)
    _franchise(history, output)


def _agents(history: History) -> bytes:
    book = Workbook()
    book.remove(book.worksheets[0])
    sheet = book.create_sheet("agents")
    sheet.append(["number", "name", "team", "changed"])
    changed = f"{history.world.first_day} 08:00:00"
    for queue in range(len(config.QUEUES)):
        size = config.AGENTS_PER_QUEUE[queue % len(config.QUEUE_KINDS)]
        numbers = agent_numbers(np.full(size, queue), np.arange(size)).tolist()
        for place, agent in enumerate(numbers):
            team = config.TEAMS[queue * len(config.SHIFTS) + (place >= (size + 1) // 2)]
            sheet.append([str(agent), f"DEMO agent {agent}", team, changed])
    for agent in range(FIRST_CHAT_AGENT, FIRST_CHAT_AGENT + CHAT_AGENTS):
        sheet.append([str(agent), f"DEMO agent {agent}", "partner-chat", changed])
    return undated(book)


def undated(book: Workbook) -> bytes:
    """The workbook's bytes without the times at which it was made and saved."""
    saved, fixed = io.BytesIO(), io.BytesIO()
    book.properties.created = _STAMP
    book.save(saved)
    with zipfile.ZipFile(saved) as source, zipfile.ZipFile(fixed, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            if name == "docProps/core.xml":
                content = _MODIFIED.sub(rb"\g<1>2024-01-01T00:00:00Z", content)
            part = zipfile.ZipInfo(name, _STAMP.timetuple()[:6])
            part.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(part, content)
    return fixed.getvalue()


def late_chats(chats: Table) -> Flags:
    """The chats that the partner hands over a month late."""
    return np.asarray(np.arange(length(chats)) % LATE_EVERY == LATE_AT)


def jalali_chats(chats: Table) -> Flags:
    """The chats that one desk dated in the wrong calendar."""
    day = text.local_day(chats["at"])
    when = (day >= JALALI_FROM) & (day <= JALALI_UNTIL)
    return np.asarray(when & (chats["agent"] == JALALI_DESK) & ~late_chats(chats))


def chat_delivery(chats: Table) -> Integers:
    """When each chat is in a file that we have: at its end, or thirty days later."""
    delivered: Integers = chats["at"] + chats["seconds"] + late_chats(chats) * 30 * 86_400
    return delivered


def chat_numbers(chats: Table) -> Strings:
    """Numbers of all chats."""
    return text.joined("CH-", text.number(np.arange(length(chats)), 8))


def _chats(history: History, directory: Directory, output: Output) -> None:
    chats = history.tables["chats"]
    delivered = chat_delivery(chats)
    order = np.lexsort((np.arange(len(delivered)), delivered))
    order = order[delivered[order] < history.cutoff]
    lines = _chat_lines(history, directory, chats).take(pa.array(order))
    first = history.world.first_day.toordinal()
    for quarter, part in text.by_quarter(delivered[order], first):
        if len(part):
            content = text.content(lines.take(pa.array(part)))
            output.drop(SOURCE, f"chats_{quarter}.jsonl", content)


def _chat_lines(history: History, directory: Directory, chats: Table) -> Strings:
    person = chats["person"]
    known = chats["known"].astype(bool)
    begun, finished = (
        text.where(
            jalali_chats(chats), text.jalali_clock(moment), text.clock(moment, config.UTC_OFFSET)
        )
        for moment in (chats["at"], chats["at"] + chats["seconds"])
    )
    number = text.where(known, text.joined('"', client_numbers(person), '"'), "null")
    cells = {
        "chat_no": text.joined('"', chat_numbers(chats), '"'),
        "client_no": number,
        "email": text.joined('"', directory.emails.take(pa.array(person)), '"'),
        "channel": text.joined('"', text.chosen(CHAT_CHANNELS, chats["channel"]), '"'),
        "purpose": text.where(chats["reason"] == config.ORDER, '"sales"', '"service"'),
        "topic": text.joined('"', text.chosen(config.REASONS, chats["reason"]), '"'),
        "result": text.where(chats["resolved"].astype(bool), '"resolved"', '"open"'),
        "operator": text.joined('"', text.number(FIRST_CHAT_AGENT + chats["agent"]), '"'),
        "begun": text.joined('"', begun, '"'),
        "finished": text.joined('"', finished, '"'),
    }
    parts: list[Strings | str] = []
    for place, (name, cell) in enumerate(cells.items()):
        parts += [f'{"{" if place == 0 else ", "}"{name}": ', cell]
    return text.joined(*parts, "}\n")


def franchise_numbers(row: Integers) -> Strings:
    """Numbers of franchise orders, from row numbers of the orders."""
    return text.joined("F-", text.number(row, 8))


def in_toman(row: Integers) -> Flags:
    """Whether the franchise writes an order's amount in Toman, once it writes units at all."""
    return np.asarray(row % TOMAN_EVERY == TOMAN_AT)


def franchise_lines(history: History) -> tuple[Table, Integers, Integers]:
    """What the franchise says: orders and corrections, the status of each, and when."""
    orders = history.tables["orders"]
    orders = orders | {"row": np.arange(length(orders)), "client": client_of(history, orders)}
    orders = rows(orders, in_franchise(history, orders))
    changed = np.isin(orders["status"], (CANCELLED, RETURNED))
    corrections = rows(orders, changed)
    first, second = len(orders["row"]), len(corrections["row"])
    both = {name: np.concatenate([orders[name], corrections[name]]) for name in orders}
    said = np.concatenate([orders["at"], corrections["changed_at"]])
    status = np.concatenate([np.full(first, COMPLETED), corrections["status"]])
    order = np.lexsort((np.arange(first + second), said))
    order = order[said[order] < history.cutoff]
    return rows(both, order), status[order], said[order]


def franchise_file(month: tuple[int, int, int]) -> str:
    """Name of the franchise's file of a Jalali month."""
    return f"franchise_orders_{month[0]}.csv"


def _franchise(history: History, output: Output) -> None:
    """One file per Jalali month: its orders, and corrections that fell into it."""
    table, status, said = franchise_lines(history)
    days = text.local_day(said)
    for month in jalali_months(history):
        part = np.flatnonzero((days >= month[1]) & (days <= month[2]))
        has_units = month[0] >= NEW_AMOUNT_FROM
        lines = _franchise_lines(rows(table, part), status[part], said[part], has_units=has_units)
        bad = bad_line(month, history.world.until.toordinal())
        header = FRANCHISE_HEADER.format(amount=NEW_AMOUNT if has_units else OLD_AMOUNT)
        if len(part):
            content = header.encode() + text.content(lines) + bad[1].encode()
            output.drop(SOURCE, franchise_file(month), content)


def jalali_months(history: History) -> list[tuple[int, int, int]]:
    """Jalali months of the history as ``YYYYMM``, first and last ordinal."""
    first, last = history.world.first_day.toordinal(), history.world.until.toordinal()
    days = [(day, text.jalali(day)) for day in range(first, last + 32)]
    months: dict[int, list[int]] = {}
    for day, (year, month, _) in days:
        months.setdefault(year * 100 + month, []).append(day)
    return [(key, held[0], held[-1]) for key, held in months.items() if held[0] <= last]


def bad_line(month: tuple[int, int, int], until: int) -> tuple[str, str]:
    """Kind and text of the broken line that ends every third finished month, else empty."""
    key, _, last = month
    if key % 3 or last > until:
        return "", ""
    kind, line = BAD_LINES[key // 3 % len(BAD_LINES)]
    day = "{:04d}/{:02d}/{:02d}".format(*text.jalali(last))
    unit = ";ریال" if key >= NEW_AMOUNT_FROM else ""
    return kind, line.format(key=key, date=day, unit=unit)


def _franchise_lines(table: Table, status: Integers, said: Integers, *, has_units: bool) -> Strings:
    toman = in_toman(table["row"]) & has_units
    cents = np.where(toman, table["cents"] // RIALS_PER_TOMAN, table["cents"])
    numbers = (
        text.jalali_clock(table["at"]),
        text.jalali_clock(said),
        text.joined(text.number(cents // 100), ",", text.number(cents % 100, 2)),
    )
    ordered, changed, amount = (text.persian(part) for part in numbers)
    if has_units:
        amount = text.joined(amount, ";", text.where(toman, "تومان", "ریال"))
    cells = (
        franchise_numbers(table["row"]), client_numbers(table["client"]), ordered,
        text.chosen(FRANCHISE_STATES, status), text.chosen(SOLD_VIA, table["channel"]), amount,
        changed,
    )  # fmt: skip
    parts: list[Strings | str] = []
    for place, cell in enumerate(cells):
        parts += [cell, ";" if place < len(cells) - 1 else "\n"]
    return text.joined(*parts)
