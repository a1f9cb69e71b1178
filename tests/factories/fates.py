"""What must become of every defect that the demo company plants, as questions to the warehouse.

Each question lists the planted records that met another fate than the truth file tells.
"""

from ingestion.quarantine import summarize
from ingestion.settings import Home
from tests.factories.operation_fates import OPERATION_QUESTIONS
from tests.factories.truth import opened

SAME_PERSON = """
    select planted.record_id
    from planted
    inner join people on planted.record_id = people.record_id
    inner join people as others on people.person_id = others.person_id
    left join persons on people.record_id = persons.record_id
    left join persons as other_persons on others.record_id = other_persons.record_id
    where persons.customer_id is distinct from other_persons.customer_id
"""

NOBODY_ELSE = """
    select planted.record_id
    from planted
    inner join people on planted.record_id = people.record_id
    left join persons on planted.record_id = persons.record_id
    left join persons as sharing on persons.customer_id = sharing.customer_id
    left join people as others on sharing.record_id = others.record_id
    where persons.customer_id is null or others.person_id <> people.person_id
"""

CALLS_FOUND = """
    select planted.record_id
    from planted
    left join persons on planted.record_id = persons.record_id
    left join calls on planted.record_id = calls.customer_number and calls.is_linkable
    left join core.fct_calls as found on 'pbx:' || calls.call_id = found.contact_id
    where
        persons.customer_id is null
        or (calls.call_id is not null and found.customer_id is distinct from persons.customer_id)
"""

INTERNAL = """
    select record_id from planted
    where record_id not in (
        select record_id from persons
        inner join core.dim_customers using (customer_id)
        where dim_customers.is_current and dim_customers.is_internal
    )
"""

EXCLUDED_ANSWERS = """
    select planted.record_id
    from planted
    left join core.fct_survey_answers as answers
        on planted.record_id = split_part(answers.invitation_id, '|', 2)
        and answers.numeric_value is not null
    group by planted.record_id, planted.rule
    having not coalesce({quantifier}(answers.exclusion_reason = planted.rule), false)
"""

EXCLUDED_RESPONSES = """
    select planted.record_id
    from planted
    left join core.fct_survey_answers as answers
        on planted.record_id = split_part(answers.response_id, '|', 2)
        and answers.numeric_value is not null
    group by planted.record_id, planted.rule
    having not coalesce(bool_and(answers.exclusion_reason = planted.rule), false)
"""

LINES_READ = """
    select planted.record_id
    from planted
    left join raw.asterisk__queue_log as log
        on log.event = 'CONFIGRELOAD'
        and epoch(log.occurred_at) = cast(planted.record_id as bigint)
    group by planted.record_id, planted.expected_fate
    having count(log.event_id) <> case planted.expected_fate when 'kept' then 1 else 0 end
"""

AMOUNTS_TOLD = """
    select planted.record_id
    from planted
    inner join orders on planted.record_id = orders.order_number
    left join core.fct_orders as found
        on planted.source_id || ':' || planted.record_id = found.order_id
    where
        found.amount is distinct from orders.amount
        or found.currency_code is distinct from 'IRR'
"""

QUESTIONS = {
    "half_written_line": LINES_READ,
    "renamed_column": AMOUNTS_TOLD,
    "toman_in_rial_column": AMOUNTS_TOLD,
    "email_of_another": NOBODY_ELSE,
    "record_merged_away": """
        select planted.record_id
        from planted
        left join persons on planted.record_id = persons.record_id
        left join core.dim_customers as stayed
            on persons.customer_id = stayed.customer_id and stayed.is_current
        where stayed.customer_id is null or stayed.customer_number = planted.record_id
    """,
    "bot_reply": EXCLUDED_RESPONSES,
    "reversed_effort_item": """
        select planted.record_id
        from planted
        inner join core.fct_survey_answers as answers
            on planted.record_id = split_part(answers.invitation_id, '|', 2)
        where answers.metric = 'ces' and (
            answers.question_id not like '%|ces[hard]'
            or answers.numeric_value + cast(answers.choice_code as integer) <> 8
        )
    """,
    "persian_digits_in_phone": CALLS_FOUND,
    "local_phone": CALLS_FOUND,
    "duplicate_record": SAME_PERSON,
    "shared_family_phone": NOBODY_ELSE,
    "role_mailbox": NOBODY_ELSE,
    "test_account": INTERNAL,
    "status_changed_later": """
        select planted.record_id
        from planted
        inner join orders on planted.record_id = orders.order_number
        left join core.fct_orders as found
            on planted.source_id || ':' || planted.record_id = found.order_id
        where found.status is distinct from orders.status or orders.status = 'completed'
    """,
    "deleted": """
        select record_id from planted
        where source_id || ':' || record_id in (select order_id from core.fct_orders)
    """,
    "delivered_a_month_late": """
        select record_id from planted
        where source_id || ':' || record_id not in (
            select split_part(interaction_id, ':', 2) || ':' || split_part(interaction_id, ':', 3)
            from core.fct_interactions where interaction_id like 'touch:%'
        )
    """,
    "late_answer": EXCLUDED_ANSWERS.format(quantifier="bool_and"),
    "answer_of_test_account": EXCLUDED_ANSWERS.format(quantifier="bool_and"),
    "answer_out_of_scale": EXCLUDED_ANSWERS.format(quantifier="bool_or"),
    "preview_response": EXCLUDED_RESPONSES,
    "old_effort_scale": """
        select planted.record_id
        from planted
        inner join core.fct_survey_answers as answers
            on planted.record_id = split_part(answers.invitation_id, '|', 2)
        where answers.metric = 'ces' and (
            answers.scale_maximum <> 5
            or answers.question_id in (
                select question_id from core.dim_questions where scale_maximum = 7
            )
        )
    """,
    "opted_out_but_invited": """
        select record_id from planted
        where record_id not in (
            select split_part(invitation_id, '|', 2) from core.fct_survey_invitations
            where delivery_status = 'opted_out'
        )
    """,
}
QUESTIONS |= OPERATION_QUESTIONS
QUARANTINED = "quarantined"


def missed_fates(home: Home) -> dict[str, list[str]]:
    """Per kind of defect, the planted records that met another fate.

    Raises:
        KeyError: a planted kind of which nothing is asked.
    """
    truth = home.root / "truth"
    found: dict[str, list[str]] = {}
    with opened(home) as connection:
        for name in ("people", "calls", "orders", "defects"):
            connection.execute(f"create temp table {name} as from '{truth}/{name}.parquet'")
        connection.execute(
            "create temp table persons as select split_part(identity_key, ':', 3) as record_id, "
            "customer_id from core.dim_customer_identities "
            "where identity_key like 'customer:crm:%'"
        )
        kinds = connection.execute("select distinct defect, expected_fate from defects")
        for kind, fate in kinds.fetchall():
            if fate == QUARANTINED:
                continue
            connection.execute("create or replace temp table planted as from defects where 1 = 0")
            connection.execute("insert into planted from defects where defect = ?", [kind])
            found[kind] = [row[0] for row in connection.execute(QUESTIONS[kind]).fetchall()]
        files = connection.execute(
            "select source_id, record_id, rule from defects where expected_fate = ? order by all",
            [QUARANTINED],
        ).fetchall()
    refused = sorted((row.source_id, row.file, row.rule) for row in summarize(home))
    found["only what was planted is refused"] = sorted(
        str(row) for row in set(files).symmetric_difference(refused)
    )
    return {kind: records for kind, records in found.items() if records}
