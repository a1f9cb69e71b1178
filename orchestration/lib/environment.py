"""The environment of a run, resolved once: which company, which folders, which dbt settings.

The only module of the room that reads or sets environment variables.
"""

import os
import pwd
import shutil
import sys
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from ingestion import ConfigurationError, Home, Sources, home_of, load_sources
from orchestration.lib.memory import memory_limit
from orchestration.lib.messaging import Receiver
from serving import BUNDLED_ROLES, DeliveryError

PROJECT_ROOT = Path(__file__).resolve().parents[2]
DBT_PROJECT = PROJECT_ROOT / "dbt_project"
QUIET = {
    "DAGSTER_DISABLE_TELEMETRY": "1",
    "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    "DO_NOT_TRACK": "1",
    "GX_ANALYTICS_ENABLED": "false",
}
RUN_WORKER_COMMANDS = frozenset({"execute_run", "execute_step", "resume_run"})


class SideHome(Home):
    """The places of a company, but for a second warehouse and what is built from."""

    @property
    def warehouse(self) -> Path:
        """The copy of the night's warehouse in which cases are refreshed."""
        return self.root / "between" / "warehouse.duckdb"

    @property
    def frozen_inputs(self) -> Path:
        """What the last refresh read."""
        return self.root / "between" / "frozen_inputs.json"


@dataclass(frozen=True)
class Environment:
    """One company's configuration and places."""

    sources: Sources
    home: Home
    roles: Path | None = None
    """Declaration of the roles that get a published file of their own."""

    deliveries: Path | None = None
    """Declaration of what leaves for other systems; without one nothing leaves."""

    @property
    def dbt_target(self) -> Path:
        """Where dbt writes its manifest, compiled SQL and log: beside what it builds."""
        return self.home.warehouse.parent / "dbt"

    @property
    def published_database(self) -> Path:
        """The marts file that readers see; its path never changes."""
        return self.home.marts / "current" / "marts.duckdb"

    @property
    def lock_file(self) -> Path:
        """What a run holds while it may write the warehouse."""
        return self.home.root / "warehouse.lock"

    @property
    def notebook(self) -> Path:
        """What the steps of a night leave for the steps after them."""
        return self.home.warehouse.parent / "night.json"

    @property
    def between_nights(self) -> "Environment":
        """The same company with a warehouse of its own for what runs between nights."""
        return replace(self, home=SideHome(root=self.home.root))

    @cached_property
    def project_version(self) -> str:
        """The version that ``pyproject.toml`` declares."""
        content = (PROJECT_ROOT / "pyproject.toml").read_text(encoding="utf-8")
        return str(tomllib.loads(content)["project"]["version"])

    def activate(self) -> None:
        """Set what dbt reads from the environment, and switch telemetry off everywhere."""
        os.environ.update(QUIET)
        os.environ.update(
            CX_WAREHOUSE=str(self.home.warehouse),
            CX_FROZEN_INPUTS=str(self.home.frozen_inputs),
            CX_PUBLISHED=str(self.published_database),
            CX_BUILD_MEMORY=os.environ.get("CX_MEMORY_LIMIT")
            or memory_limit(self.home.frozen_inputs),
        )


def load_environment() -> Environment:
    """The configured company, with the process made ready for dbt.

    Raises:
        ConfigurationError: the sources are not right.
    """
    sources = load_sources()
    roles = Path(os.environ.get("CX_ROLES") or BUNDLED_ROLES)
    declared = os.environ.get("CX_DELIVERIES")
    environment = Environment(
        sources=sources,
        home=home_of(sources.company),
        roles=roles,
        deliveries=Path(declared) if declared else None,
    )
    environment.activate()
    return environment


def is_run_worker() -> bool:
    """Whether this process was started by Dagster to execute a run that is planned already."""
    return any(argument in RUN_WORKER_COMMANDS for argument in sys.argv)


def demo_size() -> dict[str, Any]:
    """How large the demo company is, from ``CX_DEMO_CUSTOMERS``, ``_DAYS`` and ``_UNTIL``.

    Raises:
        ConfigurationError: a value that is no number or no date.
    """
    readers: dict[str, Callable[[str], object]] = {
        "customers": int,
        "days": int,
        "until": date.fromisoformat,
    }
    size: dict[str, Any] = {}
    for name, read in readers.items():
        variable = f"CX_DEMO_{name.upper()}"
        value = os.environ.get(variable)
        if value:
            try:
                size[name] = read(value)
            except ValueError as error:
                raise ConfigurationError(f"{variable} is {value!r}: {error}") from error
    return size


def receiver(name: str, kind: Literal["webhook", "email", "folder"], address: str) -> Receiver:
    """A receiver of messages; e-mail goes through ``CX_SMTP_URL`` from ``CX_SMTP_FROM``."""
    return Receiver(
        name=name,
        kind=kind,
        address=address,
        server=os.environ.get("CX_SMTP_URL", ""),
        sender=os.environ.get("CX_SMTP_FROM", ""),
    )


def alert_receivers() -> list[Receiver]:
    """Who hears of trouble: ``CX_ALERT_WEBHOOK``, ``CX_ALERT_EMAIL``, ``CX_ALERT_FOLDER``."""
    ways: dict[str, Literal["webhook", "email", "folder"]] = {
        "CX_ALERT_WEBHOOK": "webhook",
        "CX_ALERT_EMAIL": "email",
        "CX_ALERT_FOLDER": "folder",
    }
    return [
        receiver(variable, kind, address)
        for variable, kind in ways.items()
        if (address := os.environ.get(variable))
    ]


def readers_file() -> Path | None:
    """Who gets which digest, from ``CX_READERS``; nobody without it."""
    named = os.environ.get("CX_READERS")
    return Path(named) if named else None


def from_variable(name: str) -> str:
    """The value of an environment variable that a declaration names; empty when it is not set."""
    return os.environ.get(name, "")


def ui_address() -> str:
    """Where Dagster's UI is, from ``CX_UI_URL``: links in messages begin with it."""
    return os.environ.get("CX_UI_URL", "http://localhost:3000").rstrip("/")


def declared_secret(variable: str) -> str:
    """The value of an environment variable that the deliveries name.

    Raises:
        DeliveryError: it is not set.
    """
    value = os.environ.get(variable)
    if not value:
        raise DeliveryError(
            f"environment variable {variable} is named in the deliveries but not set"
        )
    return value


def account() -> str:
    """The account of the operating system under which this runs."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return f"uid {os.getuid()}"


def use_project_instance(environment: Environment) -> None:
    """Keep the run history beside the data, as ``dagster.yaml`` says, unless told otherwise."""
    home = environment.home.root.parent / "dagster"
    if os.environ.setdefault("DAGSTER_HOME", str(home)) == str(home):
        home.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(PROJECT_ROOT / "dagster.yaml", home / "dagster.yaml")
