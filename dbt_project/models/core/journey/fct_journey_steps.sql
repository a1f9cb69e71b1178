{{ grows_by_person(or_remade="journey = 'deal'") }}
-- Grain: one row per entry of a person or a deal into a stage of its journey.
with

{{ affected_persons() }},

fct_interactions as (

    select * from {{ ref('fct_interactions') }}
    where not is_internal and {{ is_of_affected_person() }}

),

advocacy_acts as (

    select * from {{ ref('fct_advocacy_acts') }}
    where not is_internal and {{ is_of_affected_person() }}

),

-- Deals are few: all of them are made anew.
deal_stages as (

    select * from {{ ref('int_sales__deal_stages_entered') }}

),

identities as (

    select * from {{ ref('dim_customer_identities') }}

),

customers as (

    select * from {{ ref('dim_customers') }}

),

transitions as (

    select * from {{ ref('journey_transitions') }}

),

run as (

    select * from {{ ref('stg_meta__run') }}

),

events as (

    select
        'customer' as journey,
        customer_id as path_id,
        customer_id,
        identity_key,
        is_anonymous,
        stage_code,
        started_at as entered_at,
        started_local_date as entered_local_date,
        source_id,
        touch_kind as record_kind,
        source_record_id,
        segment,
        market,
        0 as order_in_instant

    from fct_interactions
    -- A review recommends only when it is good.
    where stage_code is not null and touch_kind <> 'review'
    union all
    select
        'customer' as journey,
        customer_id as path_id,
        customer_id,
        identity_key,
        is_anonymous,
        'advocate' as stage_code,
        acted_at as entered_at,
        acted_local_date as entered_local_date,
        source_id,
        act_kind as record_kind,
        source_record_id,
        segment,
        market,
        0 as order_in_instant

    from advocacy_acts
    union all
    select
        'deal' as journey,
        deal_stages.opportunity_id as path_id,
        identities.customer_id,
        deal_stages.identity_key,
        false as is_anonymous,
        deal_stages.stage_code,
        deal_stages.entered_at,
        deal_stages.entered_local_date,
        deal_stages.source_id,
        'deal' as record_kind,
        deal_stages.source_record_id,
        customers.segment,
        customers.market,
        coalesce(deal_stages.sort_order, 999) as order_in_instant

    from deal_stages
    inner join run
        on {{ is_before_as_of('deal_stages.entered_local_date') }}
    {{ join_person_at('deal_stages', 'deal_stages.entered_at') }}
    where not coalesce(customers.is_internal, false)

),

compared as (

    select
        *,
        lag(stage_code) over (
            partition by journey, path_id
            order by entered_at, order_in_instant, record_kind, source_record_id
        ) as previous_stage_code

    from events

),

-- What happens within a stage is no step.
steps as (

    select
        *,
        row_number() over (
            partition by journey, path_id
            order by entered_at, order_in_instant, record_kind, source_record_id
        ) as step_number,
        row_number() over (
            partition by journey, path_id, stage_code
            order by entered_at, order_in_instant, record_kind, source_record_id
        ) as entry_number,
        lead(entered_at) over (
            partition by journey, path_id
            order by entered_at, order_in_instant, record_kind, source_record_id
        ) as left_at,
        lead(entered_local_date) over (
            partition by journey, path_id
            order by entered_at, order_in_instant, record_kind, source_record_id
        ) as left_local_date

    from compared
    where stage_code is distinct from previous_stage_code

),

final as (

    select
        steps.journey || ':' || steps.path_id || ':' || steps.step_number
            as journey_step_id,
        steps.journey,
        steps.path_id,
        steps.customer_id,
        steps.identity_key,
        steps.is_anonymous,
        steps.stage_code,
        cast(steps.step_number as integer) as step_number,
        cast(steps.entry_number as integer) as entry_number,
        steps.previous_stage_code,
        transitions.to_stage_code is not null as is_allowed,
        steps.entered_at,
        steps.entered_local_date,
        steps.left_at,
        steps.left_local_date,
        steps.source_id,
        steps.record_kind,
        steps.source_record_id,
        steps.segment,
        steps.market,
        run.change_seq

    from steps
    cross join run
    left join transitions
        on steps.journey = transitions.journey
            and coalesce(steps.previous_stage_code, 'start')
            = transitions.from_stage_code
            and steps.stage_code = transitions.to_stage_code

)

select * from final
