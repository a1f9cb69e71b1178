"""Partners' reports: parcels, referrals and evaluations as CSV, reviews as JSON, costs as Excel.

The courier writes a line when a parcel leaves and one when it arrives; the house that listens
to calls writes the form again once the agent was coached.
"""

from datetime import date, timedelta

import numpy as np
import pyarrow as pa
from openpyxl import Workbook

from ingestion.demo import config, text
from ingestion.demo.names import Directory, agent_numbers, client_numbers, queue_index
from ingestion.demo.output import Output
from ingestion.demo.randomness import Floats, Integers, Topic, chances
from ingestion.demo.recording import Table, length, rows
from ingestion.demo.text import Strings
from ingestion.demo.verbatims import verbatims
from ingestion.demo.world import History
from ingestion.demo.world.advocacy import MOST_STARS
from ingestion.demo.world.evaluations import ITEMS, MODES, POINTS
from ingestion.demo.writers.drops import (
    drop_csv,
    drop_json,
    moments,
    optional,
    told_twice,
    yes_no,
)
from ingestion.demo.writers.partners import SOURCE, undated
from ingestion.demo.writers.pbx import call_ids

SITES = ("demo-maps.example", "demo-reviews.example", "demo-appstore.example")
TEN_POINT_SITE = 1
WAYS = ("link", "word_of_mouth", "social")
BOT_EVERY, SELF_EVERY = 23, 29
COST_HEAD = (
    *("entry", "purpose", "channel", "program", "city", "month", "amount", "currency", "booked"),
)
COSTS = (
    ("acquisition", "search", "DEMO search ads", 40.0),
    ("acquisition", "social", "DEMO social ads", 25.0),
    ("acquisition", "referral", "DEMO bring a friend", 8.0),
    ("retention", "e_mail", "DEMO campaigns", 6.0),
    ("retention", "sms", "DEMO club", 14.0),
    ("service", "phone", "DEMO call center", 160.0),
    ("service", "e_mail", "DEMO desk", 45.0),
    ("service", "chat", "DEMO chat desk", 30.0),
    ("program", "survey", "DEMO voice of the customer", 12.0),
)
"""Purpose, channel, program, and cost per month in mean orders per thousand customers."""


def write_partner_reports(history: History, directory: Directory, output: Output) -> None:
    """Write all reports."""
    del directory  # partners know nobody's name
    _parcels(history, output)
    _referrals(history, output)
    _reviews(history, output)
    _evaluations(history, output)
    costs = cost_entries(history)
    if length(costs):
        output.drop(SOURCE, "costs.xlsx", _workbook(costs))


def order_numbers(order: Integers) -> Strings:
    """Numbers of the CRM's orders."""
    return text.joined("O-", text.number(10_000_000 + order))


def parcel_numbers(table: Table) -> Strings:
    """Numbers of parcels."""
    return text.joined("PK-", text.number(table["order"], 8))


def _parcels(history: History, output: Output) -> None:
    table = history.tables["shipments"]
    table = told_twice(table, table["shipped_at"], table["delivered_at"])
    arrived = table["later"]
    cells = {
        "parcel_no": parcel_numbers(table),
        "order_no": order_numbers(table["order"]),
        "left": moments(table["shipped_at"]),
        "promised": moments(table["promised_at"]),
        "arrived": moments(table["delivered_at"], arrived),
        "all_there": optional(yes_no(table["complete"]), arrived),
        "broken": optional(yes_no(table["damaged"]), arrived),
        "papers_right": optional(yes_no(table["documented"]), arrived),
        "said": moments(table["said"]),
    }
    drop_csv(history, output, (SOURCE, "parcels"), cells, table["said"])


def referral_rows(history: History) -> Table:
    """The referrals, and beside them some persons who recommend themselves for the reward."""
    table = history.tables["referrals"]
    table = table | {"row": np.arange(length(table))}
    own = rows(table, table["row"] % SELF_EVERY == 3)
    own |= {"referred": own["person"], "converted_at": own["at"] + 86_400}
    both = {name: np.concatenate([table[name], own[name]]) for name in table}
    return both | {"self": np.arange(length(both)) >= length(table)}


def referral_numbers(table: Table) -> Strings:
    """Numbers of referrals."""
    return text.joined(
        text.where(table["self"], "RS-", pa.array(np.full(length(table), "RF-"))),
        text.number(table["row"], 6),
    )


def _referrals(history: History, output: Output) -> None:
    table = referral_rows(history)
    table = told_twice(table, table["at"], table["converted_at"])
    joined = table["later"]
    cells = {
        "ref_no": referral_numbers(table),
        "client_no": client_numbers(table["person"]),
        "friend_no": optional(client_numbers(table["referred"]), joined),
        "way": text.chosen(WAYS, table["channel"]),
        "made": moments(table["at"]),
        "joined": moments(table["converted_at"], joined),
        "said": moments(table["said"]),
    }
    drop_csv(history, output, (SOURCE, "referrals"), cells, table["said"])


def review_rows(history: History) -> Table:
    """The reviews, and beside them those that a machine posted."""
    table = history.tables["reviews"]
    table = table | {"row": np.arange(length(table))}
    bots = rows(table, table["row"] % BOT_EVERY == 4)
    size = length(bots)
    bots |= {"at": bots["at"] + 300, "rating": np.full(size, MOST_STARS)}
    bots |= {"replied_at": np.zeros(size, dtype=np.int64), "theme": np.full(size, -1)}
    both = {name: np.concatenate([table[name], bots[name]]) for name in table}
    return both | {"bot": np.arange(length(both)) >= length(table)}


