-- Grain: one row per sales opportunity that is no test.
with

met_pipeline_deals as (

    select * from {{ ref('met_pipeline_deals') }}

),

met_pipeline_stage_rates as (

    select * from {{ ref('met_pipeline_stage_rates') }}

),

fct_opportunity_stages as (

    select * from {{ ref('fct_opportunity_stages') }}

),

dim_run as (

    select * from {{ ref('dim_run') }}

),

stays as (

    select
        opportunity_id,
        count(distinct stage) as count_stages,
        -- When a stay began is not always known; then neither is its length.
        max(case when is_open and is_entry_known then entered_local_date end)
            as stage_entered_on

    from fct_opportunity_stages

    group by opportunity_id

),

final as (

    select
        deals.opportunity_id,
        deals.account_id,
        deals.customer_id,
        deals.owner_id,
        deals.product_name,
        deals.stage as stage_code,
        deals.outcome,
        deals.is_open,
        deals.opened_on,
        deals.close_on,
        deals.is_open and deals.close_on < dim_run.as_of as is_overdue,
        deals.duration_days as cycle_days,
        case when deals.is_open then stays.stage_entered_on end as stage_entered_on,
        case
            when deals.is_open
                then cast({{ dbt.datediff(
                    'stays.stage_entered_on', 'dim_run.as_of', 'day'
                ) }} as integer)
        end as stage_days,
        coalesce(stays.count_stages, 0) as count_stages,
        deals.amount,
        deals.currency_code,
        {{ money('deals.reporting_hundredths') }} as reporting_amount,
        {{ money('deals.real_hundredths') }} as reporting_real_amount,
        deals.reporting_currency_code,
        case when deals.is_open then rates.count_won end as count_won_from_stage,
        case when deals.is_open then rates.count_closed end as count_closed_from_stage,
        case
            when deals.is_open
                then {{ percentage('rates.count_won', 'rates.count_closed') }}
        end as stage_win_pct

    from met_pipeline_deals as deals

    cross join dim_run

    left join stays
        on deals.opportunity_id = stays.opportunity_id

    left join met_pipeline_stage_rates as rates
        on deals.stage = rates.stage

)

select * from final
