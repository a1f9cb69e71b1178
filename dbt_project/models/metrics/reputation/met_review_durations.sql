-- Grain: one row per KPI, cell, local day of posting and duration: replies to reviews.
with

fct_reviews as (

    select * from {{ ref('fct_reviews') }}
    where
        not is_bot
        and not is_internal
        and reply_calendar_milliseconds is not null

),

kpis as (

    select
        kpi_id,
        definition_version

    from {{ ref('kpis') }}

    where kpi_id = 'K-RATE.REPLY'

    group by kpi_id, definition_version

),

counted as (

    select
        kpis.kpi_id,
        kpis.definition_version,
        reviews.posted_local_date,
        coalesce(reviews.market, 'unknown') as market,
        coalesce(reviews.product_name, 'unknown') as product_name,
        coalesce(reviews.site, 'unknown') as location,
        reviews.reply_calendar_milliseconds,
        count(*) as count_values

    from fct_reviews as reviews

    cross join kpis

    group by
        kpis.kpi_id,
        kpis.definition_version,
        reviews.posted_local_date,
        coalesce(reviews.market, 'unknown'),
        coalesce(reviews.product_name, 'unknown'),
        coalesce(reviews.site, 'unknown'),
        reviews.reply_calendar_milliseconds

),

final as (

    select
        kpi_id,
        definition_version,
        posted_local_date as local_date,
        {{ kpi_grain_keys(
            market='market', product='product_name', location='location'
        ) }},
        reply_calendar_milliseconds as milliseconds,
        count_values

    from counted

)

select * from final
