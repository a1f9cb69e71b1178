-- Grain: one row per journey, month, source, segment, anonymity and stage.
with

met_journey_stage_cells as (

    select * from {{ ref('met_journey_stage_cells') }}

),

met_journey_spells as (

    select * from {{ ref('met_journey_spells') }}
    where not is_terminal

),

met_journey_stage_times as (

    select * from {{ ref('met_journey_stage_times') }}
    where grain_name = 'segment'

),

journey_stages as (

    select * from {{ ref('journey_stages') }}

),

stays as (

    select
        journey,
        cast(date_trunc('month', entered_on) as date) as cohort_month,
        source_id,
        segment,
        coalesce(is_anonymous, false) as is_anonymous,
        stage_code,
        count(*) as count_stays,
        count(*) filter (where is_open) as count_open_stays,
        count(*) filter (where entry_number = 1) as count_staying_paths,
        cast(sum(duration_days) as bigint) as sum_stay_days

    from met_journey_spells

    group by
        journey,
        cast(date_trunc('month', entered_on) as date),
        source_id,
        segment,
        coalesce(is_anonymous, false),
        stage_code

),

-- Paths that began in a month and stays that did need not meet in a cell.
keys as (

    select
        journey,
        cohort_month,
        source_id,
        segment,
        is_anonymous,
        stage_code

    from met_journey_stage_cells

    union

    select
        journey,
        cohort_month,
        source_id,
        segment,
        is_anonymous,
        stage_code

    from stays

),

final as (

    select
        keys.journey,
        keys.cohort_month,
        keys.source_id,
        keys.segment,
        keys.is_anonymous,
        keys.stage_code,
        concat(keys.journey, ':', keys.stage_code) as stage,
        journey_stages.sort_order as stage_order,
        coalesce(cells.count_entered, 0) as count_entered,
        coalesce(cells.count_reached, 0) as count_reached,
        cells.count_reached_next,
        {{ percentage('cells.count_reached_next', 'cells.count_reached') }}
            as conversion_pct,
        {{ percentage_bound('cells.count_reached_next', 'cells.count_reached', '-') }}
            as conversion_pct_ci_low,
        {{ percentage_bound('cells.count_reached_next', 'cells.count_reached', '+') }}
            as conversion_pct_ci_high,
        {{ percentage('cells.count_reached', 'cells.count_entered') }} as overall_pct,
        coalesce(cells.is_mature, false) as is_mature,
        coalesce(cells.count_reached, 0) < 30 as low_n,
        coalesce(stays.count_stays, 0) as count_stays,
        coalesce(stays.count_open_stays, 0) as count_open_stays,
        coalesce(stays.sum_stay_days, 0) as sum_stay_days,
        coalesce(stays.count_staying_paths, 0) as count_staying_paths,
        -- A return adds to the time of its path.
        round({{ ratio('stays.sum_stay_days', 'stays.count_staying_paths') }}, 6)
            as days_per_path,
        times.median_days as segment_median_days,
        times.median_days_lower_bound as segment_median_lower_bound_days

    from keys

    left join met_journey_stage_cells as cells
        on keys.journey = cells.journey
            and keys.cohort_month = cells.cohort_month
            and keys.source_id is not distinct from cells.source_id
            and keys.segment = cells.segment
            and keys.is_anonymous = cells.is_anonymous
            and keys.stage_code = cells.stage_code

    left join stays
        on keys.journey = stays.journey
            and keys.cohort_month = stays.cohort_month
            and keys.source_id is not distinct from stays.source_id
            and keys.segment = stays.segment
            and keys.is_anonymous = stays.is_anonymous
            and keys.stage_code = stays.stage_code

    left join journey_stages
        on keys.journey = journey_stages.journey
            and keys.stage_code = journey_stages.stage_code

    left join met_journey_stage_times as times
        on keys.journey = times.journey
            and keys.stage_code = times.stage_code
            and keys.segment = times.grain_key

)

select * from final
