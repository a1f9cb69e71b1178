-- Grain: one row per KPI statistic, cell and local day of posting: public reviews.
with

fct_reviews as (

    select * from {{ ref('fct_reviews') }}
    where not is_bot and not is_internal

),

kpis as (

    select * from {{ ref('kpis') }}
    where family = 'review' and kind in ('mean', 'proportion')

),

observations as (

    select
        kpis.kpi_id,
        kpis.definition_version,
        kpis.statistic,
        reviews.posted_local_date,
        coalesce(reviews.market, 'unknown') as market,
        coalesce(reviews.product_name, 'unknown') as product_name,
        coalesce(reviews.site, 'unknown') as location,
        case concat_ws(' ', kpis.kpi_id, kpis.statistic)
            when 'K-RATE mean' then cast(10000 * reviews.rating_of_five as bigint)
            when 'K-RATE reply' then cast(reviews.replied_at is not null as bigint)
            when 'K-RATE.REPLY mean' then reviews.reply_calendar_milliseconds
        end as numerator

    from fct_reviews as reviews

    cross join kpis

    where concat_ws(' ', kpis.kpi_id, kpis.statistic)
        in ('K-RATE mean', 'K-RATE reply', 'K-RATE.REPLY mean')

),

-- A review without stars is none of zero; one without a reply has no time to it.
final as (

    select
        kpi_id,
        definition_version,
        statistic,
        posted_local_date as local_date,
        {{ kpi_grain_keys(
            market='market', product='product_name', location='location'
        ) }},
        cast(sum(numerator) as bigint) as numerator,
        count(*) as denominator,
        count(*) as n,
        cast(sum(cast(numerator as decimal(38, 0)) * numerator) as decimal(38, 0))
            as sum_of_squares,
        cast(null as decimal(38, 0)) as sum_denominator_squares,
        cast(null as decimal(38, 0)) as sum_cross_products

    from observations

    where numerator is not null

    group by
        kpi_id,
        definition_version,
        statistic,
        posted_local_date,
        market,
        product_name,
        location

)

select * from final
