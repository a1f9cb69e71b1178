-- Grain: one row per KPI, grain key and period: the wait that half of all tickets have
-- behind them, by Kaplan and Meier; whoever waits in vain still waits.
with

met_service_desk_tickets as (

    select * from {{ ref('met_service_desk_tickets') }}

),

met_periods as (

    select * from {{ ref('met_periods') }}

),

kpis as (

    select * from {{ ref('kpis') }}

),

kpi_grains as (

    select * from {{ ref('kpi_grains') }}

),

waits as (

    select
        kpis.kpi_id,
        kpis.definition_version,
        kpis.statistic,
        kpis.grains,
        kpis.period_types,
        tickets.created_local_date,
        {{ kpi_grain_keys(
            market='tickets.market', segment='tickets.segment',
            channel='tickets.channel', queue='tickets.queue_id'
        ) }},
        case kpis.kpi_id
            when 'K-FRT' then tickets.first_response_calendar_milliseconds
            else tickets.first_response_business_milliseconds
        end as reply_milliseconds,
        case kpis.kpi_id
            when 'K-FRT' then tickets.age_calendar_milliseconds
            else tickets.age_business_milliseconds
        end as age_milliseconds

    from met_service_desk_tickets as tickets

    inner join kpis
        on kpis.family = 'service_desk'
            and kpis.statistic = 'median_censored'

    where tickets.is_response_counted

),

keyed_waits as (

    select
        waits.kpi_id,
        waits.definition_version,
        waits.statistic,
        kpi_grains.grain_name,
        {{ kpi_grain_key('waits') }} as grain_key,
        met_periods.period_type,
        met_periods.period_start,
        coalesce(waits.reply_milliseconds, waits.age_milliseconds) as milliseconds,
        case when waits.reply_milliseconds is not null then 1 else 0 end as count_ended

    from waits

    inner join kpi_grains
        on concat('|', waits.grains, '|')
            like concat('%|', kpi_grains.grain_name, '|%')

    inner join met_periods
        on waits.created_local_date = met_periods.calendar_date
            and concat('|', waits.period_types, '|')
            like concat('%|', met_periods.period_type, '|%')
            and concat('|', kpi_grains.period_types, '|')
            like concat('%|', met_periods.period_type, '|%')

),

observations as (

    select
        *,
        1 - count_ended as count_open

    from keyed_waits

    where grain_key is not null and milliseconds is not null

),

{{ kaplan_meier(
    'observations', kpi_key_columns(), 'milliseconds', 'count_ended', 'count_open'
) }},

-- Greenwood's variance of the logarithm of the share that still waits.
spreads as (

    select
        *,
        sqrt(sum(
            count_ended / nullif(
                cast(count_at_risk as double) * (count_at_risk - count_ended), 0
            )
        ) over (
            partition by {{ kpi_key() }}
            order by milliseconds
        )) as relative_error

    from survival_curve

),

-- Brookmeyer and Crowley: the waits at which a half is within the limits of the share.
medians as (

    select
        {{ kpi_key() }},
        cast(sum(count_ended + count_open) as bigint) as n,
        min(milliseconds) filter (where share_surviving <= 0.5) as median_milliseconds,
        min(milliseconds) filter (
            where share_surviving
            * (1 - {{ normal_quantile() | trim }} * coalesce(relative_error, 0)) <= 0.5
        ) as low_milliseconds,
        min(milliseconds) filter (
            where share_surviving
            * (1 + {{ normal_quantile() | trim }} * coalesce(relative_error, 0)) <= 0.5
        ) as high_milliseconds

    from spreads

    group by {{ kpi_key() }}

),

final as (

    select
        {{ kpi_key('medians') }},
        cast(null as bigint) as numerator,
        cast(null as bigint) as denominator,
        medians.n,
        medians.n as n_with_immature,
        cast(null as decimal(38, 0)) as sum_of_squares,
        cast(null as decimal(38, 0)) as sum_denominator_squares,
        cast(null as decimal(38, 0)) as sum_cross_products,
        {{ ratio('medians.median_milliseconds', 'kpis.unit_scale') }} as value,
        cast(null as double) as standard_error,
        {{ ratio('medians.low_milliseconds', 'kpis.unit_scale') }} as ci_low,
        {{ ratio('medians.high_milliseconds', 'kpis.unit_scale') }} as ci_high

    from medians

    inner join kpis
        on medians.kpi_id = kpis.kpi_id
            and medians.definition_version = kpis.definition_version
            and medians.statistic = kpis.statistic

)

select * from final
