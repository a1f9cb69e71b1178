"""From the columns of a file to those of one entity: names, words, factors, what is missing.

Calendars, zones and separators are guessed in ``conventions``; what stands in several columns
and durations in ``pieces``; questions of surveys in ``surveys``.
"""

import re
from typing import Any

from ingestion.entities import MAPPED_STREAMS
from ingestion.errors import SourceError
from ingestion.proposing.conventions import DATE
from ingestion.proposing.drafts import Draft
from ingestion.proposing.looking import Look
from ingestion.proposing.pieces import MILLISECONDS, duration_of, join_names, join_times
from ingestion.proposing.wording import ColumnName, said
from ingestion.proposing.words import ascii_digits, folded, synonyms
from ingestion.stream import PERSONAL, Column, ColumnType, StreamSpec

EMAIL = re.compile(r"^[^@\s]+@[^@\s]+\.[^@\s]+$")
PHONE = re.compile(r"^(\+|00)?[\d ()-]{10,18}$")
CERTAIN_PHONE = re.compile(r"^(?:(?:\+|00)\d|0?9|[78] ?\(?9|989)[\d ()-]{8,16}$")
CODE = re.compile(r"^[\w./:#-]*\d[\w./:#-]*$")
WORDS_SHOWN, WORDS_ASKED = 8, 20
DATES = frozenset({ColumnType.DATE, ColumnType.TIMESTAMP})
NUMBERS_AND_DATES = DATES | {ColumnType.DECIMAL, ColumnType.INTEGER}
STAFF = frozenset({"agent_number", "owner_number", "evaluator_number"})


def entity_of(look: Look, candidates: list[str]) -> str:
    """The candidate that the file is named after, else that names most of its columns.

    Of equals the first.
    """
    file = look.path.name.lower()

    def fit(entity: str) -> tuple[bool, int, int]:
        found = _named(look, MAPPED_STREAMS[entity])
        needed = [name for name in _needed(MAPPED_STREAMS[entity]) if name in found]
        is_named = entity.removesuffix("s").removesuffix("ie") in file and bool(found)
        return is_named, len(found), len(needed)

    return max(candidates, key=fit)


def draft_of(look: Look, entity: str) -> Draft:
    """Map every column that the synonym list knows, and ask about what every row needs.

    Raises:
        SourceError: nothing can stand for a column that every row needs.
    """
    spec, draft = MAPPED_STREAMS[entity], Draft(entity=entity)
    named = _named(look, spec)
    if not named:
        raise SourceError(
            f"no column means anything for {entity}: it has {', '.join(look.columns)}; choose "
            "another AS= or add its names to ingestion/proposing/synonyms.yaml"
        )
    for column in spec.columns:
        if column.name in named:
            origin = _origin(draft, look, column, named[column.name])
            if origin is not None:
                draft.columns[column.name] = origin
    for name in _needed(spec):
        if name not in draft.columns:
            draft.columns[name] = _stand_in(draft, look, spec, name)
    join_times(draft, look)
    join_names(draft, look)
    order = [column.name for column in spec.columns]
    draft.columns = dict(sorted(draft.columns.items(), key=lambda item: order.index(item[0])))
    _leave_personal_out(draft, look)
    return draft


def _named(look: Look, spec: StreamSpec) -> dict[str, str]:
    """Entity column to file column; the first of several names wins, of dates the first dated."""
    found: dict[str, str] = {}
    dated = {column.name for column in spec.columns if column.type in DATES}
    for header in look.columns:
        column = synonyms().column_of(header, spec.name)
        if column is None:
            continue
        better = column in dated and _is_dated(look, header)
        if column not in found or (better and not _is_dated(look, found[column])):
            found[column] = header
    if _holds_phones(look, spec, found):
        found["phone"] = found.pop("customer_number")
    return found


def _holds_phones(look: Look, spec: StreamSpec, found: dict[str, str]) -> bool:
    """True when what is called the customer's number is a phone, which must not land in clear."""
    values = look.columns[found["customer_number"]] if "customer_number" in found else []
    is_free = "phone" in {column.name for column in spec.columns} and "phone" not in found
    is_key = "customer_number" in spec.key
    is_phone = bool(values) and all(CERTAIN_PHONE.match(ascii_digits(v)) for v in values)
    return is_phone and is_free and not is_key


def _needed(spec: StreamSpec) -> list[str]:
    needed = {*spec.key, *(column.name for column in spec.columns if column.required)}
    return [column.name for column in spec.columns if column.name in needed]


def _origin(draft: Draft, look: Look, column: Column, source: str) -> Any:
    """What ``columns`` says of one column; None when it cannot be read as it is written."""
    if column.allowed:
        return _worded(draft, look, column, source)
    if column.name.endswith(MILLISECONDS):
        return duration_of(draft, look, column.name, source)
    if column.type in NUMBERS_AND_DATES:
        return _filled(draft, look, column, source)
    if column.name in STAFF and not any(map(str.isdigit, "".join(look.columns[source]))):
        draft.ask(
            said("{source} holds names, not numbers: may they land in clear?", source=repr(source)),
            said("yes: they tell the agents apart"),
            f"columns.{column.name}",
        )
    return source


