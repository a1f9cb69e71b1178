"""``export_crm_cx_fields``: what the CRM should know of each of its records.

One row per living record of one source, under that source's own number: scores, risk, value,
the open case that is due first, the last touch. What was told before, and how a batch leaves,
belongs in ``outbox``; a person's name or number is in none of it.
"""

import csv
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from serving import durable
from serving.delivery.outbox import Change, Outbox, Wanted
from serving.versions import DATABASE
from serving.warehouse import literal
from serving.wording import Language, Wording
from serving.workbooks import harmless

EXPORT = "export_crm_cx_fields"
FOLDER = "crm_fields"
SENT = f"{FOLDER}/sent"
DIFFERENCES = "differences.csv"
SUMMARY = "summary.txt"
FIELDS = (
    *("nps_score", "nps_date", "csat_score", "csat_date", "risk_band", "value_tier"),
    *("lifecycle_state", "open_cases", "case_number", "case_reason", "next_step", "case_due_at"),
    "last_touch_date",
)

ROWS = f"""
    with records as (
        select records.record_number, identities.customer_id
        from living as records
        inner join built.core.dim_customer_identities as identities using (identity_key)
        where records.source_id = $source
    ),
    cases as (
        select
            customer_id, count(*) as open_cases,
            first(case_id order by step_due_at, case_id) as case_number,
            first(reason order by step_due_at, case_id) as case_reason,
            first(suggested_step order by step_due_at, case_id) as next_step,
            first(step_due_at order by step_due_at, case_id) as case_due_at
        from published.main.mart_action_today
        group by customer_id
    ),
    fields as (
        select
            records.record_number,
            cast(known.last_nps_score as integer) as nps_score, known.last_nps_date as nps_date,
            cast(known.last_csat_score as integer) as csat_score,
            known.last_csat_date as csat_date, known.risk_band,
            known.treatment_class as value_tier, known.lifecycle_state,
            coalesce(cases.open_cases, 0) as open_cases, cases.case_number, cases.case_reason,
            cases.next_step, strftime(cases.case_due_at, '%Y-%m-%dT%H:%M:%SZ') as case_due_at,
            known.last_interaction_date as last_touch_date
        from records
        inner join published.main.mart_customer_360 as known using (customer_id)
        left join cases using (customer_id)
    )
    select record_number, to_json(struct_pack({", ".join(f"{name} := {name}" for name in FIELDS)}))
    from fields
    order by record_number
"""


@dataclass(frozen=True)
class Differences:
    """What the CRM does not know yet, and where that is written down.

    Args:
        path: the file of differences, one row per record.
        count_records: records that the CRM should know of.
        count_new: those of which it was told nothing.
        count_changed: those of which it was told something else.
        summary: the same in the company's language.
    """

    path: Path
    count_records: int
    count_new: int
    count_changed: int
    summary: str


def crm_rows(version: Path, warehouse: Path, records: pa.Table, *, source: str) -> Iterator[Wanted]:
    """What should be told of each living record of a source.

    Args:
        version: folder of the published version.
        warehouse: the warehouse it was published from, for who is who.
        records: ``identity_key``, ``source_id`` and ``record_number`` of living records.
        source: the CRM among the sources.
    """
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        for name, path in (("built", warehouse), ("published", version / DATABASE)):
            connection.execute(f"attach {literal(str(path))} as {name} (read_only)")
        connection.register("living", records)
        cursor = connection.execute(ROWS, {"source": source})
        while rows := cursor.fetchmany(10_000):
            yield from (Wanted(number, fields, _payload(number, fields)) for number, fields in rows)


def _payload(number: str, fields: str) -> str:
    return json.dumps({"record_number": number} | json.loads(fields), ensure_ascii=False)


def compose(key: str, records: Sequence[Any]) -> dict[str, Any]:
    """The body of a batch: its key, and the records with all their fields."""
    return {"export": EXPORT, "key": key, "records": list(records)}


def write_differences(folder: Path, outbox: Outbox, language: Language) -> Differences:
    """Write what is to be told, without telling it: ``differences.csv`` and ``summary.txt``.

    Args:
        folder: where both are written, each as a whole.
        outbox: that knows what should be told, and what was.
        language: of the summary.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    counts, fields = Counter[str](), Counter[str]()
    draft = folder / f".{DIFFERENCES}.tmp"
    with draft.open("w", encoding="utf-8-sig", newline="") as file:
        lines = csv.writer(file)
        lines.writerow(["record_number", "change", "was", *FIELDS])
        for change in outbox.changes():
            kind, before, now = _compared(change)
            changed = {name: before[name] for name in before if before[name] != now[name]}
            counts[kind] += 1
            fields.update(list(changed))
            was = "; ".join(f"{name}: {value}" for name, value in changed.items())
            lines.writerow(map(harmless, [change.item, kind, was, *(now[name] for name in FIELDS)]))
    draft.chmod(0o600)
    durable.sync(draft)
    durable.move(draft, folder / DIFFERENCES)
    total = outbox.count_wanted()
    summary = _summary(Wording(language), total, counts, fields)
    durable.write_text(folder / SUMMARY, summary)
    return Differences(folder / DIFFERENCES, total, counts["new"], counts["changed"], summary)


def write_batch(folder: Path, key: str, body: Mapping[str, Any], layout: str) -> Path:
    """Write a batch into a file of its own, named after its key; written again, it is the same.

    Args:
        folder: where batches are picked up.
        key: of the batch.
        body: as ``compose`` makes it.
        layout: ``csv``, which no spreadsheet program takes for formulas, or ``jsonl``.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / f"{key}.{layout}"
    draft = folder / f".{path.name}.tmp"
    with draft.open("w", encoding="utf-8", newline="") as file:
        if layout == "csv":
            lines = csv.writer(file)
            lines.writerow(["record_number", *FIELDS])
            for record in body["records"]:
                lines.writerow(harmless(record[name]) for name in ("record_number", *FIELDS))
        else:
            file.writelines(
                json.dumps(record, ensure_ascii=False) + "\n" for record in body["records"]
            )
    draft.chmod(0o600)
    durable.sync(draft)
    durable.move(draft, path)
    return path


def _compared(change: Change) -> tuple[str, dict[str, Any], dict[str, Any]]:
    now = dict.fromkeys(FIELDS) | json.loads(change.mark)
    if change.before is None:
        return "new", {}, now
    return "changed", dict.fromkeys(FIELDS) | json.loads(change.before), now


def _summary(wording: Wording, total: int, counts: Counter[str], fields: Counter[str]) -> str:
    numbers = {
        "records": total,
        "new": counts["new"],
        "changed": counts["changed"],
        "same": total - counts["new"] - counts["changed"],
    }
    said = {name: wording.number(count) for name, count in numbers.items()}
    lines = [wording.say("export", "summary", **said)]
    lines += [f"- {name}: {wording.number(count)}" for name, count in fields.most_common()]
    return "\n".join(lines) + "\n"
