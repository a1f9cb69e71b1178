{{ config(materialized='view') }}
-- Grain: one row per journey, path (person or deal) and stay in a stage.
with

fct_journey_steps as (

    select * from {{ ref('fct_journey_steps') }}

),

met_lifecycle_spells as (

    select * from {{ ref('met_lifecycle_spells') }}

),

journey_stages as (

    select * from {{ ref('journey_stages') }}

),

dim_run as (

    select * from {{ ref('dim_run') }}

),

spells as (

    select
        journey,
        path_id,
        customer_id,
        stage_code,
        entry_number,
        entered_local_date as entered_on,
        left_local_date as left_on,
        source_id,
        coalesce(segment, 'unknown') as segment,
        is_anonymous

    from fct_journey_steps

    union all

    select
        'lifecycle' as journey,
        customer_id as path_id,
        customer_id,
        lifecycle_state as stage_code,
        entry_number,
        entered_on,
        left_on,
        source_id,
        segment,
        false as is_anonymous

    from met_lifecycle_spells

),

final as (

    select
        spells.journey,
        spells.path_id,
        spells.customer_id,
        spells.stage_code,
        spells.entry_number,
        journey_stages.sort_order,
        coalesce(journey_stages.is_on_path, false) as is_on_path,
        coalesce(journey_stages.is_terminal, false) as is_terminal,
        spells.entered_on,
        spells.left_on,
        spells.left_on is null as is_open,
        cast({{ dbt.datediff(
            'spells.entered_on', 'coalesce(spells.left_on, dim_run.as_of)', 'day'
        ) }} as integer) as duration_days,
        spells.source_id,
        spells.segment,
        spells.is_anonymous

    from spells

    cross join dim_run

    left join journey_stages
        on spells.journey = journey_stages.journey
            and spells.stage_code = journey_stages.stage_code

)

select * from final
