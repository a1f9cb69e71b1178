"""The declaration of a survey: what it is about, and what the answers to its questions mean.

A score means nothing without its scale, so questions are declared, never guessed. Turning
answers into rows belongs in ``answers``.
"""

import hashlib
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from ingestion.entities import SURVEY_ENTITIES, entity
from ingestion.settings import Strict

Metric = Literal[
    "nps",
    "csat",
    "ces",
    "resolved",
    "open",
    "wallet_own",
    "wallet_others",
    "wallet_rank",
    "wallet_brands",
    "other",
]
NPS_SCALE = (Decimal(0), Decimal(10))
COUNTED: tuple[Metric, ...] = ("wallet_own", "wallet_others", "wallet_rank", "wallet_brands")
"""Metrics whose answers are amounts or counts, which have no scale."""
YES_NO = {"Y": Decimal(1), "N": Decimal(0), "Yes": Decimal(1), "No": Decimal(0)}


def _text_keys(value: Any) -> Any:
    """YAML reads the codes 1 and 2 as numbers; they are codes."""
    if not isinstance(value, dict):
        return value
    return {str(key) if type(key) is int else key: item for key, item in value.items()}


class Question(Strict):
    """What the answers to one question mean.

    ``scale`` is lowest and highest answer. An answer becomes a number by ``codes``, else by
    dropping ``codes_prefix`` (``A9`` is 9). ``answers`` says whether they are codes or a
    person's words; words land masked. ``version`` is raised when scale or meaning changes.
    """

    metric: Metric = "other"
    scale: tuple[Decimal, Decimal] | None = None
    codes: Annotated[dict[str, Decimal], BeforeValidator(_text_keys)] = Field(default={})
    codes_prefix: str = ""
    answers: Literal["code", "text"] | None = None
    version: Annotated[int, Field(ge=1)] = 1
    text: str | None = None

    @model_validator(mode="after")
    def _has_a_scale(self) -> Self:
        if self.metric == "nps" and self.scale not in (None, NPS_SCALE):
            raise ValueError("an nps question has the scale [0, 10]")
        if self.metric in ("csat", "ces") and self.scale is None:
            raise ValueError(f"a {self.metric} question needs its scale, such as [1, 5]")
        if self.scale and self.scale[0] >= self.scale[1]:
            raise ValueError("scale must be [lowest, highest]")
        return self

    @property
    def bounds(self) -> tuple[Decimal, Decimal] | None:
        """Lowest and highest answer, where the question has a scale."""
        fixed = {"nps": NPS_SCALE, "resolved": (Decimal(0), Decimal(1))}
        return self.scale or fixed.get(self.metric)

    @property
    def is_numeric(self) -> bool:
        """Whether the answers are numbers."""
        return self.bounds is not None or self.metric in COUNTED

    @property
    def values(self) -> Mapping[str, Decimal]:
        """The number that each declared code stands for."""
        return self.codes or (YES_NO if self.metric == "resolved" else {})

    @property
    def holds(self) -> Literal["code", "text", "unknown"]:
        """Whether answers are codes or words; unknown ones are treated as words."""
        if self.answers:
            return self.answers
        if self.is_numeric or self.codes:
            return "code"
        return "text" if self.metric == "open" else "unknown"


UNDECLARED = Question()


class Survey(Strict):
    """One survey: its title, what it is about, its questions, and where a person is named.

    Each ``*_from`` names a column of the responses or an attribute of the participants.
    Columns in ``ignore`` are not answers. Any other column is a question, declared or not.
    """

    name: str
    horizon: Literal["relationship", "transactional", "recovery"]
    touchpoint: str | None = None
    channel: str | None = None
    questions: dict[str, Question] = Field(default={})
    customer_number_from: str | None = None
    phone_from: str | None = None
    interaction_number_from: str | None = None
    agent_number_from: str | None = None
    queue_from: str | None = None
    channel_from: str | None = None
    ignore: tuple[str, ...] = ()

    @property
    def about(self) -> dict[str, str]:
        """Entity columns that the tool has no column for, each with where it is written."""
        named = {
            "customer_number": self.customer_number_from,
            "phone": self.phone_from,
            "interaction_number": self.interaction_number_from,
            "agent_number": self.agent_number_from,
            "queue": self.queue_from,
            "channel": self.channel_from,
        }
        return {column: place for column, place in named.items() if place}

    @property
    def fingerprint(self) -> str:
        """Changes when the declaration does, so that unchanged files are read by it again."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()


def kinds_of(surveys: Iterable[Survey]) -> list[Mapping[str, frozenset[str]]]:
    """What is measured, question by question: metric, horizon and highest answer."""
    return [
        {"metric": frozenset({question.metric}), "horizon": frozenset({survey.horizon})}
        | (
            {"scale_maximum": frozenset({f"{question.bounds[1].normalize():f}"})}
            if question.bounds
            else {}
        )
        for survey in surveys
        for question in survey.questions.values()
    ]


STREAM_NAMES = SURVEY_ENTITIES


def survey_streams(connector: str) -> dict[str, Any]:
    """The unified survey entities as streams of ``connector``."""
    return {name: entity(name, connector=connector) for name in SURVEY_ENTITIES}


AS_EXPORTED = {"dates": "ymd", "calendar": "gregorian", "decimal_separator": "."}
"""How survey tools write dates and numbers, whatever else their source is told."""
