"""History: plays the world day by day and hands over what happened."""

from collections.abc import Callable
from dataclasses import dataclass

from ingestion.demo import config
from ingestion.demo.config import World
from ingestion.demo.recording import COLUMNS, Table
from ingestion.demo.world.advocacy import refer, review
from ingestion.demo.world.appointments import appoint
from ingestion.demo.world.calls import call
from ingestion.demo.world.campaigns import campaign
from ingestion.demo.world.chats import chat
from ingestion.demo.world.deals import deal
from ingestion.demo.world.life import end_of_history, live
from ingestion.demo.world.panels import ask_panel, ask_staff, ask_stakeholders
from ingestion.demo.world.population import Population, populate
from ingestion.demo.world.purchases import purchase
from ingestion.demo.world.state import State, midnight
from ingestion.demo.world.surveying import (
    answered_by_robots,
    ask_after_call,
    ask_after_delivery,
    ask_relationship,
)
from ingestion.demo.world.tickets import write_in


@dataclass(frozen=True, kw_only=True)
class History:
    """Everything that happened until the end of the last day.

    ``cutoff`` is the epoch second that ends the last day. What follows from the played days
    but lies at or after it, such as an answer, is in the tables too: no system may show it.
    """

    world: World
    people: Population
    tables: dict[str, Table]
    cutoff: int


def play(world: World, progress: Callable[[str], None] = lambda _: None) -> History:
    """Play every day from the first to ``world.until``."""
    state = State.first(world, populate(world))
    for day in range(world.first_day.toordinal(), world.until.toordinal() + 1):
        state.day = day
        _play_day(state)
        if (day - world.first_day.toordinal()) % 180 == 179:
            progress(f"played {day - world.first_day.toordinal() + 1} days")
    end_of_history(state)
    cutoff = midnight(world.until.toordinal() + 1)
    tables = {name: state.recorder.table(name) for name in COLUMNS}
    tables["invitations"] = answered_by_robots(tables["invitations"])
    return History(world=world, people=state.people, tables=tables, cutoff=cutoff)


def _play_day(state: State) -> None:
    live(state)
    order_rows, orders = purchase(state)
    orders["asked"] = (orders["line"] == config.E_SHOP) & (orders["channel"] != 0)
    ask_after_delivery(state, order_rows, orders)
    call_rows, calls = call(state)
    ask_after_call(state, call_rows, calls)
    chat(state)
    ask_relationship(state)
    deal(state)
    write_in(state)
    appoint(state, order_rows, orders)
    campaign(state)
    review(state, orders)
    refer(state)
    ask_panel(state)
    ask_staff(state)
    ask_stakeholders(state)
