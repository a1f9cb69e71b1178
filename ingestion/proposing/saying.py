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
from ingestion.proposing.wording import said, worded
from ingestion.settings import Language

WIDTH = 28


def described(
    look: Look,
    drafts: Sequence[Draft],
    trials: Sequence[Trial],
    questions: Sequence[Question],
    language: Language,
) -> str:
    """The whole answer to ``make add``, without the YAML."""
    settings = ", ".join(f"{key} {value!r}" for key, value in look.settings.items())
    looked = said(
        "{file}: {settings}; {count} rows looked at.",
        file=look.path.name,
        settings=settings,
        count=look.count,
    )
    lines = [worded(looked, language)]
    for draft, trial in zip(drafts, trials, strict=True):
        lines += ["", *_stream(draft, trial, language), *_beside(look, draft, language)]
    lines += ["", *_asked(questions, language)]
    return "\n".join(lines) + "\n"


def _stream(draft: Draft, trial: Trial, language: Language) -> list[str]:
    landing = said(
        "{stream}: {accepted} rows would land, {rejected} would be refused.",
        stream=trial.stream,
        accepted=trial.count_accepted,
        rejected=trial.count_rejected,
    )
    lines = [worded(landing, language)]
    for name, origin in draft.columns.items():
        values = " | ".join(_cut(row.get(name)) for row in trial.rows)
        lines.append(f"  {name:<20} {_origin(origin):<{WIDTH}} {values}")
    if trial.count_keys < trial.count_accepted:
        key = ", ".join(MAPPED_STREAMS[trial.stream].key)
        repeated = said(
            "{accepted} rows have only {keys} keys ({key}): of rows with one key the newest counts",
            accepted=trial.count_accepted,
            keys=trial.count_keys,
            key=key,
        )
        lines.append(f"  ! {worded(repeated, language)}")
    return lines + [_refusal(each, language) for each in trial.refusals]


def _beside(look: Look, draft: Draft, language: Language) -> list[str]:
    """The columns that no column of the entity reads, and whether they land all the same."""
    if draft.entity == "survey_questions":
        return []
    wide = draft.settings.get("wide")
    there = wide["keep"] if wide else look.columns
    left = draft.settings.get("leave_out", [])
    unread = [name for name in there if name not in {*draft.taken, *left}]
    told = {said("kept as they are in _extra"): unread, said("do not land here"): left}
    return [
        f"  {worded(what, language)}: {', '.join(map(_cut, names))}"
        for what, names in told.items()
        if names
    ]


def _origin(origin: Any) -> str:
    if not isinstance(origin, dict):
        return f"< {_cut(origin)}"
    if "value" in origin:
        return f"= {origin['value']}"
    return f"< {_cut(' + '.join([origin['from'], *origin.get('join', ())]))}"


def _cut(value: Any) -> str:
    text = "–" if value is None else " ".join(str(value).split())
    return text if len(text) <= 40 else f"{text[:39]}…"


def _refusal(refusal: Refusal, language: Language) -> str:
    what = said("land without the value") if refusal.is_landed else said("refused")
    value = ""
    if refusal.value is not None:
        value = f", {worded(said('such as {value}', value=repr(_cut(refusal.value))), language)}"
    where = f"{refusal.column or worded(said('row'), language)} {refusal.rule}"
    return f"  ! {refusal.count} {worded(what, language)}: {where}{value}"


def _asked(questions: Sequence[Question], language: Language) -> list[str]:
    lines = [worded(said("Open questions: {count}.", count=len(questions)), language)]
    for number, question in enumerate(questions, start=1):
        answer = worded(question.assumed, language)
        assumed = said("assumed: {answer} ({key})", answer=answer, key=question.key)
        text = worded(question.text, language)
        lines += [f"{number}. {text}", f"   {worded(assumed, language)}"]
    return lines


def written(
    block: dict[str, Any], file: str, questions: Sequence[Question], language: Language
) -> str:
    """The source block as YAML that fits below ``sources:``, its questions above it."""
    first = said(
        "Proposed by `make add` for {file}. Answer the questions, move the block below sources:\n"
        "of your sources.yaml, and drop the file in inbox/{source}/.",
        file=file,
        source=block["id"],
    )
    head = [worded(first, language), *_asked(questions, language)]
    comments = "".join(f"# {line}".rstrip() + "\n" for text in head for line in text.splitlines())
    return comments + yaml.dump(
        [block], Dumper=_Plain, allow_unicode=True, sort_keys=False, width=100
    )


class _Plain(yaml.SafeDumper):
    """No anchors: a block is to be read and edited by people."""

    def ignore_aliases(self, data: Any) -> bool:
        return True
