-- Grain: one row per KPI statistic, grain key and period: contacts per issue, and what
-- is compared with the customers active in a period.
with

met_judged_issues as (

    select * from {{ ref('met_judged_issues') }}

),

met_issue_contacts as (

    select * from {{ ref('met_issue_contacts') }}

),

met_complaints as (

    select * from {{ ref('met_complaints') }}

),

met_contact_bases as (

    select * from {{ ref('met_contact_bases') }}

),

met_periods as (

    select * from {{ ref('met_periods') }}

),

kpis as (

    select * from {{ ref('kpis') }}
    where
        kpi_id in ('K-EFFB', 'K-CONTACT')
        or (kpi_id = 'K-COMPL' and statistic = 'value')

),

kpi_grains as (

    select * from {{ ref('kpi_grains') }}

),

-- Chains that may still grow are counted apart.
counted as (

    select
        'K-EFFB' as kpi_id,
        is_closed,
        issue_local_date as local_date,
        market,
        segment,
        channel,
        reason,
        cast(null as varchar) as product_name,
        sum(count_contacts) as numerator,
        count(*) as n,
        sum(count_contacts * count_contacts) as sum_of_squares

    from met_judged_issues

    group by is_closed, issue_local_date, market, segment, channel, reason

    union all

    select
        'K-CONTACT' as kpi_id,
        true as is_closed,
        contact_local_date as local_date,
        market,
        segment,
        channel,
        coalesce(reason, 'unknown') as reason,
        cast(null as varchar) as product_name,
        100 * count(*) as numerator,
        count(*) as n,
        null as sum_of_squares

    from met_issue_contacts

    group by
        contact_local_date, market, segment, channel, coalesce(reason, 'unknown')

    union all

    select
        'K-COMPL' as kpi_id,
        true as is_closed,
        complaint_local_date as local_date,
        market,
        segment,
        channel,
        reason,
        product_name,
        1000 * count(*) as numerator,
        count(*) as n,
        null as sum_of_squares

    from met_complaints

    group by
        complaint_local_date, market, segment, channel, reason, product_name

),

-- Days of a grain are few beside all their parts, and each is in several statistics
-- and periods.
days_in_grains as (

    select
        counted.kpi_id,
        counted.is_closed,
        kpi_grains.grain_name,
        case kpi_grains.grain_name
            when 'company' then 'company'
            when 'market' then counted.market
            when 'segment' then counted.segment
            when 'channel' then counted.channel
            when 'reason' then counted.reason
            when 'product' then counted.product_name
        end as grain_key,
        counted.local_date,
        cast(sum(counted.numerator) as bigint) as numerator,
        cast(sum(counted.n) as bigint) as n,
        cast(sum(counted.sum_of_squares) as decimal(38, 0)) as sum_of_squares

    from counted

    cross join kpi_grains

    where
        kpi_grains.grain_name
        in ('company', 'market', 'segment', 'channel', 'reason', 'product')

    group by
        counted.kpi_id,
        counted.is_closed,
        kpi_grains.grain_name,
        grain_key,
        counted.local_date

),

-- Chains that may still grow are not yet an effort; the statistic with_open has them.
chosen_days as (

    select
        days.*,
        kpis.definition_version,
        kpis.statistic,
        kpis.period_types,
        days.is_closed or kpis.statistic = 'with_open' as is_counted

    from days_in_grains as days

    inner join kpis
        on days.kpi_id = kpis.kpi_id
            and concat('|', kpis.grains, '|')
            like concat('%|', days.grain_name, '|%')

    where days.grain_key is not null

),

in_grains as (

    select
        days.kpi_id,
        days.definition_version,
        days.statistic,
        days.grain_name,
        days.grain_key,
        met_periods.period_type,
        met_periods.period_start,
        cast(coalesce(sum(days.numerator) filter (where days.is_counted), 0) as bigint)
            as numerator,
        cast(coalesce(sum(days.n) filter (where days.is_counted), 0) as bigint) as n,
        cast(sum(days.n) as bigint) as n_with_immature,
        cast(
            sum(days.sum_of_squares) filter (where days.is_counted) as decimal(38, 0)
        ) as sum_of_squares

    from chosen_days as days

    inner join met_periods
        on days.local_date = met_periods.calendar_date
            and concat('|', days.period_types, '|')
            like concat('%|', met_periods.period_type, '|%')

    group by
        days.kpi_id,
        days.definition_version,
        days.statistic,
        days.grain_name,
        days.grain_key,
        met_periods.period_type,
        met_periods.period_start

),

-- Markets and segments have customers of their own; reasons and products share them.
bases as (

    select
        kpi_grains.grain_name,
        case kpi_grains.grain_name
            when 'market' then bases.market
            when 'segment' then bases.segment
            else 'company'
        end as base_key,
        bases.period_type,
        bases.period_start,
        cast(sum(bases.count_active_customers) as bigint) as count_active_customers,
        cast(sum(bases.count_orders) as bigint) as count_orders

    from met_contact_bases as bases

    cross join kpi_grains

    where
        kpi_grains.grain_name
        in ('company', 'market', 'segment', 'channel', 'reason', 'product')

    group by
        kpi_grains.grain_name,
        base_key,
        bases.period_type,
        bases.period_start

),

-- Only ended periods have customers to compare with.
based as (

    select
        bases.*,
        kpis.kpi_id,
        kpis.definition_version,
        kpis.statistic,
        case kpis.statistic
            when 'per_100_orders' then bases.count_orders
            else bases.count_active_customers
        end as denominator

    from bases

    inner join kpis
        on kpis.kpi_id in ('K-CONTACT', 'K-COMPL')
            and kpis.statistic in ('value', 'per_100_orders')
            and concat('|', kpis.period_types, '|')
            like concat('%|', bases.period_type, '|%')

),

parts as (

    select
        {{ kpi_key() }},
        numerator,
        n as denominator,
        n,
        n_with_immature,
        coalesce(sum_of_squares, 0) as sum_of_squares

    from in_grains

    where kpi_id = 'K-EFFB'

    union all

    select
        {{ kpi_key('in_grains') }},
        in_grains.numerator,
        based.denominator,
        in_grains.n,
        in_grains.n_with_immature,
        cast(null as decimal(38, 0)) as sum_of_squares

    from in_grains

    inner join based
        on in_grains.kpi_id = based.kpi_id
            and in_grains.statistic = based.statistic
            and in_grains.grain_name = based.grain_name
            and in_grains.period_type = based.period_type
            and in_grains.period_start = based.period_start
            and case in_grains.grain_name
                when 'market' then in_grains.grain_key
                when 'segment' then in_grains.grain_key
                else 'company'
            end = based.base_key

    where based.denominator > 0

),

final as (

    select
        {{ kpi_key() }},
        numerator,
        denominator,
        n,
        n_with_immature,
        sum_of_squares,
        cast(null as decimal(38, 0)) as sum_denominator_squares,
        cast(null as decimal(38, 0)) as sum_cross_products,
        cast(null as double) as value,
        cast(null as double) as standard_error,
        cast(null as double) as ci_low,
        cast(null as double) as ci_high

    from parts

)

select * from final
