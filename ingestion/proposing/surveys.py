"""Survey exports with a column per question: answers, scores of labels, scales of questions.

Columns that ask nothing are mapped in ``columns`` like those of any file.
"""

import csv
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ingestion.proposing.columns import is_personal
from ingestion.proposing.drafts import Draft
from ingestion.proposing.looking import Look
from ingestion.proposing.wording import Listed, said
from ingestion.proposing.words import ascii_digits, folded, synonyms

SCORE = re.compile(r"^\d{1,3}(?:\.0+)?$")
LED_BY_SCORE = re.compile(r"^(\d{1,2})\s*(?:[-–—.:)(=]|$)")
HEAD = (
    *("survey_number", "question_number", "question_text", "metric", "horizon"),
    *("scale_minimum", "scale_maximum"),
)
OPTIONAL = frozenset({"question_text", "scale_minimum", "scale_maximum"})
ABOUT_A_CONTACT = frozenset({"interaction_number", "agent_number", "queue"})
"""Columns of a response that say which contact it is about."""

OF_CONTACTS = frozenset({"csat", "ces", "resolved"})
"""What is mostly asked right after a contact."""


@dataclass(frozen=True, kw_only=True)
class _Scale:
    """A scored question: its code, what it measures, its bounds and the scores of its labels."""

    code: str
    metric: str
    lowest: int
    highest: int
    labels: Mapping[str, str]


def draft_answers(look: Look, responses: Draft) -> tuple[list[Draft], str]:
    """The streams of answers and questions, and the text of the file of questions.

    ``responses`` is amended: answers do not land beside the response once more.
    """
    known = responses.taken
    questions = [
        name
        for name in look.columns
        if name not in known
        and folded(name) not in synonyms().no_questions
        and not (synonyms().is_personal(name) and not _is_asked(name))
    ]
    scales = _scales(look, questions)
    words = [name for name in questions if name not in scales]
    kept = [name for name in look.columns if name not in questions]
    answers = Draft(
        entity="survey_answers", columns=_answer_columns(responses, scales), settings={}
    )
    answers.settings["wide"] = {
        "keep": kept,
        "scored": {name: scale.code for name, scale in scales.items()},
    }
    personal = [name for name in kept if is_personal(look, name) and name in known]
    personal += [name for name in kept if name not in known and is_personal(look, name)]
    key = {answers.columns["response_number"]}
    answers.settings["leave_out"] = [name for name in personal if name not in key]
    unknown = (name for name in personal if name not in known)
    responses.settings["leave_out"] = [*questions, *unknown]
    responses.questions = [q for q in responses.questions if not q.key.endswith("leave_out")]
    _ask(answers, scales, words, horizon := _horizon(responses, scales))
    survey = responses.columns["survey_number"]
    number = survey["value"] if isinstance(survey, dict) else look.columns[survey][0]
    columns = {name: {"from": name, "default": None} if name in OPTIONAL else name for name in HEAD}
    listed = Draft(entity="survey_questions", columns=columns)
    return [answers, listed], _questions_text(number, scales, words, horizon)


def _is_asked(name: str) -> bool:
    """A comment field asks for words."""
    return folded(name) in synonyms().free_text or "?" in name or "؟" in name


def _scales(look: Look, questions: list[str]) -> dict[str, _Scale]:
    found: dict[str, _Scale] = {}
    labels: dict[str, str] = {}
    for place, name in enumerate(questions, start=1):
        scores = _scores(look.distinct(name))
        if scores is None or any(labels.get(k, v) != v for k, v in scores.items()):
            continue
        points = [
            int(float(scores.get(value, ascii_digits(value)))) for value in look.distinct(name)
        ]
        metric = _metric(name, points)
        if max(points) > 100:
            continue
        labels |= scores
        lowest, highest = _bounds(metric, points)
        codes = {scale.code for scale in found.values()}
        code = metric if metric != "other" and metric not in codes else f"q{place}"
        found[name] = _Scale(
            code=code, metric=metric, lowest=lowest, highest=highest, labels=scores
        )
    return found


def _horizon(responses: Draft, scales: Mapping[str, _Scale]) -> str:
    """Whether it is asked after a contact, or about the relationship as a whole."""
    asks_of_contacts = OF_CONTACTS.intersection(scale.metric for scale in scales.values())
    is_of_contact = ABOUT_A_CONTACT.intersection(responses.columns) or asks_of_contacts
    return "transactional" if is_of_contact else "relationship"


def _scores(values: list[str]) -> dict[str, str] | None:
    """The scores of the labels among the values; None when they are words."""
    texts = {value: ascii_digits(value) for value in values}
    labels = [value for value, text in texts.items() if not SCORE.match(text)]
    if not values:
        return None
    for scale in synonyms().scores:
        if all(folded(label) in scale for label in labels):
            return {label: scale[folded(label)] for label in labels}
    led = {label: LED_BY_SCORE.match(texts[label]) for label in labels}
    if all(led.values()):
        return {label: match.group(1) for label, match in led.items() if match}
    return None


def _metric(name: str, points: list[int]) -> str:
    word = folded(name)
    found = (m for m, parts in synonyms().metrics.items() if any(part in word for part in parts))
    metric = next(found, "other")
    return metric if metric != "nps" or max(points) <= 10 else "other"


def _bounds(metric: str, points: list[int]) -> tuple[int, int]:
    if metric == "nps":
        return 0, 10
    if max(points) <= 1:
        return 0, 1
    highest = next(top for top in (5, 7, 10, 100) if max(points) <= top)
    return (0 if 0 in points or highest == 100 else 1), highest


def _answer_columns(responses: Draft, scales: Mapping[str, _Scale]) -> dict[str, Any]:
    labels = {label: score for scale in scales.values() for label, score in scale.labels.items()}
    columns: dict[str, Any] = {
        "survey_number": responses.columns["survey_number"],
        "response_number": responses.columns["response_number"],
        "question_number": "_question",
        "numeric_value": {"from": "_number", "values": labels} if labels else "_number",
        "answer_text": "_words",
    }
    if "updated_at" in responses.columns:
        columns["updated_at"] = responses.columns["updated_at"]
    return columns


def _ask(answers: Draft, scales: Mapping[str, _Scale], words: list[str], horizon: str) -> None:
    if scales:
        told = Listed(
            tuple(
                said(
                    "{name} is {metric} from {lowest} to {highest}",
                    name=repr(name),
                    metric=scale.metric,
                    lowest=scale.lowest,
                    highest=scale.highest,
                )
                for name, scale in scales.items()
            )
        )
        answers.ask(
            said("What does each scored question measure, and on which scale?"),
            said(
                "{told}; {when} (mend it in the file of questions)",
                told=told,
                when=said(
                    "it is asked after a contact"
                    if horizon == "transactional"
                    else "it is asked about the relationship as a whole"
                ),
            ),
            "wide.scored",
        )
    if words:
        answers.ask(
            said("Are the answers to these questions words: {words}?", words=", ".join(words)),
            said("yes: they land masked"),
            "wide",
        )


def _questions_text(
    survey: str, scales: Mapping[str, _Scale], words: list[str], horizon: str
) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(HEAD)
    for name, scale in scales.items():
        bounds = (scale.lowest, scale.highest)
        writer.writerow([survey, scale.code, name, scale.metric, horizon, *bounds])
    for name in words:
        writer.writerow([survey, name, name, "open", horizon, "", ""])
    return text.getvalue()
