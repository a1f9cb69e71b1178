"""What a row says of whom, as generated SQL: the terms by which a person's rows are found.

A *name* says whose row it is, in the words of ``dbt_project``'s identities: ``customer:``,
``email:``, ``phone:`` or ``visitor:`` and a value. A *record* term says which record the row
is, or which record it is a part of, such as ``ticket:desk:T-1`` of a message. Who a person is
belongs in ``dbt_project``; what is done with the rows found, in ``sweeping`` and ``door``.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from ingestion.conform.expressions import joined_key
from ingestion.sql import identifier, literal
from ingestion.stream import ColumnType, StreamSpec

Term = str
"""An SQL expression of one term of a row; null where the row says nothing."""

KINDS = {
    "customers": "customer",
    "orders": "order",
    "shipments": "delivery",
    "opportunities": "opportunity",
    "referrals": "referral",
    "subscriptions": "subscription",
    "invoices": "invoice",
    "payments": "payment",
    "communications": "communication",
    "calls": "call",
    "interactions": "interaction",
    "tickets": "ticket",
    "reviews": "review",
    "actions": "case",
    "survey_invitations": "invitation",
    "survey_responses": "response",
}
"""Streams whose records others quote, and the word that identities use for them."""

OWN_PARTS = {
    "calls": ("call_number",),
    "queue_log": ("call_id",),
    "cdr": ("unique_id", "linked_id"),
    "cel": ("unique_id", "linked_id"),
}
"""Streams whose rows are parts of a call: each of these columns names it."""

PARTS_OF: dict[str, dict[str, tuple[str, ...]]] = {
    "shipments": {"order": ("order_number",)},
    "opportunity_stages": {"opportunity": ("opportunity_number",)},
    "renewals": {"subscription": ("subscription_number",)},
    "invoices": {"subscription": ("subscription_number",), "order": ("order_number",)},
    "payments": {"invoice": ("invoice_number",)},
    "communication_events": {"communication": ("message_number",)},
    "ticket_status_changes": {"ticket": ("ticket_number",)},
    "ticket_messages": {"ticket": ("ticket_number",)},
    "survey_responses": {"invitation": ("survey_number", "invitation_number")},
    "survey_answers": {"response": ("survey_number", "response_number")},
}
"""Which record a row is a part of: its kind, and the columns that quote its key."""

QUOTED_ANYWHERE: dict[str, dict[str, str]] = {
    "ivr_events": {"call": "call_number"},
    "recordings": {"call": "call_number"},
    "qa_scores": dict.fromkeys(("call", "interaction", "ticket"), "interaction_number"),
}
"""Which contact a row of whatever source is about: its kind, and the column with its number."""

CONTACTS = frozenset(kind for quoted in QUOTED_ANYWHERE.values() for kind in quoted)

NO_CALL = ("NONE", "CLI", "REALTIME")
"""What the queue log writes in the place of a call."""

NAMING = frozenset(
    {
        *("identity_key", "linked_key", "cause_left_key", "cause_right_key"),
        *("left_key", "right_key", "customer_id", "previous_customer_id"),
    }
)
"""Columns that hold a term or a person as it is: of the published and the enriched streams."""

UNTELLING = frozenset({"survey_number", "question_number", "step_number", "change_number", "item"})
"""Parts of a key that many records share."""


@dataclass(frozen=True)
class Terms:
    """The terms of one stream's rows.

    Args:
        names: expressions that say whose a row is.
        own: expressions of the record that a row is.
        parts_of: expressions of the records that it is a part of.
        tokens: columns whose values stand for the record in a source's own files.
    """

    names: tuple[Term, ...]
    own: tuple[Term, ...]
    parts_of: tuple[Term, ...]
    tokens: tuple[str, ...]

    def is_meant(self, is_listed: Callable[[Term], str]) -> str:
        """The condition under which a row goes.

        It goes when it names the person, or when it names nobody and belongs to a record of
        the person: a version of a record that names somebody else is somebody else's.

        Args:
            is_listed: the condition that a term is one of the person's.
        """
        named = " or ".join(f"coalesce({is_listed(name)}, false)" for name in self.names)
        records = " or ".join(
            f"coalesce({is_listed(term)}, false)" for term in (*self.own, *self.parts_of)
        )
        nobody = f"coalesce({', '.join(self.names)}) is null" if self.names else "true"
        return f"({named or 'false'} or ({nobody} and ({records or 'false'})))"


def anywhere(kind: str, number: str) -> str:
    """The term of a contact whose number is quoted without its source."""
    return f"any:{kind}:{number}"


def terms_of(spec: StreamSpec) -> Terms:
    """What a row of ``spec`` says of whom; every term reads the landed columns alone."""
    columns = spec.lake_schema
    kind = KINDS.get(spec.name, spec.name)
    if spec.name in OWN_PARTS:
        own = [_call(column) for column in OWN_PARTS[spec.name]]
    else:
        own = [_term(kind, "_source_id", "source_id")]
    parts = [
        _term(parent, _source_of(parent, columns), _key(quoting))
        for parent, quoting in PARTS_OF.get(spec.name, {}).items()
    ]
    parts += [
        f"({literal(anywhere(kind, ''))} || {identifier(column)})"
        for kind, column in QUOTED_ANYWHERE.get(spec.name, {}).items()
    ]
    return Terms(
        names=tuple(_names(spec)),
        own=tuple(own),
        parts_of=tuple(parts),
        tokens=tuple(
            name
            for name in (*spec.key, *OWN_PARTS.get(spec.name, ()))
            if name in columns and name.endswith(("_number", "_id")) and name not in UNTELLING
        ),
    )


def prefixes_of(spec: StreamSpec, source_id: str, owners: Iterable[str]) -> set[str]:
    """What stands before a number in the terms of ``spec``'s rows, but for contacts.

    Args:
        spec: the stream.
        source_id: the source of the rows.
        owners: sources whose customers they may quote.
    """
    own = "call" if spec.name in OWN_PARTS else KINDS.get(spec.name, spec.name)
    kinds = {own, *PARTS_OF.get(spec.name, {})}
    quoted = QUOTED_ANYWHERE.get(spec.name, {})
    return {
        *(f"customer:{owner}:" for owner in owners),
        *(f"{kind}:{source_id}:" for kind in kinds),
        *(anywhere(kind, "") for kind in quoted),
    }


def _names(spec: StreamSpec) -> list[Term]:
    columns = spec.lake_schema
    names = [identifier(name) for name in columns if name in NAMING]
    if "customer_source_id" in columns:
        names.append(_term("customer", "customer_source_id", "customer_number"))
    if "referred_customer_number" in columns:
        names.append(_term("customer", "customer_source_id", "referred_customer_number"))
    if spec.name == "customers":
        names.append(_term("customer", "_source_id", "source_id"))
    if "visitor_number" in columns:
        names.append(_term("visitor", "_source_id", "visitor_number"))
    contacts = {ColumnType.EMAIL: "email", ColumnType.PHONE: "phone"}
    names += [
        f"('{contacts[column.type]}:' || {identifier(f'{column.name}_hash')})"
        for column in spec.columns
        if column.type in contacts
    ]
    return names


def _source_of(parent: str, columns: dict[str, str]) -> str:
    if parent == "order" and "order_source_id" in columns:
        return "coalesce(order_source_id, _source_id)"
    return "_source_id"


def _key(columns: Sequence[str]) -> str:
    return joined_key([identifier(column) for column in columns])


def _term(kind: str, source: str, key: str) -> Term:
    return f"({literal(kind + ':')} || {source} || ':' || {key})"


def _call(column: str) -> Term:
    words = ", ".join(map(literal, NO_CALL))
    name = identifier(column)
    return _term("call", "_source_id", f"case when {name} not in ({words}) then {name} end")
