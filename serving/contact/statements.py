"""The tables of the contact zone, as selections of clear records and published tables.

``records`` and ``spellings`` are what ``zone`` hands over; ``built`` is the warehouse,
``published`` the current version. What a table is for is said where it is read.
"""

CASES = "mart_action_today"
INPUTS = {
    name: f"from published.main.{name}"
    for name in (
        *("dim_run", "mart_customer_360", "mart_customer_timeline"),
        *(CASES, "mart_consent_state"),
    )
} | {
    "identities": "from built.core.dim_customer_identities",
    "current_customers": "from built.core.dim_customers where is_current",
}

_RECORDS = """
    select
        identities.customer_id, records.source_id, records.record_number, records.full_name,
        records.email, records.phone_digits, records.phone_written,
        records.source_id = customers.source_id
        and records.record_number = customers.customer_number as is_main
    from records
    inner join identities using (identity_key)
    left join current_customers as customers using (customer_id)
    order by all
"""
"""One row per customer record, with its person."""

_PERSONS = """
    with named as (
        select
            customer_id,
            first(full_name order by is_main desc nulls last, source_id, record_number)
                filter (where full_name is not null) as full_name,
            first(email order by is_main desc nulls last, source_id, record_number)
                filter (where email is not null) as email,
            first(phone_digits order by is_main desc nulls last, source_id, record_number)
                filter (where phone_digits is not null) as phone_digits
        from customer_records
        group by customer_id
    )
    select
        named.customer_id, named.full_name, named.email,
        '+' || named.phone_digits as phone_e164, spellings.phone_national,
        customers.language, customers.preferred_channel, customers.market, customers.segment,
        coalesce(customers.is_opted_out, false) as is_opted_out,
        coalesce(customers.is_internal, false) as is_internal
    from named
    left join current_customers as customers using (customer_id)
    left join spellings using (phone_digits)
    order by named.customer_id
"""
"""One row per person, with the phone and e-mail of the record that leads."""

_CONSENTS = """
    select customer_id, channel, purpose, consent_status, is_allowed, decided_at
    from mart_consent_state
    semi join persons using (customer_id)
    where is_allowed is not null
    order by all
"""
"""One row per person, channel and purpose that was decided on."""

_TOUCHES = """
    select
        timeline.customer_id,
        max_by(
            {
                'touched_on': timeline.started_local_date,
                'touchpoint': timeline.touchpoint,
                'channel': timeline.channel,
                'reason': timeline.reason
            },
            timeline.sequence_number,
            3
        ) as touches
    from mart_customer_timeline as timeline
    semi join persons using (customer_id)
    where timeline.started_at is not null
    group by timeline.customer_id
    order by timeline.customer_id
"""
"""One row per person with the last three touches, the latest first."""

_CASES = """
    select
        customer_id, case_id, owner, reason, suggested_step, status, step_due_at, is_overdue
    from mart_action_today
    semi join persons using (customer_id)
    order by customer_id, step_due_at, case_id
"""
"""One row per open case of a person."""

FIRST_CASES = """
    select
        customer_id, count(*) as count_open_cases,
        first(case_id order by step_due_at, case_id) as case_id,
        first(reason order by step_due_at, case_id) as case_reason,
        first(suggested_step order by step_due_at, case_id) as case_step,
        first(owner order by step_due_at, case_id) as case_owner,
        first(step_due_at order by step_due_at, case_id) as case_due_at
    from open_cases
    group by customer_id
"""
"""One row per person with an open case: how many there are, and the one that is due first."""

_LOOKUP = f"""
    with numbers as (
        select phone_digits, customer_id from customer_records
        where phone_digits is not null
        group by all
    ),
    counted as (
        select *, count(*) over (partition by phone_digits) as count_persons from numbers
    ),
    cases as ({FIRST_CASES})
    select
        cast(counted.phone_digits as bigint) as phone_digits,
        '+' || counted.phone_digits as phone_e164, spellings.phone_national,
        counted.customer_id, persons.full_name, persons.language, persons.preferred_channel,
        persons.market, persons.segment, known.treatment_class as value_tier, known.risk_band,
        known.lifecycle_state, cast(known.last_nps_score as integer) as last_nps_score,
        known.last_nps_date, known.last_interaction_date,
        coalesce(cases.count_open_cases, 0) as count_open_cases, cases.case_id,
        cases.case_reason, cases.case_step, cases.case_owner, cases.case_due_at,
        counted.count_persons, counted.count_persons > 1 as is_shared_number,
        persons.is_opted_out, persons.is_internal, last_touches.touches
    from counted
    inner join persons using (customer_id)
    left join spellings using (phone_digits)
    left join mart_customer_360 as known using (customer_id)
    left join cases using (customer_id)
    left join last_touches using (customer_id)
    order by 1, customer_id
"""
"""One row per number and person: sorted by the number, so that one is found at once."""

_REGIONS = """
    select region from spellings
    where region is not null and region not in ('ZZ', '001')
    group by region
    order by count(*) desc, region
"""
"""The countries of the numbers, that of most first."""

RENEWED = (
    f"create or replace table open_cases as {_CASES}",
    """
    update mart_lookup_by_phone set
        count_open_cases = 0, case_id = null, case_reason = null, case_step = null,
        case_owner = null, case_due_at = null
    where count_open_cases > 0
    """,
    f"""
    update mart_lookup_by_phone as lookup set
        count_open_cases = cases.count_open_cases, case_id = cases.case_id,
        case_reason = cases.case_reason, case_step = cases.case_step,
        case_owner = cases.case_owner, case_due_at = cases.case_due_at
    from ({FIRST_CASES}) as cases
    where lookup.customer_id = cases.customer_id
    """,
)
"""Puts newer cases into a zone that stands; nothing else of it changes."""

TABLES = {
    "customer_records": _RECORDS,
    "persons": _PERSONS,
    "consents": _CONSENTS,
    "last_touches": _TOUCHES,
    "open_cases": _CASES,
    "mart_lookup_by_phone": _LOOKUP,
    "regions": _REGIONS,
    "labels": "from published.main.dim_labels order by all",
    "dim_calendar": "select calendar_date, jalali_year, jalali_month, jalali_day "
    "from published.main.dim_calendar order by calendar_date",
}
"""In the order in which they are made: a later one reads earlier ones."""
