"""What a person reads: what was found, the first typed rows, the refusals, the questions, the YAML.

Nothing is decided here.
"""

from collections.abc import Sequence
from typing import Any

import yaml

from ingestion.entities import MAPPED_STREAMS
from ingestion.proposing.drafts import Draft, Question
from ingestion.proposing.looking import Look
from ingestion.proposing.trial import Refusal, Trial

WIDTH = 28


def described(
    look: Look, drafts: Sequence[Draft], trials: Sequence[Trial], questions: Sequence[Question]
) -> str:
    """The whole answer to ``make add``, without the YAML."""
    settings = ", ".join(f"{key} {value!r}" for key, value in look.settings.items())
    lines = [f"{look.path.name}: {settings}; {look.count} rows looked at."]
    for draft, trial in zip(drafts, trials, strict=True):
        lines += ["", *_stream(draft, trial), *_beside(look, draft)]
    lines += ["", *_asked(questions)]
    return "\n".join(lines) + "\n"


def _stream(draft: Draft, trial: Trial) -> list[str]:
    lines = [
        f"{trial.stream}: {trial.count_accepted} rows would land, "
        f"{trial.count_rejected} would be refused."
    ]
    for name, origin in draft.columns.items():
        values = " | ".join(_cut(row.get(name)) for row in trial.rows)
        lines.append(f"  {name:<20} {_origin(origin):<{WIDTH}} {values}")
    if trial.count_keys < trial.count_accepted:
        key = ", ".join(MAPPED_STREAMS[trial.stream].key)
        lines.append(
            f"  ! {trial.count_accepted} rows have only {trial.count_keys} keys ({key}): "
            "of rows with one key the newest counts"
        )
    return lines + [_refusal(each) for each in trial.refusals]


def _beside(look: Look, draft: Draft) -> list[str]:
    """The columns that no column of the entity reads, and whether they land all the same."""
    if draft.entity == "survey_questions":
        return []
    wide = draft.settings.get("wide")
    there = wide["keep"] if wide else look.columns
    left = draft.settings.get("leave_out", [])
    unread = [name for name in there if name not in {*draft.read.values(), *left}]
    told = {"kept as they are in _extra": unread, "do not land here": left}
    return [f"  {what}: {', '.join(map(_cut, names))}" for what, names in told.items() if names]


def _origin(origin: Any) -> str:
    if isinstance(origin, dict):
        return f"= {origin['value']}" if "value" in origin else f"< {_cut(origin['from'])}"
    return f"< {_cut(origin)}"


def _cut(value: Any) -> str:
    text = "–" if value is None else " ".join(str(value).split())
    return text if len(text) <= 40 else f"{text[:39]}…"


def _refusal(refusal: Refusal) -> str:
    what = "land without the value" if refusal.is_landed else "refused"
    value = "" if refusal.value is None else f", such as {_cut(refusal.value)!r}"
    return f"  ! {refusal.count} {what}: {refusal.column or 'row'} {refusal.rule}{value}"


def _asked(questions: Sequence[Question]) -> list[str]:
    lines = [f"Open questions: {len(questions)}."]
    for number, question in enumerate(questions, start=1):
        lines += [f"{number}. {question.text}", f"   assumed: {question.assumed} ({question.key})"]
    return lines


def written(block: dict[str, Any], file: str, questions: Sequence[Question]) -> str:
    """The source block as YAML that fits below ``sources:``, its questions above it."""
    head = [
        f"Proposed by `make add` for {file}. Answer the questions, move the block below sources:",
        f"of your sources.yaml, and drop the file in inbox/{block['id']}/.",
        *_asked(questions),
    ]
    comments = "".join(f"# {line}".rstrip() + "\n" for text in head for line in text.splitlines())
    return comments + yaml.dump(
        [block], Dumper=_Plain, allow_unicode=True, sort_keys=False, width=100
    )


class _Plain(yaml.SafeDumper):
    """No anchors: a block is to be read and edited by people."""

    def ignore_aliases(self, data: Any) -> bool:
        return True
