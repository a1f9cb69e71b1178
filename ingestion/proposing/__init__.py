"""Proposing: from somebody's file to a source block that they confirm.

Looks at one file, guesses how it is written and what its columns mean, tries the guess through
the real connector and typing, and asks what the file does not tell. It never loads and never
touches ``sources.yaml``: loading stays declared. Words to recognize stand in ``synonyms.yaml``,
what a person reads is written in ``saying``.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ingestion.connectors import files
from ingestion.entities import MAPPED_STREAMS
from ingestion.errors import ConfigurationError, SourceError
from ingestion.proposing.columns import draft_of, entity_of
from ingestion.proposing.conventions import conventions_of
from ingestion.proposing.drafts import Companion, Draft, Question
from ingestion.proposing.looking import Look, look
from ingestion.proposing.saying import described, written
from ingestion.proposing.surveys import draft_answers
from ingestion.proposing.trial import try_out
from ingestion.proposing.wording import said, worded
from ingestion.proposing.words import synonyms
from ingestion.readers.files import FileRefused
from ingestion.readers.names import SAFE_PART
from ingestion.settings import Language, Source
from ingestion.stream import IDENTIFIER

__all__ = ["Proposal", "propose", "said", "worded"]


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """What is proposed for one file.

    Args:
        text: for the person: what was found, typed rows, refusals, questions.
        yaml: the source block, with the questions as comments.
        companion: a file to drop beside the person's own; None when there is none.
        questions: what is open.
    """

    text: str
    yaml: str
    companion: Companion | None
    questions: tuple[Question, ...]


def propose(path: Path, kind: str, language: Language = "en") -> Proposal:
    """Propose how ``path`` can be loaded.

    Args:
        path: the file.
        kind: crm, calls, survey, or the name of a unified entity.
        language: of what the person reads.

    Raises:
        ConfigurationError: no such kind.
        SourceError: the file cannot be read, or lacks what every row needs.
    """
    candidates = synonyms().kinds.get(kind) or ([kind] if kind in MAPPED_STREAMS else [])
    if not candidates:
        known = ", ".join([*synonyms().kinds, *MAPPED_STREAMS])
        raise ConfigurationError(f"AS is {kind!r}: it must be one of {known}")
    try:
        found = look(path, candidates)
        return _proposal(found, candidates, language)
    except FileRefused as error:
        raise SourceError(f"{path}: {error.detail}") from error
    except SourceError as error:
        raise SourceError(f"{path}: {error}") from error


def _proposal(found: Look, candidates: list[str], language: Language) -> Proposal:
    entity = entity_of(found, candidates)
    draft = draft_of(found, entity)
    name = _source_id(found.path, entity)
    drafts, companion = [draft], None
    if entity == "survey_responses":
        more, companion = _with_answers(found, draft, name)
        drafts += more
    conventions, asked = conventions_of(found, drafts)
    questions = [*_about_the_file(found, entity, candidates), *asked]
    questions += [question for each in drafts for question in each.questions]
    block = {
        "id": name,
        "connector": "files",
        "conventions": conventions,
        "streams": {each.entity: _settings(found, each) for each in drafts},
    }
    source = Source.model_validate(block)
    files.check(source)
    dropped: dict[str, bytes | Path] = {found.path.name: found.path}
    if companion:
        dropped[companion.path.name] = companion.text.encode()
    return Proposal(
        text=described(found, drafts, try_out(source, dropped), questions, language),
        yaml=written(block, found.path.name, questions, language),
        companion=companion,
        questions=tuple(questions),
    )


def _with_answers(found: Look, draft: Draft, name: str) -> tuple[list[Draft], Companion | None]:
    """The further streams of a survey; none when the file has no question."""
    survey = draft.columns["survey_number"]
    if isinstance(survey, dict):
        survey["value"] = name
        draft.questions = [q for q in draft.questions if not q.key.endswith("survey_number")]
    if "submitted_at" in draft.columns:
        draft.columns.setdefault("updated_at", draft.columns["submitted_at"])
    more, text = draft_answers(found, draft)
    if text.count("\n") == 1:
        return [], None
    path = found.path.with_name(f"questions-{name}.csv")
    return more, Companion(path=path, text=text)


def _about_the_file(found: Look, entity: str, candidates: list[str]) -> list[Question]:
    questions = []
    if len(candidates) > 1:
        text = said("What are the rows of the file: {entities}?", entities=", ".join(candidates))
        questions.append(Question(text=text, assumed=entity, key="streams"))
    if len(found.sheets) > 1:
        text = said("Which of the sheets is to be read: {sheets}?", sheets=", ".join(found.sheets))
        where = f"streams.{entity}.sheet"
        questions.append(Question(text=text, assumed=found.settings["sheet"], key=where))
    return questions


def _settings(found: Look, draft: Draft) -> dict[str, Any]:
    if draft.entity == "survey_questions":
        return {"glob": "questions-*.csv", "format": "csv", "columns": draft.columns}
    return {
        "glob": _glob(found.path),
        **found.settings,
        **draft.settings,
        "columns": draft.columns,
    }


def _glob(path: Path) -> str:
    """The name of the file and of its later issues: what follows its first word of digits."""
    if not SAFE_PART.match(path.name):
        raise FileRefused(
            "unsafe_file", "its name holds characters that are not allowed: rename it"
        )
    stem, dot, ending = path.name.partition(".")
    stem = re.sub(r"[\W_]*\d[\d\W_]*$", "", stem)
    return f"{stem}*{dot}{ending}" if stem else path.name


def _source_id(path: Path, entity: str) -> str:
    stem = path.name.partition(".")[0].lower()
    name = re.sub(r"[^a-z0-9]+", "_", re.sub(r"[\W_]*\d[\d\W_]*$", "", stem)).strip("_")
    return name if len(name) > 2 and IDENTIFIER.match(name) else f"our_{entity}"
