-- Grain: one row per source, kind of statement, channel and local day.
with

met_voc_statements as (

    select * from {{ ref('met_voc_statements') }}

),

dim_run as (

    select * from {{ ref('dim_run') }}

),

dim_sources as (

    select * from {{ ref('dim_sources') }}

),

counted as (

    select
        source_id,
        feedback_kind,
        channel,
        stated_local_date,
        count(*) as count_statements,
        count(*) filter (where is_solicited) as count_solicited,
        count(*) filter (where has_two_words) as count_readable,
        count(*) filter (where sentiment is not null) as count_enriched,
        count(distinct customer_id) as count_customers,
        max(stated_at) as last_stated_at

    from met_voc_statements

    group by source_id, feedback_kind, channel, stated_local_date

),

final as (

    select
        counted.source_id,
        counted.feedback_kind,
        counted.channel,
        counted.stated_local_date,
        counted.count_statements,
        counted.count_solicited,
        counted.count_readable,
        counted.count_enriched,
        counted.count_customers,
        counted.last_stated_at,
        max(counted.stated_local_date) over (
            partition by counted.source_id, counted.feedback_kind, counted.channel
        ) as last_stated_local_date,
        {{ dbt.datediff(
            'max(counted.stated_local_date) over (partition by counted.source_id, '
            ~ 'counted.feedback_kind, counted.channel)',
            'dim_run.as_of',
            'day'
        ) }} as days_since_last_statement,
        dim_sources.data_through

    from counted

    cross join dim_run

    left join dim_sources
        on counted.source_id = dim_sources.source_id

)

select * from final
