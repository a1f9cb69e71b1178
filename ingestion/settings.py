"""Typed settings: ``sources.yaml`` and the environment.

The only module of the room that reads the environment. A wrong value is refused with one
sentence per mistake that names the key, the value and what is allowed.
"""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import available_timezones

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from ingestion.errors import ConfigurationError
from ingestion.explaining import explain
from ingestion.periods import Retention
from ingestion.presets import with_preset
from ingestion.stream import IDENTIFIER

PROJECT_ROOT = Path(__file__).resolve().parents[1]
DEMO_SOURCES = Path(__file__).resolve().parent / "demo" / "sources.yaml"
DEMO_PSEUDONYM_KEY = "the demo company hides nobody"
LEAST_KEY = 16
"""Characters of a key; a shorter one could be guessed."""

Language = Literal["en", "fa", "ru"]
Calendar = Literal["gregorian", "jalali"]


def _time_zone(value: str) -> str:
    if value not in available_timezones():
        raise ValueError("must be an IANA time zone such as Asia/Tehran")
    return value


def _name(value: str) -> str:
    if not IDENTIFIER.fullmatch(value):
        raise ValueError(f"must match {IDENTIFIER.pattern}")
    return value


TimeZone = Annotated[str, AfterValidator(_time_zone)]
Name = Annotated[str, AfterValidator(_name)]


class Strict(BaseModel):
    """Settings refuse unknown keys, so that a typing error is never ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class FiscalYear(Strict):
    """When the company's business year begins, and by which of its days it is numbered.

    No day after the 28th, so that each quarter begins on the same day of its month.
    """

    calendar: Calendar = "gregorian"
    month: Annotated[int, Field(ge=1, le=12)] = 1
    day: Annotated[int, Field(ge=1, le=28)] = 1
    named_after: Literal["first_day", "last_day"] = "first_day"


class Company(Strict):
    """The company whose warehouse this is; ``country`` is the one whose holidays it keeps.

    With ``match_customers``, customer records that resemble each other are listed for review;
    it needs the extra ``identity``.
    """

    key: Name
    name: dict[Language, str]
    language: Language = "en"
    time_zone: TimeZone
    country: Annotated[str, Field(pattern="^[A-Z]{2}$")] | None = None
    week_start: Literal["saturday", "sunday", "monday"] = "monday"
    calendar: Calendar = "gregorian"
    fiscal_year: FiscalYear = FiscalYear()
    currency: Annotated[str, Field(pattern="^[A-Z]{3}$")]
    is_demo: bool = False
    match_customers: bool = False


class Conventions(Strict):
    """How a source writes values; declared, never sniffed.

    ``dates`` is the order of the parts of a date (``ymd``, ``dmy``, ``mdy``) whatever the
    separator; ``fold`` says which instant an ambiguous local time means. ``units`` are the
    words that stand beside an amount, each with how many of the currency it means.
    """

    time_zone: TimeZone = "UTC"
    calendar: Calendar = "gregorian"
    dates: Literal["ymd", "dmy", "mdy"] = "ymd"
    fold: Literal["earlier", "later"] = "earlier"
    decimal_separator: Literal[".", ","] = "."
    phone_region: Annotated[str, Field(pattern="^[A-Z]{2}$")] = "IR"
    null_words: tuple[str, ...] = ("",)
    true_words: tuple[str, ...] = ("true", "t", "yes", "y", "1", "بله", "да")
    false_words: tuple[str, ...] = ("false", "f", "no", "n", "0", "خیر", "нет")
    units: dict[str, Annotated[int, Field(gt=0)]] = {}

    def replaced(self, values: Mapping[str, Any]) -> "Conventions":
        """These conventions with ``values`` in the place of some; refuses wrong ones."""
        return Conventions.model_validate(self.model_dump() | dict(values)) if values else self


class Budget(Strict):
    """Shares of rejected rows of a load: above ``soft`` a warning, above ``hard`` it is held."""

    soft: Annotated[float, Field(ge=0, le=1)] = 0.01
    hard: Annotated[float, Field(ge=0, le=1)] = 0.2


class Source(Strict):
    """One source instance: a connector with its place, credentials and conventions.

    A source from which nothing has landed for ``stale_ok_hours`` is stale; a stale, failed or
    held source that is ``required`` stops the night.
    ``options`` and each entry of ``streams`` are validated by the connector that they name.
    With ``anonymous``, nothing lands that could tell who answered: see ``anonymity``.
    ``customers_of`` is the source whose customer numbers this one quotes (itself by default).
    """

    id: Name
    connector: Name
    conventions: Conventions = Conventions()
    required: bool = False
    stale_ok_hours: Annotated[int, Field(gt=0)] = 48
    budget: Budget = Budget()
    anonymous: bool = False
    customers_of: Name | None = None
    options: dict[str, Any] = {}
    streams: dict[Name, dict[str, Any]] = {}

    def conventions_of(self, stream: str) -> Conventions:
        """The source's conventions with those in their place that one stream declares."""
        return self.conventions.replaced(self.streams.get(stream, {}).get("conventions", {}))


