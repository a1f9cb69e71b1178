"""Research houses' panels: LimeSurvey exports about customers, and a partner's long lists.

The partner asks staff and stakeholders without any name: one file says who answered when, one
what, and one what the questions are.
"""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from ingestion.demo import config, text
from ingestion.demo.names import client_numbers
from ingestion.demo.output import Output
from ingestion.demo.recording import (
    PANEL_ITEMS,
    STAFF_ITEMS,
    STAKEHOLDER_ITEMS,
    Table,
    length,
    rows,
)
from ingestion.demo.text import Strings
from ingestion.demo.world import History
from ingestion.demo.world.panels import STAKEHOLDERS
from ingestion.demo.world.surveying import NONE
from ingestion.demo.writers.drops import drop_csv, moments
from ingestion.demo.writers.partners import SOURCE as PARTNER
from ingestion.demo.writers.surveys import BOM, SOURCE, coded

PANEL_SURVEY, RECOVERY_SURVEY = "630001", "640001"
STAFF_SURVEY, STAKEHOLDER_SURVEY = "DEMO-STAFF", "DEMO-NAME"
SECONDS_TAKEN = 360
HEAD = '"id";"submitdate";"lastpage";"startlanguage";"seed";"startdate";"datestamp";"client"'


def write_panels(history: History, output: Output) -> None:
    """Write both exports per quarter and the partner's lists."""
    _export(history, output, ("panel", "panel"), PANEL_ITEMS)
    _export(history, output, ("recoveries", "recovery"), ("nps",))
    _partner(history, output)


def known(history: History, name: str) -> Table:
    """Responses that are there by the end of the last day, in their order, with a number."""
    table = history.tables[name]
    table = rows(table, np.argsort(table["at"], kind="stable"))
    table = rows(table, table["at"] + SECONDS_TAKEN < history.cutoff)
    return table | {"number": 1 + np.arange(length(table))}


def response_numbers(survey: str, table: Table) -> Strings:
    """Numbers of responses as the tool of a survey writes them."""
    return text.number(table["number"], 5 if survey in (STAFF_SURVEY, STAKEHOLDER_SURVEY) else 0)


def _export(
    history: History, output: Output, drop: tuple[str, str], questions: Sequence[str]
) -> None:
    """One export per quarter of the responses of a table, whose columns are questions."""
    name, prefix = drop
    table = known(history, name)
    ended = text.clock(table["at"] + SECONDS_TAKEN, config.UTC_OFFSET)
    started = text.clock(table["at"], config.UTC_OFFSET)
    language = text.chosen(config.LANGUAGES, history.people.language[table["person"]])
    cells = [
        *(response_numbers(PANEL_SURVEY, table), ended, "1", language, "", started, ended),
        *(client_numbers(table["person"]), *(coded(table[code]) for code in questions)),
    ]
    parts: list[Strings | str] = ['"']
    for place, cell in enumerate(cells):
        parts += [cell, '";"' if place < len(cells) - 1 else '"\n']
    lines = text.joined(*parts)
    head = BOM + (HEAD + "".join(f';"{code}"' for code in questions) + "\n").encode()
    for quarter, part in text.by_quarter(table["at"], history.world.first_day.toordinal()):
        content = head + text.content(lines.take(pa.array(part)))
        output.drop(SOURCE, f"{prefix}_responses_{quarter}.csv", content)


def _partner(history: History, output: Output) -> None:
    staff, names = known(history, "staff"), known(history, "stakeholders")
    answers = [
        *_long(STAFF_SURVEY, staff, STAFF_ITEMS),
        _told(STAFF_SURVEY, staff, "team", text.chosen(config.TEAMS, staff["team"])),
        *_long(STAKEHOLDER_SURVEY, names, STAKEHOLDER_ITEMS),
        _told(
            *(STAKEHOLDER_SURVEY, names, "stakeholder"),
            text.chosen(STAKEHOLDERS, names["stakeholder"]),
        ),
    ]
    at = np.concatenate([table["at"] for table, _ in answers]) + SECONDS_TAKEN
    cells = {
        name: pa.concat_arrays([told[name] for _, told in answers])
        for name in ("survey", "sheet", "item", "score", "choice")
    }
    drop_csv(history, output, (PARTNER, "panel_answers"), cells | {"said": moments(at)}, at)
    sheets = [_sheets(STAFF_SURVEY, staff), _sheets(STAKEHOLDER_SURVEY, names)]
    at = np.concatenate([staff["at"], names["at"]]) + SECONDS_TAKEN
    cells = {name: pa.concat_arrays([told[name] for told in sheets]) for name in sheets[0]}
    drop_csv(history, output, (PARTNER, "panel_sheets"), cells | {"said": moments(at)}, at)
    output.drop(PARTNER, "panel_items.csv", _items().encode())


def _long(
    survey: str, table: Table, items: Sequence[str]
) -> list[tuple[Table, dict[str, Strings]]]:
    """The answers to each item, without those who left it out."""
    told = []
    for item in items:
        given = rows(table, table[item] != NONE)
        answer = _told(survey, given, item, text.number(given[item]))
        told.append((given, answer[1] | {"score": answer[1]["choice"], "choice": empty(given)}))
    return told


def _told(
    survey: str, table: Table, item: str, choice: Strings
) -> tuple[Table, dict[str, Strings]]:
    sheet = _sheets(survey, table)
    return table, sheet | {"item": _same(table, item), "score": empty(table), "choice": choice}


def _sheets(survey: str, table: Table) -> dict[str, Strings]:
    return {"survey": _same(table, survey), "sheet": response_numbers(survey, table)}


def empty(table: Table) -> Strings:
    """An empty cell in each row."""
    return _same(table, "")


def _same(table: Table, value: str) -> Strings:
    return pa.array(np.full(length(table), value), pa.string())


def _items() -> str:
    lines = ["survey,title,item,lowest,highest\n"]
    for item in (*STAFF_ITEMS, "team"):
        lowest, highest = {"enps": ("0", "10"), "team": ("", "")}.get(item, ("1", "5"))
        lines.append(f"{STAFF_SURVEY},DEMO staff survey,{item},{lowest},{highest}\n")
    for item in (*STAKEHOLDER_ITEMS, "stakeholder"):
        lowest, highest = {"stakeholder": ("", "")}.get(item, ("1", "7"))
        lines.append(f"{STAKEHOLDER_SURVEY},DEMO reputation survey,{item},{lowest},{highest}\n")
    return "".join(lines)
