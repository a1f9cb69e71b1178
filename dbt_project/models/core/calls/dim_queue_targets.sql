-- Grain: one row per queue, KPI statistic and period in which its target held.
with

queues as (

    select * from {{ ref('dim_queues') }}

),

targets as (

    select * from {{ ref('kpi_targets') }}
    where grain_name = 'queue'

),

-- A queue's own target stands before the general one from its first day on.
starts as (

    select
        queues.queue_id,
        targets.kpi_id,
        targets.statistic,
        targets.valid_from

    from queues
    inner join targets
        on targets.grain_key in ('*', queues.queue_id)
    group by
        queues.queue_id, targets.kpi_id, targets.statistic, targets.valid_from

),

periods as (

    select
        *,
        lead(valid_from, 1, date '9999-12-31') over (
            partition by queue_id, kpi_id, statistic order by valid_from
        ) as valid_to

    from starts

),

final as (

    select
        periods.queue_id,
        periods.kpi_id,
        periods.statistic,
        targets.target,
        targets.red_line,
        targets.tolerance,
        targets.owner,
        periods.valid_from,
        periods.valid_to,
        periods.valid_to = date '9999-12-31' as is_current

    from periods
    inner join targets
        on targets.grain_key in ('*', periods.queue_id)
            and periods.kpi_id = targets.kpi_id
            and periods.statistic = targets.statistic
            and periods.valid_from >= targets.valid_from
    qualify row_number() over (
            partition by
                periods.queue_id,
                periods.kpi_id,
                periods.statistic,
                periods.valid_from
            order by
                case when targets.grain_key = periods.queue_id then 0 else 1 end,
                targets.valid_from desc
        ) = 1

)

select * from final
