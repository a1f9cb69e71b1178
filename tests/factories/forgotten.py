"""A company of three customers, one of whom will be forgotten; for the tests of erasure."""

import json
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from ingestion import all_streams, configured_streams, extract, home_of, load_sources
from ingestion.erasure import begin, clean_lake, pending, plan
from ingestion.erasure.persons import Person
from ingestion.erasure.searching import search
from ingestion.lake import Lake, open_table
from ingestion.results import StreamResult
from ingestion.settings import Home, Sources

KEY = "a key of the tests alone"
SETTINGS = """
company: {key: tiny, name: {en: Tiny}, time_zone: Asia/Tehran, currency: IRR}
sources:
  - id: crm
    connector: files
    streams:
      customers:
        glob: "customers*.csv"
        format: csv
        settle_seconds: 0
        columns:
          customer_number: no
          full_name: name
          email: email
          phone: phone
          updated_at: at
      orders:
        glob: "orders*.csv"
        format: csv
        settle_seconds: 0
        columns: {order_number: no, customer_number: client, ordered_at: at, updated_at: at}
      shipments:
        glob: "shipments*.jsonl"
        format: jsonl
        settle_seconds: 0
        columns: {shipment_number: no, order_number: order, shipped_at: at, updated_at: at}
  - id: desk
    connector: files
    customers_of: crm
    streams:
      tickets:
        glob: "tickets*.csv"
        format: csv
        settle_seconds: 0
        columns:
          ticket_number: no
          phone: caller
          status: {value: open}
          created_at: at
          updated_at: at
      ticket_messages:
        glob: "messages*.parquet"
        format: parquet
        settle_seconds: 0
        columns:
          ticket_number: ticket
          message_number: no
          author_kind: {value: customer}
          message_text: words
          sent_at: at
          updated_at: at
  - id: quality
    connector: files
    streams:
      qa_scores:
        glob: "scores*.csv"
        format: csv
        settle_seconds: 0
        columns:
          evaluation_number: no
          item: {value: tone}
          interaction_number: about
          agent_number: {value: A-1}
          evaluated_at: at
          updated_at: at
"""
AT = "2026-01-02 10:00:00"
PHONE, OTHER_PHONE, SHARED = "0912 345 6789", "09127654321", "09121112233"
FILES = {
    "crm/customers.csv": (
        "no,name,email,phone,at\n"
        f"C-1001,Sara Tehrani,Sara@Example.org,{PHONE},{AT}\n"
        f'C-1002,"Omid\nKarimi",omid@example.org,{OTHER_PHONE},{AT}\n'
        f"C-1003,Sara Tehrani,,{SHARED},{AT}\n"
        f"C-1004,Nika Rad,nika@example.org,۰۹۱۲۳۴۵,not a time\n"
        "C-1001,Sara Tehrani,sara@example.org,not a phone,not a time\n"
    ),
    "crm/orders.csv": f"no,client,at\nO-90001,C-1001,{AT}\nO-90002,C-1002,{AT}\n",
    "crm/shipments.jsonl": (
        json.dumps({"no": "S-1", "order": "O-90001", "at": AT})
        + "\n"
        + json.dumps({"no": "S-2", "order": "O-90002", "at": AT})
        + "\n"
    ),
    "quality/scores.csv": f"no,about,at\nE-1,T-70001,{AT}\nE-2,T-70002,{AT}\n",
    "desk/tickets.csv": f"no,caller,at\nT-70001,+98 912 345 6789,{AT}\nT-70002,{SHARED},{AT}\n",
}
MESSAGES = {
    "ticket": ["T-70001", "T-70002", "T-70002"],
    "no": ["1", "1", "2"],
    "words": ["where is it?", "Sara (sara@example.org) told me", "OMID  Karimi called"],
    "at": [AT, AT, AT],
}


class Company:
    """The company in a folder, configured by the environment."""

    def __init__(self) -> None:
        self.sources: Sources = load_sources()
        self.home: Home = home_of(self.sources.company)

    @classmethod
    def founded(cls, root: Path) -> "Company":
        """The company with its files landed, in an empty folder."""
        (root / "sources.yaml").write_text(SETTINGS, encoding="utf-8")
        company = cls()
        company.drop()
        company.read()
        return company

    def drop(self, suffix: str = "") -> None:
        for name, content in FILES.items():
            path = self.home.inbox / name
            path = path.with_stem(path.stem + suffix)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content + "\n" * bool(suffix), encoding="utf-8")
        rows = {name: [*values] for name, values in MESSAGES.items()}
        path = self.home.inbox / "desk" / f"messages{suffix}.parquet"
        pq.write_table(pa.table(rows), path, compression="snappy" if suffix else "zstd")

    def read(self) -> dict[str, StreamResult]:
        results = extract(self.sources, self.home, configured_streams(self.sources))
        assert not [r.message for r in results if r.status == "failed"]
        return {result.table: result for result in results}

    def keys(self) -> pa.Table:
        """What the warehouse would say: the phone ties the ticket to the customer."""
        rows = self.rows("mapped__customers", "source_id, email_hash, phone_hash")
        keys = []
        for number, email, phone in rows:
            person = f"{int(number[-1]):032x}"
            keys += [(f"customer:crm:{number}", person, False)]
            keys += [(f"email:{email}", person, False)] if email else []
            keys += [(f"phone:{phone}", person, number == "C-1003")] if phone else []
        names = ("identity_key", "customer_id", "is_shared")
        return pa.table(dict(zip(names, map(list, zip(*keys, strict=True)), strict=True)))

    def rows(self, table: str, columns: str = "source_id") -> list[tuple[Any, ...]]:
        held = open_table(Lake(self.home.lake).table(all_streams()[table]))
        assert held
        files = held.file_uris()
        query = f"select {columns} from read_parquet({files}) order by all"
        with duckdb.connect() as connection:
            return connection.execute(query).fetchall()

    def plan(self, written: str) -> Person:
        return plan(self.sources, self.home, written, self.keys())

    def erase(self, written: str = "C-1001") -> None:
        begin(self.sources, self.home, self.plan(written))
        self.go_on()

    def go_on(self) -> None:
        for erasure in pending(self.home):
            clean_lake(self.sources, self.home, erasure, lambda line: None)

    def places(self, pattern: str) -> list[str]:
        zones = search(
            self.home.root,
            pattern,
            zone_of=lambda path: None if path.parts[0] == "erasures" else path.parts[0],
        )
        return [place for found in zones.values() for place in found.places]
