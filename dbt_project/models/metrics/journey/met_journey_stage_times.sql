-- Grain: one row per journey, stage and grain key: how long a stay lasts.
with

met_journey_spells as (

    select * from {{ ref('met_journey_spells') }}

),

-- A journey does not leave its last stage: nothing is waited for there.
durations as (

    select
        journey,
        stage_code,
        segment,
        duration_days,
        count(*) filter (where not is_open) as count_ended,
        count(*) filter (where is_open) as count_open

    from met_journey_spells

    where not is_terminal

    group by journey, stage_code, segment, duration_days

),

observations as (

    select
        journey,
        stage_code,
        'company' as grain_name,
        'company' as grain_key,
        duration_days,
        count_ended,
        count_open

    from durations

    union all

    select
        journey,
        stage_code,
        'segment' as grain_name,
        segment as grain_key,
        duration_days,
        count_ended,
        count_open

    from durations

),

{{ kaplan_meier(
    'observations', ['journey', 'stage_code', 'grain_name', 'grain_key'],
    'duration_days', 'count_ended', 'count_open'
) }},

final as (

    select
        journey,
        stage_code,
        grain_name,
        grain_key,
        min(duration_days) filter (where share_surviving <= 0.5) as median_days,
        -- Half have not left yet: the median is at least the longest stay seen.
        case
            when min(share_surviving) > 0.5 then max(duration_days)
        end as median_days_lower_bound,
        cast(sum(count_ended) as bigint) as count_ended,
        cast(sum(count_open) as bigint) as count_open,
        cast(sum(duration_days * (count_ended + count_open)) as bigint)
            as duration_days

    from survival_curve

    group by journey, stage_code, grain_name, grain_key

)

select * from final
