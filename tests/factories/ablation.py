"""The warehouse's own SQL run again without some raw columns or rows: what becomes of the KPIs.

The compiled models of a built home run on a copy of its raw tables, without dbt; what does not
depend on what was taken away is read from the built warehouse.
"""

import re
from collections.abc import Iterable, Mapping
from graphlib import TopologicalSorter
from typing import Any

import duckdb

from ingestion.registry import all_streams
from ingestion.settings import Home

REFERENCE = re.compile(r'"warehouse"\."(\w+)"\."(\w+)"')
LAST = "met_kpi_values"
STAYS = "int_calls__asterisk_stays_derived"
CALL_COLUMNS = {"phone": "phone_key", "ended_at": "left_at"}
"""What stands for columns of ``calls`` where the calls come from a queue log."""

VALUES = """
    select kpi_id, statistic, period_type, period_start, round(value, 6) as value, n
    from {catalog}.metrics.met_kpi_values
    where grain_name = 'company'
"""

Things = Mapping[str, Iterable[str]]
"""Entities, each with the columns or values (``metric=nps``) to take away; none: all rows."""


class Ablation:
    """A built company of which parts can be taken away, again and again."""

    def __init__(self, home: Home, manifest: Mapping[str, Any]) -> None:
        self._manifest = manifest
        self._folder = home.root / "dbt" / "compiled" / "cx_warehouse"
        self._order = self._needed()
        self._raw = {key.split(".")[-1]: key for key in self._order if key.startswith("source.")}
        self.connection = duckdb.connect()
        self.connection.execute(
            "set TimeZone = 'UTC'; set enable_progress_bar = false; attach ':memory:' as other"
        )
        self.connection.execute(f"attach '{home.warehouse}' as built (read_only)")
        for schema in {self._place(key)[0] for key in self._order}:
            self.connection.execute(f"create schema if not exists other.{schema}")

    def kpis(self) -> set[str]:
        """The KPIs that have a value for the whole company."""
        found = self.connection.execute(
            f"select distinct kpi_id from ({VALUES.format(catalog='built')}) "
            "where value is not null"
        )
        return {kpi for (kpi,) in found.fetchall()}

    def changed(self, things: Things) -> set[str]:
        """The KPIs whose values are others once ``things`` are taken away."""
        touched = {LAST}
        overrides = {}
        for entity, columns in things.items():
            names = list(columns)
            for table in self._tables(entity, rows=not names):
                self._take(table, names)
                touched.add(self._raw[table])
            if entity == "calls" and names:
                overrides[STAYS] = [CALL_COLUMNS.get(name, name) for name in names]
        self._build(touched, overrides)
        sides = [VALUES.format(catalog=name) for name in ("built", "other")]
        found = self.connection.execute(
            f"select distinct kpi_id from (({sides[0]} except {sides[1]}) "
            f"union all ({sides[1]} except {sides[0]}))"
        )
        return {kpi for (kpi,) in found.fetchall()}

    def _needed(self) -> list[str]:
        parents = self._manifest["parent_map"]
        waiting = [f"model.cx_warehouse.{LAST}"]
        graph: dict[str, list[str]] = {}
        while waiting:
            key = waiting.pop()
            if key not in graph:
                graph[key] = [p for p in parents.get(key, []) if not p.startswith("test.")]
                waiting += graph[key]
        return list(TopologicalSorter(graph).static_order())

    def _place(self, key: str) -> tuple[str, str]:
        found = self._manifest["sources" if key.startswith("source.") else "nodes"][key]
        return found["schema"], found.get("identifier") or found.get("alias") or found["name"]

    def _tables(self, entity: str, *, rows: bool) -> list[str]:
        """The raw tables of an entity; a queue log is all that calls have."""
        log = ["asterisk__queue_log"] if rows and entity == "calls" else []
        return [table for table in self._raw if table.partition("__")[2] == entity] + log

    def _take(self, table: str, columns: Iterable[str]) -> None:
        declared = {column.name: [*column.lake_columns] for column in all_streams()[table].columns}
        without = []
        for column in columns:
            name, _, value = column.partition("=")
            place = declared[name][0]
            without.append(f"nullif({place}, {value!r}) as {place}" if value else place)
        built = f'built.raw."{table}"'
        self._create("table", "raw", table, self._replaced(built, without))

    def _replaced(self, relation: str, columns: list[str]) -> str:
        """All rows with those columns emptied that are there; without any to empty no rows."""
        if not columns:
            return f"select * from {relation} limit 0"
        described = self.connection.execute(f"describe select * from {relation}").fetchall()
        types = {name: kind for name, kind, *_ in described}
        emptied = [
            column if " as " in column else f"cast(null as {types[column]}) as {column}"
            for column in columns
            if " as " in column or column in types
        ]
        replaced = f"replace ({', '.join(emptied)})" if emptied else ""
        return f"select * {replaced} from {relation}"

    def _create(self, kind: str, schema: str, name: str, query: str) -> None:
        self.connection.execute(f'drop {kind} if exists other.{schema}."{name}"')
        self.connection.execute(f'create {kind} other.{schema}."{name}" as {query}')

    def _build(self, touched: set[str], overrides: Mapping[str, list[str]]) -> None:
        parents = self._manifest["parent_map"]
        anew = {key for key in touched if key.startswith("source.")}
        places = {self._place(key) for key in anew}

        def placed(match: re.Match[str]) -> str:
            catalog = "other" if match.groups() in places else "built"
            return f'{catalog}."{match[1]}"."{match[2]}"'

        for key in self._order:
            name = key.split(".")[-1]
            is_touched = name in overrides or name == LAST or anew & set(parents.get(key, []))
            if not key.startswith("model.") or not is_touched:
                continue
            node = self._manifest["nodes"][key]
            compiled = (self._folder / node["original_file_path"]).read_text(encoding="utf-8")
            query = f"({REFERENCE.sub(placed, compiled)}\n)"
            if name in overrides:
                query = self._replaced(query, overrides[name])
            kind = "view" if node["config"]["materialized"] == "view" else "table"
            self._create(kind, *self._place(key), query)
            anew.add(key)
            places.add(self._place(key))
