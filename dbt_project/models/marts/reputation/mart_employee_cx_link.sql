{{ config(materialized='view') }}
-- Grain: one row per quarter or year with teams of employees and customers.
with

met_employee_links as (

    select * from {{ ref('met_employee_links') }}

),

-- Few teams correlate by chance, and their answers could be told: nothing is shown.
final as (

    select
        period_type,
        period_start,
        count_teams,
        count_team_waves,
        is_published,
        1 as lag_quarters,
        case when is_published then pearson end as pearson,
        case when is_published then pearson_ci_low end as pearson_ci_low,
        case when is_published then pearson_ci_high end as pearson_ci_high,
        case when is_published then spearman end as spearman,
        case when is_published then spearman_ci_low end as spearman_ci_low,
        case when is_published then spearman_ci_high end as spearman_ci_high

    from met_employee_links

)

select * from final
