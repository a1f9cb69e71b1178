{{ config(materialized='view') }}
-- Grain: one row per customer and stay in a lifecycle state.
with

met_lifecycle_spells as (

    select * from {{ ref('met_lifecycle_spells') }}

),

dim_run as (

    select * from {{ ref('dim_run') }}

),

final as (

    select
        spells.customer_id,
        spells.step_number,
        spells.lifecycle_state,
        spells.previous_lifecycle_state,
        spells.entered_on as valid_from,
        coalesce(spells.left_on, date '9999-12-31') as valid_to,
        spells.left_on is null as is_current,
        spells.cause as state_cause,
        spells.is_allowed,
        spells.entry_number,
        cast({{ dbt.datediff(
            'spells.entered_on', 'coalesce(spells.left_on, dim_run.as_of)', 'day'
        ) }} as integer) as state_days,
        spells.source_id,
        spells.segment,
        spells.market

    from met_lifecycle_spells as spells

    cross join dim_run

)

select * from final
