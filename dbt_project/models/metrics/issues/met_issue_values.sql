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
    where kpi_id in ('K-EFFB', 'K-CONTACT', 'K-COMPL')

),

kpi_grains as (

    select * from {{ ref('kpi_grains') }}

),

-- Chains that may still grow are not yet an effort; the statistic with_open has them.
counted as (

    select
        'K-EFFB' as kpi_id,
        statistics.statistic,
        issues.issue_local_date as local_date,
        issues.market,
        issues.segment,
        issues.channel,
        issues.reason,
        cast(null as varchar) as product_name,
        sum(issues.count_contacts) filter (
            where issues.is_closed or statistics.statistic = 'with_open'
        ) as numerator,
        count(*) filter (
            where issues.is_closed or statistics.statistic = 'with_open'
        ) as n,
        count(*) as n_with_immature,
        sum(issues.count_contacts * issues.count_contacts) filter (
            where issues.is_closed or statistics.statistic = 'with_open'
        ) as sum_of_squares

    from met_judged_issues as issues

    inner join kpis as statistics
        on statistics.kpi_id = 'K-EFFB'

    group by
        statistics.statistic,
        issues.issue_local_date,
        issues.market,
        issues.segment,
        issues.channel,
        issues.reason

    union all

    select
        'K-CONTACT' as kpi_id,
        statistics.statistic,
        contacts.contact_local_date as local_date,
        contacts.market,
        contacts.segment,
        contacts.channel,
        coalesce(contacts.reason, 'unknown') as reason,
        cast(null as varchar) as product_name,
        100 * count(*) as numerator,
        count(*) as n,
        count(*) as n_with_immature,
        null as sum_of_squares

    from met_issue_contacts as contacts

    inner join kpis as statistics
        on statistics.kpi_id = 'K-CONTACT'

    group by
        statistics.statistic,
        contacts.contact_local_date,
        contacts.market,
        contacts.segment,
        contacts.channel,
        coalesce(contacts.reason, 'unknown')

    union all

    select
        'K-COMPL' as kpi_id,
        'value' as statistic,
        complaint_local_date as local_date,
        market,
        segment,
        channel,
        reason,
        product_name,
        1000 * count(*) as numerator,
        count(*) as n,
        count(*) as n_with_immature,
        null as sum_of_squares

    from met_complaints

    group by
        complaint_local_date,
        market,
        segment,
        channel,
        reason,
        product_name

),

-- Days of a grain are few beside all their parts, and each is in several periods.
days_in_grains as (

    select
        counted.kpi_id,
        kpis.definition_version,
        counted.statistic,
        kpis.period_types,
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
        cast(sum(counted.n_with_immature) as bigint) as n_with_immature,
        cast(sum(counted.sum_of_squares) as decimal(38, 0)) as sum_of_squares

    from counted

    inner join kpis
        on counted.kpi_id = kpis.kpi_id
            and counted.statistic = kpis.statistic

    inner join kpi_grains
        on concat('|', kpis.grains, '|')
            like concat('%|', kpi_grains.grain_name, '|%')

    group by
        counted.kpi_id,
        kpis.definition_version,
        counted.statistic,
        kpis.period_types,
        kpi_grains.grain_name,
        grain_key,
        counted.local_date

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
        cast(sum(days.numerator) as bigint) as numerator,
        cast(sum(days.n) as bigint) as n,
        cast(sum(days.n_with_immature) as bigint) as n_with_immature,
        cast(sum(days.sum_of_squares) as decimal(38, 0)) as sum_of_squares

    from days_in_grains as days

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
        coalesce(numerator, 0) as numerator,
        n as denominator,
        n,
        n_with_immature,
        coalesce(sum_of_squares, 0) as sum_of_squares

    from in_grains

    where kpi_id = 'K-EFFB' and grain_key is not null

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

    where in_grains.grain_key is not null and based.denominator > 0

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
