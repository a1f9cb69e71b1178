"""Running dbt inside this process: one import, no version look-up on the network, no lock left.

What the nodes mean to Dagster belongs in ``translator`` and ``defs.transformation``.
"""

import logging
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any

from orchestration.lib.environment import DBT_PROJECT, Environment

NODE_EVENTS = frozenset({"LogModelResult", "LogSeedResult", "LogSnapshotResult"})
GOOD = frozenset({"success", "pass", "no-op", "reused"})
"""Statuses of nodes that did what they should; ``warn`` is a failed test that only warns."""
LOG_LEVELS = {"info": logging.INFO, "warn": logging.WARNING, "error": logging.ERROR}
LOG_BYTES = 10_000_000
PARSED = "partial_parse.msgpack"
"""What dbt remembers of a parse."""


class DbtError(Exception):
    """dbt could not do its work; the message is its own, in one sentence where it can be."""


@dataclass(frozen=True, kw_only=True)
class NodeResult:
    """What dbt says of one node: a model, a seed or a test."""

    unique_id: str
    name: str
    status: str
    seconds: float
    count_failed_rows: int | None
    message: str

    @property
    def is_good(self) -> bool:
        """It was built, or its test passed."""
        return self.status in GOOD


class DbtRunner:
    """Invokes dbt on the company's warehouse.

    Args:
        environment: the company and its places.
        project: the dbt project.
    """

    def __init__(self, environment: Environment, project: Path = DBT_PROJECT) -> None:
        self.environment, self.project = environment, project

    def parse(self) -> None:
        """Write the manifest.

        Raises:
            DbtError: the project does not parse.
        """
        self._invoke(["parse"])

    def build(
        self,
        arguments: Sequence[str] = (),
        on_node: Callable[[str, str], None] = lambda name, message: None,
    ) -> list[NodeResult]:
        """Build models and seeds and run their data tests; one result per node.

        Args:
            arguments: further arguments, such as a selection.
            on_node: called with name and message of each model or seed when it is done.

        Raises:
            DbtError: dbt failed before it came to the nodes. A failed node is a result.
        """
        # The manifest is written by parse; writing it again with every build costs seconds.
        # A saved query is no work: dbt would only say so.
        left_out = ["--exclude-resource-type", "unit_test", "saved_query"]
        command = ["build", "--no-write-json", *left_out]
        return self._invoke(
            [*command, *arguments], on_node, parsed=parsed_project(self.environment.dbt_target)
        )

    def _invoke(
        self,
        arguments: Sequence[str],
        on_node: Callable[[str, str], None] = lambda name, message: None,
        parsed: Any = None,
    ) -> list[NodeResult]:
        from dbt.cli.main import dbtRunner

        def report(event: Any) -> None:
            if event.info.name in NODE_EVENTS:
                on_node(event.data.node_info.node_name, event.data.status)

        # dbt's own loggers form a line of every debug event before they drop it: a tenth of
        # a build of small nodes.
        silent = ("--log-level", "none", "--log-level-file", "none")
        target = str(self.environment.dbt_target)
        self.environment.activate()
        self.environment.dbt_target.mkdir(parents=True, exist_ok=True)
        try:
            with _log(self.environment.dbt_target / "dbt.log") as write:
                outcome = dbtRunner(parsed, callbacks=[report, write]).invoke(
                    [
                        *("--quiet", "--no-use-colors", *silent, "--log-path", target),
                        *arguments,
                        *("--project-dir", str(self.project)),
                        *("--profiles-dir", str(self.project)),
                        *("--target-path", target),
                    ]
                )
        finally:
            close_connections()
        if outcome.exception is not None:
            raise DbtError(f"dbt {arguments[0]}: {outcome.exception}") from outcome.exception
        return [_result(result) for result in getattr(outcome.result, "results", [])]


def parsed_project(target: Path) -> Any:
    """What the last parse left in dbt's folder, as dbt takes it; None before the first.

    Handed to dbt it costs a fifth of what dbt takes to find that nothing has changed since.
    """
    path = target / PARSED
    if not path.exists():
        return None
    from dbt.contracts.graph.manifest import Manifest

    manifest: Any = Manifest.from_msgpack(path.read_bytes())
    manifest.build_flat_graph()
    return manifest


@contextmanager
def _log(path: Path) -> Iterator[Callable[[Any], None]]:
    """What writes dbt's events from ``info`` on to a file, as dbt itself would."""
    handler = RotatingFileHandler(path, maxBytes=LOG_BYTES, backupCount=1, encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)-7s %(message)s"))
    log = logging.Logger("dbt")
    log.addHandler(handler)

    def write(event: Any) -> None:
        level = LOG_LEVELS.get(event.info.level)
        if level is not None:
            log.log(level, "%s", event.info.msg)

    try:
        yield write
    finally:
        handler.close()


def close_connections() -> None:
    """Give the warehouse back: the adapter keeps its connection for the process's next call."""
    if "dbt.adapters.factory" not in sys.modules:
        return
    from dbt.adapters.factory import cleanup_connections

    cleanup_connections()  # type: ignore[no-untyped-call] # dbt declares no types
    if "dbt.adapters.duckdb.connections" in sys.modules:
        from dbt.adapters.duckdb.connections import DuckDBConnectionManager

        manager = DuckDBConnectionManager
        manager.close_all_connections()  # type: ignore[no-untyped-call] # dbt declares no types


def failures(results: Sequence[NodeResult], manifest: Mapping[str, Any]) -> list[str]:
    """One sentence per node that failed; nodes that were skipped because of it are left out."""
    return [
        f"{'test' if result.unique_id.startswith('test.') else 'model'} {result.name} "
        f"{_about(result, manifest)}: {_first_line(result.message)}"
        for result in results
        if not result.is_good and result.status not in ("skipped", "warn")
    ]


def tested_model(manifest: Mapping[str, Any], unique_id: str) -> str:
    """Name of the model that a test is about."""
    node = manifest["nodes"].get(unique_id, {})
    attached = node.get("attached_node") or next(iter(node.get("depends_on", {})["nodes"]), "")
    return attached.rsplit(".", 1)[-1]


def _about(result: NodeResult, manifest: Mapping[str, Any]) -> str:
    if not result.unique_id.startswith("test."):
        return result.status
    rows = f" for {result.count_failed_rows} rows" if result.count_failed_rows else ""
    return f"on {tested_model(manifest, result.unique_id)} {result.status}{rows}"


def _first_line(message: str) -> str:
    lines = [line.strip() for line in message.splitlines() if line.strip()]
    return " ".join(lines[:3])


def _result(result: Any) -> NodeResult:
    return NodeResult(
        unique_id=result.node.unique_id,
        name=result.node.name,
        status=str(result.status),
        seconds=float(result.execution_time or 0),
        count_failed_rows=result.failures,
        message=result.message or "",
    )