def _filled(draft: Draft, look: Look, column: Column, source: str) -> Any:
    """A number or date; words in its place say that there is none."""
    words = (
        [word for word in look.distinct(source) if not any(map(str.isdigit, word))]
        if source not in look.typed
        else []
    )
    if not words:
        return source
    if len(words) > WORDS_ASKED:
        return source if column.required else None
    draft.ask(
        said(
            "Do these words of {source} mean that there is none: {words}?",
            source=repr(source),
            words=_listed(words),
        ),
        said("yes"),
        f"columns.{column.name}.values",
    )
    return {"from": source, "values": dict.fromkeys(words)}


def _worded(draft: Draft, look: Look, column: Column, source: str) -> Any:
    values: dict[str, str | None] = {}
    unknown = []
    for word in look.distinct(source):
        meant = synonyms().value_of(word, draft.entity, column.name, column.allowed)
        if meant is None:
            unknown.append(word)
        if meant is None and not column.required:
            values[word] = None
        elif meant and meant != word.lower():
            values[word] = meant
    if len(unknown) > WORDS_ASKED and not column.required:
        return None
    if unknown:
        draft.ask(
            said(
                "Which of {allowed} do these words of {source} mean: {words}?",
                allowed=", ".join(column.allowed),
                source=repr(source),
                words=_listed(unknown),
            ),
            said("none: their rows are refused")
            if column.required
            else said("none: the value is left out"),
            f"columns.{column.name}.values",
        )
    return {"from": source, "values": values} if values else source


def _listed(words: list[str]) -> str:
    return ", ".join(words[:WORDS_SHOWN]) + (", …" if len(words) > WORDS_SHOWN else "")


def _stand_in(draft: Draft, look: Look, spec: StreamSpec, name: str) -> Any:
    """What stands for a column that the file lacks and every row needs."""
    column = next(each for each in spec.columns if each.name == name)
    key, named = f"columns.{name}", ColumnName(_said(column), name, spec.name)
    if name == _own_number(spec):
        source = _key_of(draft, look)
        if source:
            draft.ask(said("Which column holds: {column}?", column=named), source, key)
            return source
    elif column.type in DATES:
        source = next((c for c in look.columns if _is_dated(look, c)), None)
        if source:
            draft.ask(said("Which column says: {column}?", column=named), source, key)
            return source
    elif column.type in {ColumnType.TEXT, ColumnType.ID}:
        value = synonyms().constants.get(name, column.allowed[0] if column.allowed else "unknown")
        if column.allowed and value not in column.allowed:
            value = column.allowed[0]
        text = "No column says: {column}. What is it in every row?"
        draft.ask(said(text, column=named), value, key)
        return {"value": value}
    raise SourceError(
        f"no column can be the {name} of {spec.name} ({_said(column)}): it has "
        f"{', '.join(look.columns)}; add its name to ingestion/proposing/synonyms.yaml, or choose "
        "another AS="
    )


def _own_number(spec: StreamSpec) -> str:
    """The part of the key that tells the records of one file apart."""
    return "response_number" if "response_number" in spec.key else spec.key[0]


def _said(column: Column) -> str:
    text = column.description.rstrip(".")
    return f"{text[0].lower()}{text[1:]}"


def _key_of(draft: Draft, look: Look) -> str | None:
    """A column with a value of its own in every row, of those that are read for nothing else."""
    unread = [name for name in look.columns if name not in draft.taken]
    times = [c for c in look.columns if _is_dated(look, c)]
    personal = {*_personal(draft, look), *(c for c in unread if _looks_personal(look, c))}
    free = [c for c in unread if c not in {*times, *personal} and _are_codes(look.columns[c])]
    # a score of a survey has a value of its own in every row when the rows are few
    likely = [*times, *free] if draft.entity == "survey_responses" else [*free, *times]
    return next((column for column in likely if look.is_key(column)), None)


def _are_codes(values: list[str]) -> bool:
    return all(CODE.match(ascii_digits(value)) for value in values)


def _is_dated(look: Look, column: str) -> bool:
    values = look.columns[column]
    is_written = all(DATE.match(ascii_digits(value)) for value in values)
    return bool(values) and (column in look.typed or is_written)


def _personal(draft: Draft, look: Look) -> list[str]:
    """The columns mapped to personal columns of the entity."""
    spec = MAPPED_STREAMS[draft.entity]
    personal = {column.name for column in spec.columns if column.type in PERSONAL}
    return [source for name, source in draft.read.items() if name in personal]


def _leave_personal_out(draft: Draft, look: Look) -> None:
    """What no entity column takes would land in clear."""
    unread = [name for name in look.columns if name not in draft.taken]
    left = [name for name in unread if is_personal(look, name)]
    if left:
        draft.settings["leave_out"] = left
        draft.ask(
            said(
                "Are these columns personal data, which must not land in clear: {columns}?",
                columns=", ".join(left),
            ),
            said("yes: they do not land"),
            "leave_out",
        )


def is_personal(look: Look, column: str) -> bool:
    """True when the name or most of the values of a column look like personal data."""
    return synonyms().is_personal(column) or _looks_personal(look, column)


def _looks_personal(look: Look, column: str) -> bool:
    values = look.columns[column][:1000]
    if not values or column in look.typed or _is_dated(look, column):
        return False
    found = sum(bool(EMAIL.match(v) or PHONE.match(ascii_digits(v))) for v in values)
    return found > 0.5 * len(values) and not folded(column).endswith("id")
