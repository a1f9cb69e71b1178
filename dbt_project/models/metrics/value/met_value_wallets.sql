-- Grain: one row per person who told what the category costs them: share of wallet.
with

fct_survey_answers as (

    select * from {{ ref('fct_survey_answers') }}

),

dim_run as (

    select * from {{ ref('dim_run') }}

),

latest_answers as (

    select
        customer_id,
        metric,
        numeric_value,
        answered_local_date,
        coalesce(segment, 'unknown') as segment,
        coalesce(market, 'unknown') as market

    from fct_survey_answers

    where
        exclusion_reason is null
        and is_known_customer
        and numeric_value is not null
        and metric in (
            'wallet_own', 'wallet_others', 'wallet_rank', 'wallet_brands'
        )

    -- Of answers of one instant the greater key.
    qualify row_number() over (
            partition by customer_id, metric
            order by answered_at desc, answer_id desc
        ) = 1

),

wallets as (

    select
        customer_id,
        max_by(segment, concat(cast(answered_local_date as varchar), metric))
            as segment,
        max_by(market, concat(cast(answered_local_date as varchar), metric))
            as market,
        max(answered_local_date) as answered_local_date,
        max(numeric_value) filter (where metric = 'wallet_own') as own_amount,
        max(numeric_value) filter (where metric = 'wallet_others') as others_amount,
        max(numeric_value) filter (where metric = 'wallet_rank') as brand_rank,
        max(numeric_value) filter (where metric = 'wallet_brands') as count_brands

    from latest_answers

    group by customer_id

),

-- A negative spend elsewhere, or a rank beyond the brands used, cannot be true.
final as (

    select
        wallets.customer_id,
        dim_run.as_of,
        cast(dim_run.as_of - interval 1 day as date) as snapshot_date,
        wallets.segment,
        wallets.market,
        wallets.answered_local_date,
        wallets.own_amount,
        cast(wallets.own_amount + wallets.others_amount as decimal(18, 2))
            as category_amount,
        wallets.brand_rank,
        cast(wallets.count_brands as integer) as count_brands,
        coalesce(wallets.own_amount >= 0 and wallets.others_amount >= 0, false)
        and wallets.own_amount + wallets.others_amount > 0 as is_counted,
        case
            when
                wallets.own_amount >= 0
                and wallets.others_amount >= 0
                then round(
                        100 * cast(wallets.own_amount as double)
                        / nullif(wallets.own_amount + wallets.others_amount, 0),
                        6
                    )
        end as share_of_wallet_pct,
        case
            when
                wallets.brand_rank >= 1
                and wallets.brand_rank <= wallets.count_brands
                then round(
                        100 * (
                            1 - cast(wallets.brand_rank as double)
                            / (wallets.count_brands + 1)
                        ) * 2 / wallets.count_brands,
                        6
                    )
        end as wallet_allocation_pct

    from wallets

    cross join dim_run

)

select * from final
