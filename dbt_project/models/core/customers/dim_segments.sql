-- Grain: one row per segment that a customer or account ever had.
with

customers as (

    select * from {{ ref('dim_customers') }}

),

accounts as (

    select * from {{ ref('dim_accounts') }}

),

labels as (

    select * from {{ ref('labels') }}
    where domain = 'segment'

),

members as (

    select
        coalesce(segment, 'unknown') as segment,
        customer_id,
        cast(null as varchar) as account_id,
        is_current and not is_internal as is_member

    from customers
    union all
    select
        coalesce(segment, 'unknown') as segment,
        cast(null as varchar) as customer_id,
        account_id,
        is_current as is_member

    from accounts
    union all
    -- Facts of nobody's stand here, also while everybody has a segment.
    select
        'unknown' as segment,
        cast(null as varchar) as customer_id,
        cast(null as varchar) as account_id,
        false as is_member

),

counted as (

    select
        segment,
        count(distinct case when is_member then customer_id end) as count_customers,
        count(distinct case when is_member then account_id end) as count_accounts

    from members
    group by segment

),

final as (

    select
        counted.segment,
        cast(coalesce(labels.sort_order, 999) as integer) as sort_order,
        coalesce(labels.name_en, counted.segment) as name_en,
        coalesce(labels.name_fa, counted.segment) as name_fa,
        coalesce(labels.name_ru, counted.segment) as name_ru,
        counted.count_customers,
        counted.count_accounts

    from counted
    left join labels
        on counted.segment = labels.code

)

select * from final
