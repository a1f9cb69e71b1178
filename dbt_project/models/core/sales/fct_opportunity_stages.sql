-- Grain: one row per stay of an opportunity in a stage.
with

entries as (

    select * from {{ ref('int_sales__opportunity_stages_unified') }}

),

opportunities as (

    select * from {{ ref('fct_opportunities') }}

),

run as (

    select * from {{ ref('stg_meta__run') }}

),

-- Entering the stage it is in already is no move.
moves as (

    select entries.*
    from entries
    inner join run
        on {{ is_before_as_of('entries.entered_local_date') }}
    qualify entries.stage is distinct from lag(entries.stage) over (
            partition by entries.opportunity_id
            order by entries.entered_at, entries.entry_key
        )

),

stays as (

    select
        *,
        row_number() over (
            partition by opportunity_id order by entered_at, entry_key
        ) as stay_number,
        row_number() over (
            partition by opportunity_id, stage order by entered_at, entry_key
        ) as visit_number,
        lead(entered_at) over (
            partition by opportunity_id order by entered_at, entry_key
        ) as left_at,
        lead(entered_local_date) over (
            partition by opportunity_id order by entered_at, entry_key
        ) as next_local_date

    from moves

),

final as (

    select
        md5(stays.entry_key) as stay_id,
        stays.opportunity_id,
        stays.source_id,
        opportunities.customer_id,
        opportunities.account_id,
        opportunities.owner_id,
        opportunities.product_name,
        stays.stage,
        stays.stay_number,
        stays.visit_number,
        stays.entered_at,
        stays.entered_local_date,
        stays.left_at,
        -- A deal that closes leaves its last stage that day.
        case
            when stays.left_at is not null then stays.next_local_date
            when
                opportunities.outcome is not null
                and opportunities.closed_on < run.as_of
                then greatest(opportunities.closed_on, stays.entered_local_date)
            when opportunities.outcome is not null then stays.entered_local_date
        end as left_local_date,
        stays.left_at is null and opportunities.outcome is null as is_open,
        stays.is_entry_known,
        opportunities.is_internal

    from stays
    inner join opportunities
        on stays.opportunity_id = opportunities.opportunity_id
    cross join run

)

select * from final
