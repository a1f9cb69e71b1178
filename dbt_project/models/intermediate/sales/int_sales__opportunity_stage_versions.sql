-- Grain: one row per opportunity and period that its versions show it in a stage.
with

opportunities as (

    select * from {{ ref('stg_mapped__opportunities') }}

),

run as (

    select * from {{ ref('stg_meta__run') }}

),

{{ version_periods(
    'opportunities',
    'opportunity_id',
    ['stage'],
    is_valid_ever_since=false,
) }},

final as (

    select
        periods.opportunity_id,
        periods.source_id,
        periods.stage,
        periods.valid_from as entered_at,
        cast({{ to_local('periods.valid_from', 'run.time_zone') }} as date)
            as entered_local_date,
        -- What was opened before its first version may have been in other stages.
        lag(periods.valid_from) over (
            partition by periods.opportunity_id order by periods.valid_from
        ) is not null
        or coalesce(
            periods.opened_on >= cast(
                {{ to_local('periods.valid_from', 'run.time_zone') }} as date
            ),
            false
        ) as is_entry_known

    from periods
    cross join run

)

select * from final
