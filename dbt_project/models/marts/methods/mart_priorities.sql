-- Grain: one row per touchpoint and month of the company calendar, as
-- mart_touchpoint_score, with what it costs in recommendations.
with

mart_touchpoint_score as (

    select * from {{ ref('mart_touchpoint_score') }}

),

met_experience_impacts as (

    select * from {{ ref('met_experience_impacts') }}
    where subject_kind = 'touchpoint'

),

dim_kpi_targets as (

    select * from {{ ref('dim_kpi_targets') }}
    where kpi_id = 'K-CSAT' and statistic = 'value' and grain_name = 'company'

),

-- The target that held when the period began.
targets as (

    select
        touchpoints.touchpoint,
        touchpoints.period_start,
        dim_kpi_targets.target

    from mart_touchpoint_score as touchpoints

    inner join dim_kpi_targets
        on touchpoints.period_start >= dim_kpi_targets.valid_from

    qualify row_number() over (
            partition by touchpoints.touchpoint, touchpoints.period_start
            order by dim_kpi_targets.valid_from desc
        ) = 1

),

measured as (

    select
        touchpoints.touchpoint,
        touchpoints.touchpoint_family,
        touchpoints.owner,
        touchpoints.period_type,
        touchpoints.period_start,
        touchpoints.period_end,
        touchpoints.count_touches,
        touchpoints.count_csat_responses,
        touchpoints.csat_pct,
        cast(targets.target as double) as target_csat_pct,
        case
            when touchpoints.csat_pct is not null and targets.target is not null
                then round(greatest(0, targets.target - touchpoints.csat_pct), 6)
        end as gap_points,
        coalesce(impacts.count_after_good + impacts.count_after_bad, 0)
            as count_impact_answers,
        impacts.impact_points

    from mart_touchpoint_score as touchpoints

    left join targets
        on touchpoints.touchpoint = targets.touchpoint
            and touchpoints.period_start = targets.period_start

    left join met_experience_impacts as impacts
        on touchpoints.touchpoint = impacts.subject

),

scored as (

    select
        *,
        round(count_touches * (gap_points / 100) * (impact_points / 100), 6)
            as priority_score

    from measured

),

ranked as (

    select
        *,
        rank() over (
            partition by period_start
            order by priority_score desc nulls last
        ) as place,
        count(*) over (partition by period_start, priority_score) as count_at_place

    from scored

),

-- What cannot be told has no place; equal scores share one.
final as (

    select
        touchpoint,
        touchpoint_family,
        owner,
        period_type,
        period_start,
        period_end,
        count_touches,
        count_csat_responses,
        csat_pct,
        target_csat_pct,
        gap_points,
        count_impact_answers,
        impact_points,
        priority_score,
        case when priority_score is not null then place end as priority_rank,
        case when priority_score is not null then count_at_place end
            as count_at_rank,
        count_csat_responses < {{ var('impact_minimum_answers') }} as low_n

    from ranked

)

select * from final
