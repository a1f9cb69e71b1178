-- Grain: one row per customer and stay in one lifecycle state.
with

dim_customers as (

    select * from {{ ref('dim_customers') }}

),

dim_customer_identities as (

    select * from {{ ref('dim_customer_identities') }}

),

dim_run as (

    select * from {{ ref('dim_run') }}

),

met_lifecycle_events as (

    select * from {{ ref('met_lifecycle_events') }}

),

met_lifecycle_lapses as (

    select * from {{ ref('met_lifecycle_lapses') }}

),

met_lifecycle_promoters as (

    select * from {{ ref('met_lifecycle_promoters') }}

),

transitions as (

    select * from {{ ref('journey_transitions') }}
    where journey = 'lifecycle'

),

landings as (

    select
        customer_id,
        min(first_landed_at) as first_landed_at

    from dim_customer_identities

    group by customer_id

),

persons as (

    select
        dim_customers.customer_id,
        coalesce(
            dim_customers.created_local_date, cast(landings.first_landed_at as date)
        ) as known_from

    from dim_customers

    left join landings
        on dim_customers.customer_id = landings.customer_id

    where dim_customers.is_current and not dim_customers.is_internal

),

first_events as (

    select
        customer_id,
        min(changed_on) as first_changed_on

    from met_lifecycle_events

    group by customer_id

),

-- A day decides what follows it: a contract in force, else an order until its silence
-- lasts too long, else the end of the last contract.
phases as (

    select
        customer_id,
        changed_on as entered_on,
        case when has_order or count_contracts > 0 then 'customer' else 'churned' end
            as phase,
        case
            when count_contracts = 0 and not has_order then 'contract_end'
            when has_order then 'order'
            else 'contract'
        end as cause

    from met_lifecycle_events

    union all

    select
        customer_id,
        lapsed_on as entered_on,
        'lapsed' as phase,
        'silence' as cause

    from met_lifecycle_lapses

    union all

    select
        persons.customer_id,
        persons.known_from as entered_on,
        'prospect' as phase,
        'record' as cause

    from persons

    left join first_events
        on persons.customer_id = first_events.customer_id

    where
        persons.known_from
        < coalesce(first_events.first_changed_on, date '9999-12-31')

),

begun as (

    select
        phases.*,
        lag(phases.phase) over (
            partition by phases.customer_id order by phases.entered_on
        ) as previous_phase

    from phases

    inner join persons
        on phases.customer_id = persons.customer_id

    cross join dim_run

    where phases.entered_on <= dim_run.as_of

),

phase_spells as (

    select
        customer_id,
        entered_on,
        phase,
        cause,
        row_number() over (
            partition by customer_id, phase order by entered_on
        ) as phase_number,
        lead(entered_on, 1, date '9999-12-31') over (
            partition by customer_id order by entered_on
        ) as left_on

    from begun

    where phase is distinct from previous_phase

),

settled as (

    select
        customer_id,
        cast(
            entered_on + interval 1 day * {{ var('new_customer_days') }} as date
        ) as entered_on,
        left_on

    from phase_spells

    where
        phase = 'customer'
        and cast(
            entered_on + interval 1 day * {{ var('new_customer_days') }} as date
        ) < left_on

),

advocacies as (

    select
        settled.customer_id,
        greatest(settled.entered_on, promoters.speaks_from) as entered_on,
        least(settled.left_on, promoters.speaks_until) as left_on,
        settled.left_on as settled_left_on

    from settled

    inner join met_lifecycle_promoters as promoters
        on settled.customer_id = promoters.customer_id
            and settled.entered_on < promoters.speaks_until
            and settled.left_on > promoters.speaks_from

),

-- Where several rules speak of one day the last of these stands.
entries as (

    select
        customer_id,
        entered_on,
        case
            when phase <> 'customer' then phase
            when phase_number = 1 then 'new'
            else 'won_back'
        end as stage_code,
        cause,
        1 as precedence

    from phase_spells

    union all

    select
        customer_id,
        entered_on,
        'active' as stage_code,
        'time' as cause,
        2 as precedence

    from settled

    union all

    select
        customer_id,
        left_on as entered_on,
        'active' as stage_code,
        'time' as cause,
        3 as precedence

    from advocacies

    where left_on < settled_left_on

    union all

    select
        customer_id,
        entered_on,
        'advocate' as stage_code,
        'recommendation' as cause,
        4 as precedence

    from advocacies

),

daily_entries as (

    select
        entries.customer_id,
        entries.entered_on,
        entries.stage_code,
        entries.cause

    from entries

    cross join dim_run

    where entries.entered_on <= dim_run.as_of

    qualify row_number() over (
            partition by entries.customer_id, entries.entered_on
            order by entries.precedence desc
        ) = 1

),

standing as (

    select
        *,
        lag(stage_code) over (
            partition by customer_id order by entered_on
        ) as previous_stage_code

    from daily_entries

),

spells as (

    select
        *,
        row_number() over (
            partition by customer_id order by entered_on
        ) as step_number,
        row_number() over (
            partition by customer_id, stage_code order by entered_on
        ) as entry_number,
        lead(entered_on) over (
            partition by customer_id order by entered_on
        ) as left_on

    from standing

    where stage_code is distinct from previous_stage_code

),

final as (

    select
        spells.customer_id,
        spells.stage_code as lifecycle_state,
        cast(spells.step_number as integer) as step_number,
        cast(spells.entry_number as integer) as entry_number,
        spells.entered_on,
        spells.left_on,
        spells.cause,
        spells.previous_stage_code as previous_lifecycle_state,
        transitions.to_stage_code is not null as is_allowed,
        dim_customers.source_id,
        coalesce(dim_customers.segment, 'unknown') as segment,
        coalesce(dim_customers.market, 'unknown') as market

    from spells

    left join transitions
        on coalesce(spells.previous_stage_code, 'start') = transitions.from_stage_code
            and spells.stage_code = transitions.to_stage_code

    left join dim_customers
        on spells.customer_id = dim_customers.customer_id
            and dim_customers.valid_from <= cast(spells.entered_on as timestamp)
            and dim_customers.valid_to > cast(spells.entered_on as timestamp)

)

select * from final
