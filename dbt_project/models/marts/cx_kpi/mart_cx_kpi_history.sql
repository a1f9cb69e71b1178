{{ config(materialized='view') }}
-- Grain: one row per KPI statistic, version, grain key, period and revision.
with

met_kpi_revisions as (

    select * from {{ ref('met_kpi_revisions') }}

),

dim_run as (

    select * from {{ ref('dim_run') }}

),

dim_sources as (

    select * from {{ ref('dim_sources') }}

),

sources as (

    select min(data_through) as data_through

    from dim_sources

    where status <> 'not_configured'

),

-- What no earlier run published is said by this one.
final as (

    select
        {{ kpi_key('revisions') }},
        revisions.period_end,
        revisions.revision,
        revisions.numerator,
        revisions.denominator,
        revisions.value,
        revisions.unit,
        revisions.n,
        revisions.standard_error,
        revisions.ci_low,
        revisions.ci_high,
        revisions.low_n,
        revisions.suppressed,
        revisions.mature_share,
        case when revisions.is_computed then sources.data_through
            else revisions.data_through
        end as data_through,
        revisions.prior_value,
        revisions.delta,
        revisions.delta_significant,
        case
            when not revisions.is_computed then revisions.currency_code
            when revisions.unit = 'money' then dim_run.currency_code
        end as currency_code,
        revisions.target,
        revisions.status,
        not revisions.is_computed
        or revisions.period_end
        < cast(dim_run.as_of - interval 35 day as date) as is_closed,
        revisions.is_current,
        coalesce(revisions.computed_at, dim_run.frozen_at) as computed_at,
        coalesce(revisions.run_id, dim_run.run_id) as run_id

    from met_kpi_revisions as revisions

    cross join sources

    cross join dim_run

)

select * from final
