-- Grain: one row per case that a rule makes: what happened to a person for one reason
-- until somebody closed it or it came to rest.
with

triggers as (

    select * from {{ ref('met_action_triggers') }}

),

rules as (

    select * from {{ ref('action_rules') }}

),

fct_actions as (

    select * from {{ ref('fct_actions') }}

),

run as (

    select
        coalesce(
            until_at, {{ to_utc('cast(as_of as timestamp)', 'time_zone') }}
        ) as as_of_at

    from {{ ref('dim_run') }}

),

recorded as (

    select
        case_id as recorded_case_id,
        substring(case_id, length(source_id) + 2) as case_number,
        customer_id,
        reason,
        owner_agent_id,
        status,
        opened_at,
        contacted_at,
        resolved_at,
        case
            when status in ('resolved', 'cancelled')
                then coalesce(resolved_at, contacted_at, opened_at)
        end as ended_at

    from fct_actions

),

known_numbers as (

    select case_number from triggers
    group by case_number

),

-- Cases that another system opened by itself: they need none beside them.
own_cases as (

    select recorded.*

    from recorded

    left join known_numbers
        on recorded.case_number = known_numbers.case_number

    where known_numbers.case_number is null

),

due_triggers as (

    select
        triggers.*,
        {{ dbt.dateadd('hour', 'rules.due_hours', 'triggers.triggered_at') }} as due_at

    from triggers

    inner join rules
        on triggers.rule_code = rules.rule_code

),

covered as (

    select
        due_triggers.rule_code,
        due_triggers.record_id

    from due_triggers

    inner join own_cases
        on due_triggers.customer_id = own_cases.customer_id
            and due_triggers.rule_code = own_cases.reason
            and due_triggers.due_at >= own_cases.opened_at

    where coalesce(own_cases.ended_at > due_triggers.triggered_at, true)

    group by due_triggers.rule_code, due_triggers.record_id

),

uncovered as (

    select triggers.*

    from triggers

    left join covered
        on triggers.rule_code = covered.rule_code
            and triggers.record_id = covered.record_id

    where covered.record_id is null

),

events as (

    select
        customer_id,
        rule_code,
        triggered_at as happened_at,
        record_id,
        false as is_end

    from uncovered
    union all
    select
        triggers.customer_id,
        triggers.rule_code,
        recorded.ended_at as happened_at,
        recorded.case_number as record_id,
        true as is_end

    from recorded

    inner join triggers
        on recorded.case_number = triggers.case_number

    where recorded.ended_at is not null

),

ordered as (

    select
        *,
        lag(is_end) over person_events as previous_is_end,
        lag(happened_at) over person_events as previous_at

    from events

    window
        person_events as (
            partition by customer_id, rule_code
            order by happened_at, is_end, record_id
        )

),

opened as (

    select
        ordered.customer_id,
        ordered.rule_code,
        ordered.record_id,
        sum(
            case
                when
                    not ordered.is_end
                    and (
                        ordered.previous_at is null
                        or ordered.previous_is_end
                        or ordered.happened_at > {{ dbt.dateadd(
                            'day', 'rules.quiet_days', 'ordered.previous_at'
                        ) }}
                    )
                    then 1
                else 0
            end
        ) over (
            partition by ordered.customer_id, ordered.rule_code
            order by ordered.happened_at, ordered.is_end, ordered.record_id
        ) as case_sequence,
        ordered.is_end

    from ordered

    inner join rules
        on ordered.rule_code = rules.rule_code

),

ranked as (

    select
        uncovered.*,
        opened.case_sequence,
        row_number() over (
            partition by
                uncovered.customer_id, uncovered.rule_code, opened.case_sequence
            order by uncovered.triggered_at, uncovered.record_id
        ) as position_in_case

    from opened

    inner join uncovered
        on opened.rule_code = uncovered.rule_code
            and opened.record_id = uncovered.record_id

    where not opened.is_end

),

grouped as (

    select
        customer_id,
        rule_code,
        min(case_number) filter (where position_in_case = 1) as case_number,
        max_by(record_id, position_in_case) as record_id,
        max_by(market, position_in_case) as market,
        max_by(segment, position_in_case) as segment,
        max_by(agent_id, position_in_case) as agent_id,
        min(triggered_at) as opened_at,
        max(triggered_at) as last_triggered_at,
        count(*) as count_triggers,
        bool_or(is_standing) as is_standing

    from ranked

    group by customer_id, rule_code, case_sequence

),

final as (

    select
        grouped.case_number,
        grouped.rule_code,
        grouped.customer_id,
        grouped.market,
        grouped.segment,
        rules.owner,
        coalesce(recorded.owner_agent_id, grouped.agent_id) as agent_id,
        rules.suggested_step,
        grouped.record_id,
        grouped.count_triggers,
        grouped.opened_at,
        grouped.last_triggered_at,
        {{ dbt.dateadd('hour', 'rules.due_hours', 'grouped.opened_at') }} as due_at,
        recorded.recorded_case_id,
        recorded.contacted_at,
        recorded.resolved_at,
        case
            when recorded.case_number is not null then recorded.status
            when not grouped.is_standing then 'settled'
            when
                grouped.is_standing is null
                and {{ dbt.dateadd(
                    'day', 'rules.quiet_days', 'grouped.last_triggered_at'
                ) }} <= run.as_of_at
                then 'expired'
            else 'suggested'
        end as status

    from grouped

    inner join rules
        on grouped.rule_code = rules.rule_code

    left join recorded
        on grouped.case_number = recorded.case_number

    cross join run

)

select * from final
