-- Grain: one row per owner and month, quarter or year that is not over: what is open,
-- won so far and aimed at.
with

met_pipeline_deals as (

    select * from {{ ref('met_pipeline_deals') }}

),

met_pipeline_stage_rates as (

    select * from {{ ref('met_pipeline_stage_rates') }}

),

met_periods as (

    select * from {{ ref('met_periods') }}

),

sales_targets as (

    select * from {{ ref('sales_targets') }}

),

dim_exchange_rates as (

    select * from {{ ref('dim_exchange_rates') }}

),

dim_run as (

    select * from {{ ref('dim_run') }}

),

last_promise as (

    select max(close_on) as close_on from met_pipeline_deals

),

-- Periods that nobody has promised to close a deal in yet are not looked at.
days as (

    select
        met_periods.period_type,
        met_periods.period_start,
        met_periods.period_end,
        met_periods.calendar_date

    from met_periods

    cross join dim_run

    cross join last_promise

    where
        met_periods.period_type in ('month', 'jalali_month', 'quarter', 'year')
        and met_periods.period_end > dim_run.as_of
        and met_periods.period_start <= last_promise.close_on

),

-- Outcomes of a stage that no closed deal has passed are those of all deals.
all_rates as (

    select
        count(*) filter (where outcome = 'won') as count_won,
        count(*) filter (where outcome in ('won', 'lost')) as count_closed

    from met_pipeline_deals

),

deals as (

    select
        deals.owner_id,
        days.period_type,
        days.period_start,
        deals.is_open,
        deals.outcome,
        deals.reporting_hundredths,
        deals.real_hundredths,
        {{ ratio(
            'coalesce(rates.count_won, all_rates.count_won)',
            'coalesce(rates.count_closed, all_rates.count_closed)'
        ) }} as win_share

    from met_pipeline_deals as deals

    inner join days
        on deals.close_on = days.calendar_date

    cross join all_rates

    left join met_pipeline_stage_rates as rates
        on deals.stage = rates.stage

    where deals.is_open or deals.outcome = 'won'

),

-- Each deal is rounded, so that sums do not depend on their order.
expected as (

    select
        *,
        cast(round(reporting_hundredths * win_share, 0) as bigint)
            as expected_hundredths,
        cast(round(real_hundredths * win_share, 0) as bigint)
            as real_expected_hundredths

    from deals

),

sums as (

    select
        owner_id,
        period_type,
        period_start,
        count(*) filter (where is_open) as count_open,
        coalesce(cast(
            sum(reporting_hundredths) filter (where is_open) as bigint
        ), 0) as open_hundredths,
        coalesce(cast(
            sum(reporting_hundredths) filter (where outcome = 'won') as bigint
        ), 0) as won_hundredths,
        cast(sum(expected_hundredths) filter (where is_open) as bigint)
            as forecast_hundredths,
        cast(sum(real_expected_hundredths) filter (where is_open) as bigint)
            as real_forecast_hundredths

    from expected

    group by owner_id, period_type, period_start

),

periods as (

    select
        period_type,
        period_start,
        period_end

    from days

    group by period_type, period_start, period_end

),

-- A target is an amount per month, of each month that begins in the period.
month_starts as (

    select
        met_periods.period_start as month_start_date,
        periods.period_type,
        periods.period_start

    from met_periods

    inner join periods
        on met_periods.calendar_date >= periods.period_start
            and met_periods.calendar_date < periods.period_end
            and met_periods.calendar_date = met_periods.period_start
            and case periods.period_type
                when 'jalali_month' then 'jalali_month'
                else 'month'
            end = met_periods.period_type

),

targets as (

    select
        sales_targets.owner_id,
        sales_targets.valid_from,
        lead(sales_targets.valid_from, 1, date '9999-12-31') over (
            partition by sales_targets.owner_id order by sales_targets.valid_from
        ) as valid_to,
        sales_targets.monthly_amount,
        sales_targets.currency_code

    from sales_targets

),

target_sums as (

    select
        targets.owner_id,
        month_starts.period_type,
        month_starts.period_start,
        cast(sum({{ reporting_hundredths(
            'targets.monthly_amount', 'rates.exchange_rate'
        ) }}) as bigint) as target_hundredths

    from targets

    inner join month_starts
        on targets.valid_from <= month_starts.month_start_date
            and targets.valid_to > month_starts.month_start_date

    cross join dim_run

    inner join dim_exchange_rates as rates
        on {{ rate_in_force(
            'rates', 'targets.currency_code',
            'least(month_starts.month_start_date, dim_run.as_of)'
        ) }}

    group by targets.owner_id, month_starts.period_type, month_starts.period_start

),

-- An owner with a target and nothing in the pipeline covers nothing.
keys as (

    select
        owner_id,
        period_type,
        period_start

    from sums

    union

    select
        owner_id,
        period_type,
        period_start

    from target_sums

),

final as (

    select
        keys.owner_id,
        keys.period_type,
        keys.period_start,
        coalesce(sums.count_open, 0) as count_open,
        coalesce(sums.open_hundredths, 0) as open_hundredths,
        coalesce(sums.won_hundredths, 0) as won_hundredths,
        -- Who has nothing open waits for nothing; what has no price may be worth much.
        case
            when coalesce(sums.count_open, 0) = 0 then 0
            else sums.forecast_hundredths
        end as forecast_hundredths,
        case
            when coalesce(sums.count_open, 0) = 0 then 0
            else sums.real_forecast_hundredths
        end as real_forecast_hundredths,
        target_sums.target_hundredths

    from keys

    left join sums
        on keys.owner_id = sums.owner_id
            and keys.period_type = sums.period_type
            and keys.period_start = sums.period_start

    left join target_sums
        on keys.owner_id = target_sums.owner_id
            and keys.period_type = target_sums.period_type
            and keys.period_start = target_sums.period_start

)

select * from final
