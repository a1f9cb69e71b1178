-- Grain: one row per business clock and period in which one schedule rules it. There is
-- a clock for the company, for each queue or team with a schedule of its own, which
-- follows the company's while that has none, and one for each schedule alone.
with

schedule_assignments as (

    select * from {{ ref('schedule_assignments') }}

),

business_hours as (

    select * from {{ ref('business_hours') }}

),

run as (

    select * from {{ ref('stg_meta__run') }}

),

assigned as (

    select
        case
            when schedule_assignments.assignee_kind = 'company' then 'company'
            else
                schedule_assignments.assignee_kind || ':'
                || {{ normalized_text('schedule_assignments.assignee') }}
        end as clock_id,
        schedule_assignments.schedule_id,
        coalesce(
            {{ to_utc('schedule_assignments.valid_from', 'run.time_zone') }},
            cast('1900-01-01' as timestamp)
        ) as starts_at,
        coalesce(
            {{ to_utc('schedule_assignments.valid_to', 'run.time_zone') }},
            cast('9999-12-31' as timestamp)
        ) as ends_at

    from schedule_assignments
    cross join run
    union all
    select
        'schedule:' || schedule_id as clock_id,
        schedule_id,
        cast('1900-01-01' as timestamp) as starts_at,
        cast('9999-12-31' as timestamp) as ends_at

    from business_hours

    group by schedule_id

),

clocks as (

    select clock_id
    from assigned
    group by clock_id

),

candidates as (

    select
        clocks.clock_id,
        assigned.schedule_id,
        assigned.starts_at,
        assigned.ends_at,
        assigned.clock_id = clocks.clock_id as is_own

    from clocks

    inner join assigned
        on clocks.clock_id = assigned.clock_id or assigned.clock_id = 'company'

    where clocks.clock_id not like 'schedule:%' or assigned.clock_id = clocks.clock_id

),

turns as (

    select
        clock_id,
        starts_at as turns_at

    from candidates
    -- Each instant once.
    union distinct
    select
        clock_id,
        ends_at as turns_at

    from candidates

),

periods as (

    select
        clock_id,
        turns_at as starts_at,
        lead(turns_at) over (
            partition by clock_id
            order by turns_at
        ) as ends_at

    from turns

),

final as (

    select
        periods.clock_id,
        candidates.schedule_id,
        periods.starts_at,
        periods.ends_at

    from periods

    inner join candidates
        on periods.clock_id = candidates.clock_id
            and periods.starts_at >= candidates.starts_at
            and periods.starts_at < candidates.ends_at

    where periods.ends_at is not null

    -- The clock's own schedule before the company's; then the newer one.
    qualify row_number() over (
            partition by periods.clock_id, periods.starts_at
            order by
                candidates.is_own desc,
                candidates.starts_at desc,
                candidates.schedule_id asc
        ) = 1

)

select * from final
