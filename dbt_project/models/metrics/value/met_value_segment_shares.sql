-- Grain: one row per period and segment: its share of customers, and how far it moved.
with

met_customer_populations as (

    select * from {{ ref('met_customer_populations') }}
    where period_type in ('month', 'jalali_month')

),

sizes as (

    select
        period_type,
        period_start,
        segment,
        cast(sum(count_customers) as bigint) as count_customers

    from met_customer_populations

    group by period_type, period_start, segment

),

segments as (

    select segment
    from sizes
    group by segment

),

-- While there is no such month the first one is the baseline.
periods as (

    select
        period_type,
        period_start,
        lag(period_start, {{ var('segment_baseline_months') }}) over (
            partition by period_type order by period_start
        ) as lagged_period_start,
        min(period_start) over (partition by period_type) as first_period_start,
        cast(sum(count_customers) as bigint) as count_all_customers

    from sizes

    group by period_type, period_start

),

compared as (

    select
        periods.period_type,
        periods.period_start,
        baselines.period_start as baseline_period_start,
        segments.segment,
        coalesce(sizes.count_customers, 0) as count_customers,
        periods.count_all_customers,
        coalesce(baseline_sizes.count_customers, 0) as count_baseline_customers,
        baselines.count_all_customers as count_all_baseline_customers

    from periods

    inner join periods as baselines
        on periods.period_type = baselines.period_type
            and coalesce(periods.lagged_period_start, periods.first_period_start)
            = baselines.period_start

    cross join segments

    left join sizes
        on periods.period_type = sizes.period_type
            and periods.period_start = sizes.period_start
            and segments.segment = sizes.segment

    left join sizes as baseline_sizes
        on baselines.period_type = baseline_sizes.period_type
            and baselines.period_start = baseline_sizes.period_start
            and segments.segment = baseline_sizes.segment

),

shares as (

    select
        *,
        {{ ratio('count_customers', 'count_all_customers') }} as share,
        {{ ratio('count_baseline_customers', 'count_all_baseline_customers') }}
            as baseline_share

    from compared

),

-- A segment without customers on one side would make the index infinite.
moved as (

    select
        *,
        round(
            (greatest(share, 0.0001) - greatest(baseline_share, 0.0001))
            * ln(greatest(share, 0.0001) / greatest(baseline_share, 0.0001)),
            9
        ) as stability_index_part

    from shares

),

-- Nine decimals, so that the order of summing does not show.
final as (

    select
        *,
        round(
            sum(stability_index_part) over (partition by period_type, period_start),
            6
        ) as stability_index

    from moved

)

select * from final
