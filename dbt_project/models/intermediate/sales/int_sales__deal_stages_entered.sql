{{ config(materialized='view') }}
-- Grain: one row per entry of a deal into a stage.
with

moves as (

    select * from {{ ref('int_sales__opportunity_stages_unified') }}
    -- Who was seen in a stage at first may have been in it long before.
    where is_entry_known

),

deals as (

    select * from {{ ref('int_sales__opportunities_latest') }}
    where not is_deleted

),

stages as (

    select * from {{ ref('journey_stages') }}
    where journey = 'deal'

),

-- A terminal stage is called after the outcome, which sources may record apart.
moved as (

    select
        moves.opportunity_id,
        deals.source_id,
        deals.account_id,
        deals.identity_key,
        case
            when stages.is_terminal then coalesce(deals.outcome, moves.stage)
            else moves.stage
        end as stage_code,
        coalesce(stages.is_terminal, false) as is_terminal,
        stages.sort_order,
        moves.entered_at,
        moves.entered_local_date,
        moves.entry_key as source_record_id

    from moves
    inner join deals
        on moves.opportunity_id = deals.opportunity_id
    left join stages
        on moves.stage = stages.stage_code

),

unfinished as (

    select
        opportunity_id,
        max(entered_at) as last_entered_at,
        max(entered_local_date) as last_entered_local_date

    from moved
    group by opportunity_id
    having not bool_or(is_terminal)

),

-- A stage history that stops short is closed by the deal itself.
closed as (

    select
        deals.opportunity_id,
        deals.source_id,
        deals.account_id,
        deals.identity_key,
        deals.outcome as stage_code,
        true as is_terminal,
        cast(null as integer) as sort_order,
        greatest(cast(deals.closed_on as timestamp), unfinished.last_entered_at)
            as entered_at,
        greatest(deals.closed_on, unfinished.last_entered_local_date)
            as entered_local_date,
        deals.opportunity_id as source_record_id

    from deals
    inner join unfinished
        on deals.opportunity_id = unfinished.opportunity_id
    where deals.outcome is not null and deals.closed_on is not null

),

final as (

    select * from moved
    union all
    select * from closed

)

select * from final
