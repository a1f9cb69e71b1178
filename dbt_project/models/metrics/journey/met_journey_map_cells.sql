-- Grain: one row per local day, touchpoint, lifecycle state and segment.
with

fct_interactions as (

    select
        touchpoint,
        customer_id,
        segment,
        started_local_date

    from {{ ref('fct_interactions') }}
    where touchpoint is not null and not is_internal

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

observations as (

    select
        started_local_date as local_date,
        touchpoint,
        customer_id,
        segment,
        1 as is_touch,
        cast(null as varchar) as metric,
        cast(null as decimal(18, 2)) as numeric_value

    from fct_interactions

    union all

    select
        answered_local_date as local_date,
        touchpoint,
        customer_id,
        segment,
        0 as is_touch,
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
        cast(sum(observations.is_touch) as bigint) as count_touches,
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
