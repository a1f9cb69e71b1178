"""What must become of the defects in tickets, bills, messages, reports and partners' drops.

The questions are asked of what landed; which rows a KPI leaves out is asked where it is built.
"""

WRITTEN_BEFORE_AN_AGENT = """
    select planted.record_id
    from planted
    left join raw.mapped__ticket_messages as written
        on planted.record_id = written.ticket_number
        and {machine}
    left join raw.mapped__ticket_messages as answers
        on planted.record_id = answers.ticket_number
        and answers.author_kind = 'agent' and answers.is_public
    group by planted.record_id
    having
        count(written.source_id) = 0
        or coalesce(min(answers.sent_at) <= min(written.sent_at), false)
"""

NOT_FOUND = """
    select record_id from planted
    where record_id not in (select source_id from raw.{table} where {condition})
"""


def _not_found(table: str, condition: str) -> str:
    return NOT_FOUND.format(table=table, condition=condition)


OPERATION_QUESTIONS = {
    "bot_before_agent": WRITTEN_BEFORE_AN_AGENT.format(machine="written.author_kind = 'bot'"),
    "auto_reply": WRITTEN_BEFORE_AN_AGENT.format(machine="written.author_kind = 'auto_reply'"),
    "note_before_answer": WRITTEN_BEFORE_AN_AGENT.format(machine="not written.is_public"),
    "reopened_ticket": """
        select record_id from planted
        where record_id not in (
            select opened.ticket_number
            from raw.mapped__ticket_status_changes as opened
            inner join raw.mapped__ticket_status_changes as solved
                on opened.ticket_number = solved.ticket_number
                and opened.changed_at > solved.changed_at
            where opened.status = 'open' and solved.status = 'solved'
        )
    """,
    "spam_ticket": _not_found("mapped__tickets", "is_spam and customer_number is null"),
    "merged_ticket": _not_found(
        "mapped__tickets",
        "merged_into_number in (select source_id from raw.mapped__tickets)",
    ),
    "unanswered_ticket": """
        select record_id from planted
        where record_id in (
            select ticket_number from raw.mapped__ticket_messages
            where author_kind = 'agent' and is_public
        )
    """,
    "void_invoice": _not_found("mapped__invoices", "status = 'void'"),
    "billed_twice": _not_found("mapped__invoices", "status <> 'paid'"),
    "refunded_payment": _not_found("mapped__payments", "status = 'refunded'"),
    "part_payment": """
        select planted.record_id
        from planted
        left join raw.mapped__payments as part on planted.record_id = part.source_id
        left join raw.mapped__invoices as invoices on part.invoice_number = invoices.source_id
        left join raw.mapped__payments as others
            on part.invoice_number = others.invoice_number and others.status = 'received'
            and others.source_id like '%-1'
        group by planted.record_id, part.amount, invoices.amount
        having coalesce(max(others.amount) + part.amount <> invoices.amount, true)
    """,
    "price_change": """
        select planted.record_id
        from planted
        left join raw.mapped__products as prices on planted.record_id = prices.source_id
        group by planted.record_id
        having count(distinct prices.list_price_amount) < 2
    """,
    "written_to_after_refusal": """
        select record_id from planted
        where record_id not in (
            select messages.source_id
            from raw.mapped__communications as messages
            inner join raw.mapped__consents as consents
                on messages.customer_number = consents.customer_number
                and messages.sent_at > consents.changed_at
            where consents.status in ('denied', 'revoked')
        )
    """,
    "empty_merge_field": _not_found("mapped__communications", "count_merge_failures > 0"),
    "body_not_in_archive": _not_found(
        "mapped__communications", "archived_body_hash is distinct from body_hash"
    ),
    "machine_open": """
        select record_id from planted
        where record_id not in (
            select message_number from raw.mapped__communication_events
            where event = 'opened' and is_machine
        )
    """,
    "late_and_damaged": _not_found(
        "mapped__shipments", "is_damaged and delivered_at > promised_at"
    ),
    "recording_without_call": """
        select record_id from planted
        where record_id not in (
            select source_id from raw.mapped__recordings
            where call_number not in (select call_id from raw.asterisk__queue_log)
        )
    """,
    "bot_review": _not_found("mapped__reviews", "is_bot and customer_number is null"),
    "self_referral": _not_found("mapped__referrals", "customer_number = referred_customer_number"),
}
"""Per kind of defect, the planted records that met another fate."""
