-- Grain: one row per persona as of the run.
with

mart_customer_360 as (

    select * from {{ ref('mart_customer_360') }}

),

dim_personas as (

    select * from {{ ref('dim_personas') }}

),

bridge_need_goal_kpi as (

    select * from {{ ref('bridge_need_goal_kpi') }}

),

dim_run as (

    select * from {{ ref('dim_run') }}

),

counted as (

    select
        persona,
        count(*) as count_customers,
        count(*) filter (where lifecycle_state = 'active') as count_active_customers,
        cast(sum(count_orders) as bigint) as count_orders,
        cast(sum(clv_historic_amount) as decimal(18, 2)) as clv_historic_amount,
        cast(sum(clv_historic_real_amount) as decimal(18, 2))
            as clv_historic_real_amount,
        {{ net_promoter_parts() }},
        count(last_csat_score) as count_csat_customers,
        count(*) filter (where last_csat_score >= 4) as count_satisfied,
        cast(sum(count_contacts_last_90d) as bigint) as count_contacts_last_90d,
        count(*) filter (where is_opted_out) as count_opted_out

    from mart_customer_360

    group by persona

),

needs as (

    select
        dim_personas.persona,
        count(distinct bridge_need_goal_kpi.need) as count_needs

    from dim_personas

    inner join bridge_need_goal_kpi
        on bridge_need_goal_kpi.persona in (dim_personas.persona, '*')

    group by dim_personas.persona

),

everybody as (

    select cast(sum(count_customers) as bigint) as count_customers

    from counted

),

-- A persona that nobody fits is shown; so are customers without one.
final as (

    select
        coalesce(dim_personas.persona, counted.persona) as persona,
        dim_run.as_of,
        dim_personas.owner,
        coalesce(needs.count_needs, 0) as count_needs,
        coalesce(counted.count_customers, 0) as count_customers,
        coalesce(everybody.count_customers, 0) as count_all_customers,
        {{ percentage('counted.count_customers', 'everybody.count_customers') }}
            as share_pct,
        coalesce(counted.count_active_customers, 0) as count_active_customers,
        {{ percentage('counted.count_active_customers', 'counted.count_customers') }}
            as active_pct,
        coalesce(counted.count_orders, 0) as count_orders,
        dim_run.currency_code as reporting_currency_code,
        counted.clv_historic_amount,
        counted.clv_historic_real_amount,
        {{ net_promoter_columns('counted') }},
        coalesce(counted.count_csat_customers, 0) as count_csat_customers,
        coalesce(counted.count_satisfied, 0) as count_satisfied,
        {{ percentage('counted.count_satisfied', 'counted.count_csat_customers') }}
            as csat_pct,
        {{ percentage_bound(
            'counted.count_satisfied', 'counted.count_csat_customers', '-'
        ) }} as csat_pct_ci_low,
        {{ percentage_bound(
            'counted.count_satisfied', 'counted.count_csat_customers', '+'
        ) }} as csat_pct_ci_high,
        coalesce(counted.count_contacts_last_90d, 0) as count_contacts_last_90d,
        coalesce(counted.count_opted_out, 0) as count_opted_out

    from dim_personas

    full join counted
        on dim_personas.persona = counted.persona

    left join needs
        on dim_personas.persona = needs.persona

    cross join everybody

    cross join dim_run

)

select * from final
