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
        and concat_ws(
            ' ', metric, cast(scale_minimum as integer), cast(scale_maximum as integer)
        ) in ('csat 1 5', 'ces 1 7')

),

dim_touchpoints as (

    select * from {{ ref('dim_touchpoints') }}

),

met_lifecycle_spells as (

    select * from {{ ref('met_lifecycle_spells') }}

),

-- Nobody can see what comes after the data.
judged as (

    select
        touches.started_local_date,
        touches.touchpoint,
        touches.customer_id,
        touches.segment,
        touches.is_last,
        cast(
            touches.started_local_date
            + interval 1 day * ({{ var('journey_drop_off_days') }} + 1) as date
        ) <= dim_run.as_of as is_judged

    from met_journey_touches as touches

    cross join dim_run

),

observations as (

    select
        started_local_date as local_date,
        touchpoint,
        customer_id,
        segment,
        1 as count_touches,
        cast(is_judged as integer) as is_judged,
        cast(is_judged and is_last as integer) as is_drop_off,
        cast(null as varchar) as metric,
        cast(null as decimal(18, 2)) as numeric_value

    from judged

    union all

    select
        started_local_date as local_date,
        touchpoint,
        cast(null as varchar) as customer_id,
        segment,
        count_touches,
        0 as is_judged,
        0 as is_drop_off,
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
        0 as is_judged,
        0 as is_drop_off,
        metric,
        numeric_value

    from fct_survey_answers

),

final as (

    select
        observations.local_date,
        dim_touchpoints.stage_code,
        observations.touchpoint,
        coalesce(spells.lifecycle_state, 'unknown') as lifecycle_state,
        coalesce(observations.segment, 'unknown') as segment,
        cast(sum(observations.count_touches) as bigint) as count_touches,
        cast(sum(observations.is_judged) as bigint) as count_judged_touches,
        cast(sum(observations.is_drop_off) as bigint) as count_drop_offs,
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

    left join dim_touchpoints
        on observations.touchpoint = dim_touchpoints.touchpoint

    left join met_lifecycle_spells as spells
        on observations.customer_id = spells.customer_id
            and observations.local_date >= spells.entered_on
            and observations.local_date < coalesce(spells.left_on, date '9999-12-31')

    group by
        observations.local_date,
        dim_touchpoints.stage_code,
        observations.touchpoint,
        coalesce(spells.lifecycle_state, 'unknown'),
        coalesce(observations.segment, 'unknown')

)

select * from final
