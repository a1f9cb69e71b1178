-- Grain: one row per account and period in which nothing of it changed.
with

accounts as (

    select * from {{ ref('stg_mapped__accounts') }}

),

{{ version_periods(
    'accounts',
    'account_id',
    ['account_name', 'segment', 'industry', 'market'],
) }},

final as (

    select
        md5(concat_ws('|', account_id, valid_from)) as account_version_id,
        account_id,
        account_number,
        source_id,
        account_name,
        segment,
        industry,
        market,
        valid_from,
        valid_to,
        is_current

    from periods

)

select * from final
