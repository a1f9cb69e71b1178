-- Grain: one row per local day, touchpoint, lifecycle state and segment.
with

fct_interactions as (

    select * from {{ ref('fct_interactions') }}
    where is_anonymous and not is_internal and touchpoint is not null

),

met_journey_touches as (

    select * from {{ ref('met_journey_touches') }}

),

-- Nobody can see an unknown person return.
unknown_persons as (

    select
        started_local_date,
        touchpoint,
        segment,
        count(*) as count_touches

    from fct_interactions

    group by started_local_date, touchpoint, segment

),

dim_run as (

    select * from {{ ref('dim_run') }}

),

fct_survey_answers as (

    select * from {{ ref('fct_survey_answers') }}
    where
        exclusion_reason is null
        and numeric_value is not null
        and touchpoint is not null
        and cast(scale_minimum as integer) = 1
        and cast(scale_maximum as integer) = case metric
            when 'csat' then 5
            when 'ces' then 7
        end

),

dim_touchpoints as (

    select * from {{ ref('dim_touchpoints') }}

),

met_lifecycle_spells as (

    select * from {{ ref('met_lifecycle_spells') }}

),

-- Nobody can see what comes after the data.
judged_days as (

    select
        cast(
            as_of - interval 1 day * ({{ var('journey_drop_off_days') }} + 1) as date
        ) as last_date

    from dim_run

),

observations as (

    select
        started_local_date as local_date,
        touchpoint,
        customer_id,
        segment,
        1 as count_touches,
        true as is_known,
        is_last,
        cast(null as varchar) as metric,
        cast(null as decimal(18, 2)) as numeric_value

    from met_journey_touches

    union all

    select
        started_local_date as local_date,
        touchpoint,
        cast(null as varchar) as customer_id,
        segment,
        count_touches,
        false as is_known,
        false as is_last,
        cast(null as varchar) as metric,
        cast(null as decimal(18, 2)) as numeric_value

    from unknown_persons

    union all

    select
        answered_local_date as local_date,
        touchpoint,
        customer_id,
        segment,
        0 as count_touches,
        false as is_known,
        false as is_last,
        metric,
        numeric_value

    from fct_survey_answers

),

cells as (

    select
        observations.local_date,
        observations.touchpoint,
        coalesce(spells.lifecycle_state, 'unknown') as lifecycle_state,
        coalesce(observations.segment, 'unknown') as segment,
        cast(sum(observations.count_touches) as bigint) as count_touches,
        count(*) filter (where observations.is_known) as count_known_touches,
        count(*) filter (where observations.is_last) as count_last_touches,
        count(*) filter (where observations.metric = 'csat') as count_csat_answers,
        count(*) filter (
            where observations.metric = 'csat' and observations.numeric_value >= 4
        ) as count_csat_satisfied,
        coalesce(cast(sum(observations.numeric_value) filter (
            where observations.metric = 'csat'
        ) as decimal(18, 2)), 0) as sum_csat,
        count(*) filter (where observations.metric = 'ces') as count_ces_answers,
        coalesce(cast(sum(observations.numeric_value) filter (
            where observations.metric = 'ces'
        ) as decimal(18, 2)), 0) as sum_ces

    from observations

    left join met_lifecycle_spells as spells
        on observations.customer_id = spells.customer_id
            and observations.local_date >= spells.entered_on
            and observations.local_date < coalesce(spells.left_on, date '9999-12-31')

    group by
        observations.local_date,
        observations.touchpoint,
        coalesce(spells.lifecycle_state, 'unknown'),
        coalesce(observations.segment, 'unknown')

),

final as (

    select
        cells.local_date,
        dim_touchpoints.stage_code,
        cells.touchpoint,
        cells.lifecycle_state,
        cells.segment,
        cells.count_touches,
        case
            when cells.local_date > judged_days.last_date then 0
            else cells.count_known_touches
        end as count_judged_touches,
        case
            when cells.local_date > judged_days.last_date then 0
            else cells.count_last_touches
        end as count_drop_offs,
        cells.count_csat_answers,
        cells.count_csat_satisfied,
        cells.sum_csat,
        cells.count_ces_answers,
        cells.sum_ces

    from cells

    cross join judged_days

    left join dim_touchpoints
        on cells.touchpoint = dim_touchpoints.touchpoint

)

select * from final
