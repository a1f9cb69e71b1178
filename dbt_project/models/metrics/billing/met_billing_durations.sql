-- Grain: one row per KPI, cell, due day and lead of the first notice.
with

met_invoices as (

    select * from {{ ref('met_invoices') }}

),

met_renewals as (

    select * from {{ ref('met_renewals') }}

),

kpis as (

    select * from {{ ref('kpis') }}

),

notices as (

    select
        'K-NOTICE.I' as kpi_id,
        due_on,
        market,
        segment,
        coalesce(notice_channel, 'unknown') as channel,
        cast(null as varchar) as product_name,
        notice_lead_days

    from met_invoices

    where is_notice_due

    union all

    select
        'K-NOTICE.R' as kpi_id,
        due_on,
        market,
        segment,
        cast(null as varchar) as channel,
        product_name,
        notice_lead_days

    from met_renewals

    where is_due

),

definitions as (

    select
        kpi_id,
        definition_version

    from kpis

    where kind = 'quantile'

    group by kpi_id, definition_version

),

final as (

    select
        notices.kpi_id,
        definitions.definition_version,
        notices.due_on as local_date,
        {{ kpi_grain_keys(
            market='notices.market', segment='notices.segment',
            channel='notices.channel', product='notices.product_name'
        ) }},
        cast(notices.notice_lead_days as bigint) * 86400000 as milliseconds,
        count(*) as count_values

    from notices

    inner join definitions
        on notices.kpi_id = definitions.kpi_id

    where notices.notice_lead_days is not null

    group by
        notices.kpi_id,
        definitions.definition_version,
        notices.due_on,
        notices.market,
        notices.segment,
        notices.channel,
        notices.product_name,
        notices.notice_lead_days

)

select * from final
