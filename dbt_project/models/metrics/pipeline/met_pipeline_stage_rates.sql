-- Grain: one row per stage: deals that were ever in it and how they ended.
with

met_pipeline_deals as (

    select * from {{ ref('met_pipeline_deals') }}
    where outcome in ('won', 'lost')

),

fct_opportunity_stages as (

    select
        opportunity_id,
        stage

    from {{ ref('fct_opportunity_stages') }}

    group by opportunity_id, stage

),

final as (

    select
        stages.stage,
        count(*) filter (where deals.outcome = 'won') as count_won,
        count(*) as count_closed

    from met_pipeline_deals as deals

    inner join fct_opportunity_stages as stages
        on deals.opportunity_id = stages.opportunity_id

    group by stages.stage

)

select * from final
