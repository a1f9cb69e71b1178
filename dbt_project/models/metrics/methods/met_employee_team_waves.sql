-- Grain: one row per team and quarter of an employee survey, with customers' next one.
with

met_method_cells as (

    select * from {{ ref('met_method_cells') }}
    where kpi_id = 'K-ENPS' and team_key <> 'unknown'

),

met_survey_scores as (

    select * from {{ ref('met_survey_scores') }}
    where
        metric = 'csat'
        and scale_maximum = 5
        and horizon = 'transactional'
        and agent_id is not null

),

dim_agents as (

    select * from {{ ref('dim_agents') }}

),

met_periods as (

    select * from {{ ref('met_periods') }}
    where period_type = 'quarter'

),

employees as (

    select
        cells.team_key as team_name,
        met_periods.period_start,
        met_periods.period_end,
        cast(sum(cells.numerator) as bigint) as net_promoters,
        cast(sum(cells.n) as bigint) as count_employees

    from met_method_cells as cells

    inner join met_periods
        on cells.local_date = met_periods.calendar_date

    group by cells.team_key, met_periods.period_start, met_periods.period_end

),

customers as (

    select
        dim_agents.team_name,
        met_periods.period_start,
        cast(sum(
            case when scores.numeric_value >= 4 then scores.count_responses else 0 end
        ) as bigint) as count_satisfied,
        cast(sum(scores.count_responses) as bigint) as count_customers

    from met_survey_scores as scores

    inner join met_periods
        on scores.answered_local_date = met_periods.calendar_date

    inner join dim_agents
        on scores.agent_id = dim_agents.agent_id
            and scores.answered_local_date >= cast(dim_agents.valid_from as date)
            and scores.answered_local_date < cast(dim_agents.valid_to as date)

    group by dim_agents.team_name, met_periods.period_start

),

final as (

    select
        employees.team_name,
        employees.period_start,
        employees.count_employees,
        customers.count_customers,
        {{ percentage('employees.net_promoters', 'employees.count_employees') }}
            as enps,
        {{ percentage('customers.count_satisfied', 'customers.count_customers') }}
            as csat_pct

    from employees

    inner join customers
        on employees.team_name = customers.team_name
            and employees.period_end = customers.period_start

)

select * from final