class Sources(Strict):
    """The whole of ``sources.yaml``."""

    company: Company
    sources: tuple[Source, ...]
    retention: Retention = Retention()


class Home(BaseModel):
    """Where one company's data lives: never shared between companies."""

    model_config = ConfigDict(frozen=True)

    root: Path

    @property
    def inbox(self) -> Path:
        """Files that source systems drop, one folder per source id."""
        return self.root / "inbox"

    @property
    def lake(self) -> Path:
        """The lake: append-only Delta tables, restricted."""
        return self.root / "lake"

    @property
    def warehouse(self) -> Path:
        """The run's private DuckDB file."""
        return self.root / "warehouse.duckdb"

    @property
    def marts(self) -> Path:
        """Published versions and the pointer to the current one."""
        return self.root / "marts"

    @property
    def contact(self) -> Path:
        """Names and numbers for those who call customers, and the log of who read them."""
        return self.root / "contact"

    @property
    def deliveries(self) -> Path:
        """What other systems were told, and what is to be told them."""
        return self.root / "deliveries"

    @property
    def data_docs(self) -> Path:
        """Index of the pages that tell how the sources keep their contracts."""
        return self.root / "data_docs" / "index.html"

    @property
    def frozen_inputs(self) -> Path:
        """What the current night reads."""
        return self.root / "frozen_inputs.json"


class _Yaml(yaml.SafeLoader):
    """YAML 1.2's idea of a boolean: a column named ``no`` or ``on`` stays a name."""


_Yaml.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith(":bool")]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Yaml.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("^(true|false)$"), list("tf"))


def load_sources(path: Path | None = None) -> Sources:
    """Read ``sources.yaml``: ``path``, else the file that ``CX_SOURCES`` names, else the demo.

    Raises:
        ConfigurationError: unreadable, not YAML, or a value that is not allowed.
    """
    path = path or Path(os.environ.get("CX_SOURCES") or DEMO_SOURCES)
    try:
        text = path.read_text(encoding="utf-8")
        content = yaml.load(text, Loader=_Yaml)  # noqa: S506 - a SafeLoader: plain values only
        sources = Sources.model_validate(_with_presets(content))
    except OSError as error:
        raise ConfigurationError(f"{path}: cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"{path}: not UTF-8 at byte {error.start}; save it so") from error
    except RecursionError as error:
        raise ConfigurationError(f"{path}: not valid YAML: nested too deeply") from error
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        raise ConfigurationError(
            f"{path}: not valid YAML in line {line}: {error.problem}"
        ) from error
    except yaml.YAMLError as error:
        raise ConfigurationError(f"{path}: not valid YAML: {error}") from error
    except ValidationError as error:
        raise ConfigurationError(f"{path}: {explain(error)}") from error
    repeated = {s.id for s in sources.sources if sum(o.id == s.id for o in sources.sources) > 1}
    if repeated:
        raise ConfigurationError(f"{path}: source ids {sorted(repeated)} are used more than once")
    return sources


def _with_presets(content: Any) -> Any:
    sources = content.get("sources") if isinstance(content, dict) else None
    if not isinstance(sources, list):
        return content
    named = [with_preset(each) if isinstance(each, dict) else each for each in sources]
    return content | {"sources": named}


def home_of(company: Company) -> Home:
    """The company's folder below ``CX_DATA`` (default: ``var`` in the project)."""
    base = Path(os.environ.get("CX_DATA") or PROJECT_ROOT / "var")
    return Home(root=base.absolute() / company.key)


def pseudonym_key(company: Company) -> bytes:
    """The key of the pseudonyms, from ``CX_PSEUDONYM_KEY``; the demo company has a public one.

    Raises:
        ConfigurationError: a real company without a key of at least 16 characters.
    """
    key = os.environ.get("CX_PSEUDONYM_KEY") or (DEMO_PSEUDONYM_KEY if company.is_demo else "")
    if len(key) < LEAST_KEY:
        raise ConfigurationError(
            f"CX_PSEUDONYM_KEY must hold at least {LEAST_KEY} characters: it makes the pseudonyms "
            "of phones and e-mails, so keep it secret, and change it with `make rotate` alone"
        )
    return key.encode()


def other_key(variable: str) -> bytes:
    """The key in an environment variable that need not be set; empty when it is not.

    Raises:
        ConfigurationError: it is shorter than 16 characters.
    """
    key = os.environ.get(variable, "")
    if key and len(key) < LEAST_KEY:
        raise ConfigurationError(f"{variable} must hold at least {LEAST_KEY} characters")
    return key.encode()


def secret(variable: str) -> str:
    """The secret in the environment variable that a source names.

    Raises:
        ConfigurationError: the variable is not set.
    """
    value = os.environ.get(variable)
    if not value:
        raise ConfigurationError(
            f"environment variable {variable} is named in the sources but not set"
        )
    return value