def review_numbers(table: Table) -> Strings:
    """Numbers of reviews."""
    return text.joined(
        text.where(table["bot"], "RB-", pa.array(np.full(length(table), "RV-"))),
        text.number(table["row"], 6),
    )


def _reviews(history: History, output: Output) -> None:
    table = review_rows(history)
    person, language = table["person"], history.people.language[table["person"]]
    mood = np.where(table["rating"] <= 2, 0, np.where(table["rating"] >= 4, 2, 1))
    draw = np.where((table["theme"] >= 0) & (mood == 0), table["theme"], table["words"])
    replied = (table["replied_at"] > 0) & (table["replied_at"] < history.cutoff)
    points = np.where(table["site"] == TEN_POINT_SITE, 2, 1)
    named = ~table["bot"] & (table["row"] % 3 != 1)
    cells = {
        "id": review_numbers(table),
        "site": text.chosen(SITES, table["site"]),
        "member": optional(client_numbers(person), named),
        "city": text.chosen(config.MARKETS, history.people.market[person]),
        "about": text.chosen(config.LINES, table["line"]),
        "lang": text.chosen(config.LANGUAGES, language),
        "stars": text.number(table["rating"] * points),
        "of": text.number(MOST_STARS * points),
        "words": verbatims(mood, language, draw),
        "machine": yes_no(table["bot"]),
        "posted": moments(table["at"]),
        "answered": moments(table["replied_at"], replied),
        "changed": moments(np.where(replied, table["replied_at"], table["at"])),
    }
    drop_json(history, output, (SOURCE, "reviews"), cells, table["at"])


def evaluation_numbers(table: Table) -> Strings:
    """Numbers of evaluations: the call's and which listener."""
    return text.joined("Q-", text.number(table["call"], 7), "-", text.number(1 + table["second"]))


def evaluated_agents(history: History, table: Table) -> Strings:
    """Numbers of the agents who answered the evaluated calls."""
    calls = rows(history.tables["calls"], table["call"])
    queue = queue_index(calls["market"], calls["kind"])
    return text.number(agent_numbers(queue, calls["agent"]))


def _evaluations(history: History, output: Output) -> None:
    table = history.tables["evaluations"]
    table = told_twice(table, table["at"], table["coached_at"])
    applies = table["points"] >= 0
    calls = call_ids(history.tables["calls"]).take(pa.array(table["call"]))
    cells = {
        "form": evaluation_numbers(table),
        "item": text.chosen(ITEMS, table["item"]),
        "call": calls,
        "agent": evaluated_agents(history, table),
        "listener": text.joined("L-", text.number(1 + table["evaluator"])),
        "how": text.chosen(MODES, table["mode"]),
        "possible": optional(text.number(np.asarray(POINTS)[table["item"]]), applies),
        "earned": optional(text.number(table["points"]), applies),
        "failed_all": yes_no(table["fails"]),
        "heard": moments(table["at"]),
        "coached": moments(table["coached_at"], table["later"]),
        "said": moments(table["said"]),
    }
    drop_csv(history, output, (SOURCE, "evaluations"), cells, table["said"])


def cost_entries(history: History) -> Table:
    """What each program cost in each market and whole month."""
    months = _months(history)
    size = len(COSTS) * len(config.MARKETS)
    month, entry = np.repeat(np.asarray(months), size), np.tile(np.arange(size), len(months))
    program, market = entry // len(config.MARKETS), entry % len(config.MARKETS)
    key = month * 100 + entry
    swing: Floats = 0.85 + 0.3 * chances(history.world.seed, Topic.FLOOR, key + (1 << 45), 1)[0]
    share = np.asarray([cost for *_, cost in COSTS])[program]
    level = np.asarray(config.PRICE_LEVEL)[market] * share * history.people.size / 1_000
    shares = np.asarray(config.MARKET_SHARES)[market]
    cents = np.round(level * shares * swing) * 100
    return {"month": month, "program": program, "market": market, "cents": cents.astype(np.int64)}


def cost_numbers(costs: Table) -> Strings:
    """Numbers of entries: the month, the program, the market."""
    return text.joined(
        *("K", text.number(text.month_key(costs["month"])), "-"),
        *(text.number(costs["program"] + 1, 2), "-", text.number(costs["market"] + 1)),
    )


def _months(history: History) -> list[int]:
    """First days, as ordinals, of the months that the history covers wholly."""
    day, beyond = history.world.first_day, history.world.until + timedelta(days=1)
    starts = []
    first = date(day.year, day.month, 1)
    while (after := _next(first)) <= beyond:
        if first >= day:
            starts.append(first.toordinal())
        first = after
    return starts


def _next(first: date) -> date:
    return date(first.year + first.month // 12, first.month % 12 + 1, 1)


def _workbook(costs: Table) -> bytes:
    book = Workbook()
    book.remove(book.worksheets[0])
    sheet = book.create_sheet("costs")
    sheet.append(list(COST_HEAD))
    numbers = cost_numbers(costs).to_pylist()
    lists = (costs[name].tolist() for name in ("month", "program", "market", "cents"))
    for number, month, program, market, cents in zip(numbers, *lists, strict=True):
        purpose, channel, name, _ = COSTS[program]
        first = date.fromordinal(month)
        booked = f"{_next(first).isoformat()} 06:00:00"
        head = [number, purpose, channel, name, config.MARKETS[market], first.isoformat()]
        sheet.append([*head, cents / 100, config.CURRENCIES[market], booked])
    return undated(book)
