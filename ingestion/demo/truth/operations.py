"""KPI values of tickets, bills, renewals, messages and parcels, by day and month.

The other KPIs belong in ``kpis``; definitions are as in the KPI registry.
"""

import numpy as np

from ingestion.demo import config, text
from ingestion.demo.randomness import Flags, Integers
from ingestion.demo.recording import Column, Table, rows
from ingestion.demo.truth.kpis import Grain, Measure, Values
from ingestion.demo.world import History
from ingestion.demo.world.billing import REGULAR
from ingestion.demo.world.desk import TICKET
from ingestion.demo.world.messages import BILL, DELIVERED, RENEWAL
from ingestion.demo.writers.desk import HOURS_TO_ANSWER
from ingestion.demo.writers.ledger import VOID, invoice_states, shown_renewals

MATURE_DAYS = 7
GRACE_DAYS = 30
NOTICE_DAYS = 14
NEVER = 10**9
MINUTES = 1 / 60
DISPUTED_OR_VOID = 2
PERIODS = ("day", "month")


def operation_kpis(history: History) -> Table:
    """Every KPI value of this family that the simulator knows."""
    values = Values()
    _tickets(values, history)
    _invoices(values, history)
    _renewals(values, history)
    _messages(values, history)
    _notices(values, history)
    _parcels(values, history)
    return values.table()


def _add(
    values: Values,
    history: History,
    kpi: str,
    table: Table,
    parts: tuple[Integers, Column, Column],
    factor: float = 100.0,
) -> None:
    """One KPI of the company and of its markets: the day, numerator and denominator of rows."""
    day, numerator, denominator = parts
    measure = Measure(kpi=kpi, day=day, numerator=numerator, denominator=denominator, factor=factor)
    market = history.people.market[table["person"]]
    grains: list[Grain] = [
        ("company", ("all",), np.zeros(len(day), dtype=np.int64)),
        ("market", config.MARKETS, market),
    ]
    values.add(measure, grains, PERIODS)


def _by(history: History, moment: Integers) -> Flags:
    return np.asarray((moment > 0) & (moment < history.cutoff))


def _tickets(values: Values, history: History) -> None:
    """First answers within the target, minutes to the first solution, tickets opened again."""
    desk = history.tables["desk_tickets"]
    desk = rows(desk, (desk["kind"] == TICKET) & (desk["at"] < history.cutoff))
    target = desk["at"] + np.asarray(HOURS_TO_ANSWER)[desk["priority"]] * 3_600
    due = rows(desk | {"target": target}, target < history.cutoff)
    in_time = _by(history, due["replied_at"]) & (due["replied_at"] <= due["target"])
    ones = np.ones(len(due["at"]), dtype=np.int64)
    _add(values, history, "K-FRT.T", due, (text.local_day(due["at"]), in_time, ones))
    solved = rows(desk, _by(history, desk["solved_at"]))
    day, ones = text.local_day(solved["solved_at"]), np.ones_like(solved["at"])
    spent = solved["solved_at"] - solved["at"]
    _add(values, history, "K-RES", solved, (day, spent, ones), MINUTES)
    ripe = day + MATURE_DAYS <= history.world.until.toordinal() + 1
    reopened = _by(history, solved["reopened_at"])
    mature = rows(solved, ripe)
    _add(values, history, "K-REOPEN", mature, (day[ripe], reopened[ripe], ones[ripe]))


def _invoices(values: Values, history: History) -> None:
    """Invoices that were fully paid by the day on which they were due."""
    table = history.tables["invoices"]
    state, _ = invoice_states(history, table)
    mine = (table["kind"] == REGULAR) & (state < DISPUTED_OR_VOID)
    mine &= (table["due_day"] <= history.world.until.toordinal()) & (table["cents"] > 0)
    table = rows(table, mine)
    paid = _by(history, table["paid_at"])
    in_time = paid & (text.local_day(table["paid_at"]) <= table["due_day"])
    _add(
        values, history, "K-PAY", table, (table["due_day"], in_time, np.ones_like(mine[mine], int))
    )


def _renewals(values: Values, history: History) -> None:
    """Contracts that were renewed by the day on which they were due, once their grace is over."""
    table, result = shown_renewals(history)
    is_over = table["due_day"] + GRACE_DAYS <= history.world.until.toordinal()
    mine = is_over & (result != DISPUTED_OR_VOID)
    renewed, table = (result == 0)[mine], rows(table, mine)
    in_time = renewed & (text.local_day(table["renewed_at"]) <= table["due_day"])
    ones = np.ones_like(table["due_day"])
    _add(values, history, "K-RENEW", table, (table["due_day"], in_time, ones))


def _messages(values: Values, history: History) -> None:
    """Messages that arrived."""
    table, events = history.tables["messages"], history.tables["message_events"]
    arrived = np.zeros(len(table["at"]), dtype=bool)
    known = (events["event"] == DELIVERED) & (events["at"] < history.cutoff)
    arrived[events["message"][known]] = True
    sent = (table["at"] < history.cutoff) & ~table["test"]
    table, arrived = rows(table, sent), arrived[sent]
    day, ones = text.local_day(table["at"]), np.ones_like(table["at"])
    _add(values, history, "K-DELIV", table, (day, arrived, ones))


def _notices(values: Values, history: History) -> None:
    """Bills and renewals due by the last day that were announced long enough before."""
    bills = history.tables["invoices"]
    state, _ = invoice_states(history, bills)
    bills = bills | {"noticed_day": _first_notices(history, "invoices", BILL)}
    bills = rows(bills, (state != VOID) & (bills["cents"] > 0))
    is_known = history.tables["renewals"]["known_at"] < history.cutoff
    renewals, result = shown_renewals(history)
    noticed = rows({"noticed_day": _first_notices(history, "renewals", RENEWAL)}, is_known)
    renewals = rows(renewals | noticed, result != DISPUTED_OR_VOID)
    for kpi, table in (("K-NOTICE.I", bills), ("K-NOTICE.R", renewals)):
        due = rows(table, table["due_day"] <= history.world.until.toordinal())
        in_time = due["due_day"] - due["noticed_day"] >= NOTICE_DAYS
        ones = np.ones_like(due["due_day"])
        _add(values, history, kpi, due, (due["due_day"], in_time, ones))


def _first_notices(history: History, name: str, kind: int) -> Integers:
    """The day of the first notice of each bill or renewal."""
    sent = history.tables["messages"]
    sent = rows(sent, (sent["kind"] == kind) & (sent["at"] < history.cutoff) & ~sent["test"])
    days = np.full(len(history.tables[name]["due_day"]), NEVER, dtype=np.int64)
    np.minimum.at(days, sent["about"], text.local_day(sent["at"]))
    return days


def _parcels(values: Values, history: History) -> None:
    """Orders that arrived on time, complete, whole and with the right papers."""
    table = history.tables["shipments"]
    mine = _by(history, table["delivered_at"]) & ~history.people.internal[table["person"]]
    table = rows(table, mine)
    perfect = (table["delivered_at"] <= table["promised_at"]) & table["complete"]
    perfect &= ~table["damaged"] & table["documented"]
    day = text.local_day(table["delivered_at"])
    _add(values, history, "K-PO", table, (day, perfect, np.ones_like(day)))
