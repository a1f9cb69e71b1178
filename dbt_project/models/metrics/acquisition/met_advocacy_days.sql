{{ config(materialized='view') }}
-- Grain: one row per day and period in which customers and referrals are counted.
with

fct_costs as (

    select * from {{ ref('fct_costs') }}

),

fct_referrals as (

    select * from {{ ref('fct_referrals') }}

),

met_periods as (

    select * from {{ ref('met_periods') }}

),

dim_run as (

    select * from {{ ref('dim_run') }}

),

kpis as (

    select
        max(maturity_days) as maturity_days,
        string_agg(period_types, '|') as period_types

    from {{ ref('kpis') }}

    where family in ('referral', 'acquisition_cost')

),

first_days as (

    select min(referred_local_date) as first_day from fct_referrals
    union all
    select min(month_start_date) as first_day from fct_costs

),

beginning as (

    select min(first_day) as first_day from first_days

),

final as (

    select
        met_periods.calendar_date,
        met_periods.period_type,
        met_periods.period_start,
        met_periods.period_end,
        least(met_periods.period_end, dim_run.as_of) as counted_until,
        met_periods.period_end <= dim_run.as_of as is_over,
        cast(
            met_periods.calendar_date + interval 1 day * kpis.maturity_days as date
        ) <= dim_run.as_of as is_mature_day,
        cast(
            met_periods.period_end + interval 1 day * (kpis.maturity_days - 1) as date
        ) <= dim_run.as_of as is_mature,
        kpis.maturity_days

    from met_periods

    inner join kpis
        on concat('|', kpis.period_types, '|')
            like concat('%|', met_periods.period_type, '|%')

    cross join dim_run

    cross join beginning

    where
        met_periods.period_start < dim_run.as_of
        and met_periods.period_end > beginning.first_day

)

select * from final
