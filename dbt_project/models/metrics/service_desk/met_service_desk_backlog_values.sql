-- Grain: one row per statistic of the backlog, grain key and period. The same ticket is
-- open on many days, so periods show the mean of their days, and no interval.
with

met_service_desk_backlog as (

    select * from {{ ref('met_service_desk_backlog') }}

),

met_periods as (

    select * from {{ ref('met_periods') }}

),

dim_run as (

    select * from {{ ref('dim_run') }}

),

kpis as (

    select * from {{ ref('kpis') }}

),

kpi_grains as (

    select * from {{ ref('kpi_grains') }}

),

backlog as (

    select
        local_date,
        {{ kpi_grain_keys(queue='queue_id') }},
        count_open_tickets,
        count_old_tickets

    from met_service_desk_backlog

),

-- Since when there are tickets; days before it are no empty desk.
first_days as (

    select min(local_date) as first_date

    from met_service_desk_backlog

),

period_days as (

    select
        met_periods.period_type,
        met_periods.period_start,
        count(*) as count_days

    from met_periods

    cross join dim_run

    cross join first_days

    where
        met_periods.calendar_date < dim_run.as_of
        and met_periods.calendar_date >= first_days.first_date

    group by met_periods.period_type, met_periods.period_start

),

keyed_days as (

    select
        kpis.kpi_id,
        kpis.definition_version,
        kpis.statistic,
        kpi_grains.grain_name,
        {{ kpi_grain_key('backlog') }} as grain_key,
        met_periods.period_type,
        met_periods.period_start,
        backlog.count_open_tickets,
        backlog.count_old_tickets

    from backlog

    inner join kpis
        on kpis.kpi_id = 'K-BACKLOG'

    inner join kpi_grains
        on concat('|', kpis.grains, '|')
            like concat('%|', kpi_grains.grain_name, '|%')

    inner join met_periods
        on backlog.local_date = met_periods.calendar_date
            and concat('|', kpis.period_types, '|')
            like concat('%|', met_periods.period_type, '|%')
            and concat('|', kpi_grains.period_types, '|')
            like concat('%|', met_periods.period_type, '|%')

),

summed as (

    select
        {{ kpi_key() }},
        cast(sum(count_open_tickets) as bigint) as count_open_tickets,
        cast(sum(count_old_tickets) as bigint) as count_old_tickets

    from keyed_days

    where grain_key is not null

    group by {{ kpi_key() }}

),

final as (

    select
        {{ kpi_key('summed') }},
        case
            when summed.statistic = 'aged' then summed.count_old_tickets
            else summed.count_open_tickets
        end as numerator,
        cast(
            case
                when summed.statistic = 'aged' then summed.count_open_tickets
                else period_days.count_days
            end as bigint
        ) as denominator,
        summed.count_open_tickets as n,
        summed.count_open_tickets as n_with_immature,
        cast(null as decimal(38, 0)) as sum_of_squares,
        cast(null as decimal(38, 0)) as sum_denominator_squares,
        cast(null as decimal(38, 0)) as sum_cross_products,
        case
            when summed.statistic = 'aged'
                then 100 * {{ ratio(
                    'summed.count_old_tickets', 'summed.count_open_tickets'
                ) }}
            else {{ ratio('summed.count_open_tickets', 'period_days.count_days') }}
        end as value,
        cast(null as double) as standard_error,
        cast(null as double) as ci_low,
        cast(null as double) as ci_high

    from summed

    inner join period_days
        on summed.period_type = period_days.period_type
            and summed.period_start = period_days.period_start

)

select * from final
