-- Grain: one row per journey, month of entry, source, segment, anonymity and stage of
-- the path.
with

met_journey_spells as (

    select * from {{ ref('met_journey_spells') }}

),

met_journey_stage_times as (

    select * from {{ ref('met_journey_stage_times') }}
    where grain_name = 'company'

),

journey_stages as (

    select * from {{ ref('journey_stages') }}
    where is_on_path

),

dim_run as (

    select * from {{ ref('dim_run') }}

),

-- One number orders the entries by day, stage (an unknown one is last) and number of
-- the entry, with six digits for each of the latter: to sort them all costs more.
ordered as (

    select
        *,
        (
            cast({{ dbt.datediff(
                "date '1970-01-01'", 'entered_on', 'day'
            ) }} as bigint) * 1000000 + coalesce(sort_order, 999999)
        ) * 1000000 + entry_number as order_of_entry

    from met_journey_spells

),

-- Coming back to a stage is no second path.
paths as (

    select
        journey,
        path_id,
        min(entered_on) as entered_on,
        min_by(source_id, order_of_entry) as source_id,
        min_by(segment, order_of_entry) as segment,
        bool_or(is_anonymous) as is_anonymous,
        max(sort_order) filter (where is_on_path) as furthest_sort_order

    from ordered

    group by journey, path_id

),

cohorts as (

    select
        journey,
        cast(date_trunc('month', entered_on) as date) as cohort_month,
        source_id,
        segment,
        is_anonymous,
        furthest_sort_order,
        count(*) as count_paths

    from paths

    where furthest_sort_order is not null

    group by
        journey,
        cast(date_trunc('month', entered_on) as date),
        source_id,
        segment,
        is_anonymous,
        furthest_sort_order

),

stages as (

    select
        journey_stages.journey,
        journey_stages.stage_code,
        journey_stages.sort_order,
        lead(journey_stages.sort_order) over (
            partition by journey_stages.journey order by journey_stages.sort_order
        ) as next_sort_order,
        times.median_days

    from journey_stages

    left join met_journey_stage_times as times
        on journey_stages.journey = times.journey
            and journey_stages.stage_code = times.stage_code

),

final as (

    select
        cohorts.journey,
        cohorts.cohort_month,
        cohorts.source_id,
        cohorts.segment,
        cohorts.is_anonymous,
        stages.stage_code,
        stages.sort_order,
        cast(sum(cohorts.count_paths) as bigint) as count_entered,
        cast(sum(
            case
                when cohorts.furthest_sort_order >= stages.sort_order
                    then cohorts.count_paths
                else 0
            end
        ) as bigint) as count_reached,
        -- Null in the last stage, which nobody can convert from.
        cast(sum(
            case
                when stages.next_sort_order is null then null
                when cohorts.furthest_sort_order >= stages.next_sort_order
                    then cohorts.count_paths
                else 0
            end
        ) as bigint) as count_reached_next,
        -- Half of a cohort must have had the time to move on.
        coalesce(
            cast(
                cohorts.cohort_month + interval 1 month
                + interval 1 day * stages.median_days as date
            ) <= max(dim_run.as_of),
            false
        ) as is_mature

    from cohorts

    inner join stages
        on cohorts.journey = stages.journey

    cross join dim_run

    group by
        cohorts.journey,
        cohorts.cohort_month,
        cohorts.source_id,
        cohorts.segment,
        cohorts.is_anonymous,
        stages.stage_code,
        stages.sort_order,
        stages.next_sort_order,
        stages.median_days

)

select * from final
