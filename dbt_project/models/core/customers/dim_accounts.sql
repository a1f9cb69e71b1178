-- Grain: one row per account, as it stands.
with

accounts as (

    select * from {{ ref('stg_mapped__accounts') }}

),

latest as (

    select * from accounts
    qualify row_number() over (
            partition by account_id
            order by source_version desc, _load_seq desc, _row_hash desc
        ) = 1

),

final as (

    select
        account_id,
        account_number,
        account_name,
        segment,
        industry,
        market

    from latest
    where _op = 'upsert'

)

select * from final
