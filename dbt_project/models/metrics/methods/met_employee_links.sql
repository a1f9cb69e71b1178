-- Grain: one row per period: correlation of teams' eNPS with their customers' CSAT.
with

met_employee_team_waves as (

    select * from {{ ref('met_employee_team_waves') }}

),

met_periods as (

    select * from {{ ref('met_periods') }}
    where period_type in ('quarter', 'year')

),

waves as (

    select
        met_periods.period_type,
        met_periods.period_start,
        team_waves.team_name,
        team_waves.enps,
        team_waves.csat_pct,
        team_waves.count_employees >= {{ var('employee_link_minimum_answers') }}
        and team_waves.count_customers >= {{ var('employee_link_minimum_answers') }}
            as is_large

    from met_employee_team_waves as team_waves

    inner join met_periods
        on team_waves.period_start = met_periods.calendar_date

),

-- Equal values share the mean of their ranks.
ranked as (

    select
        *,
        rank() over (partition by period_type, period_start order by enps)
        + (count(*) over (partition by period_type, period_start, enps) - 1) / 2.0
            as enps_rank,
        rank() over (partition by period_type, period_start order by csat_pct)
        + (count(*) over (partition by period_type, period_start, csat_pct) - 1) / 2.0
            as csat_rank

    from waves

    where is_large

),

-- Nine decimals, so that a perfect correlation is one whatever the order of the sums.
correlated as (

    select
        period_type,
        period_start,
        count(*) as count_team_waves,
        count(distinct team_name) as count_teams,
        case
            when count(distinct enps) > 1 and count(distinct csat_pct) > 1
                then round(corr(enps, csat_pct), 9)
        end as pearson,
        case
            when count(distinct enps) > 1 and count(distinct csat_pct) > 1
                then round(corr(enps_rank, csat_rank), 9)
        end as spearman

    from ranked

    group by period_type, period_start

),

final as (

    select
        period_type,
        period_start,
        count_team_waves,
        count_teams,
        pearson is not null
        and (
            count_teams >= {{ var('employee_link_minimum_teams') }}
            or count_team_waves >= {{ var('employee_link_minimum_waves') }}
        ) as is_published,
        round(pearson, 6) as pearson,
        round(spearman, 6) as spearman,
        {{ fisher_bound('pearson', 'count_team_waves', '-') }} as pearson_ci_low,
        {{ fisher_bound('pearson', 'count_team_waves', '+') }} as pearson_ci_high,
        {{ fisher_bound('spearman', 'count_team_waves', '-') }} as spearman_ci_low,
        {{ fisher_bound('spearman', 'count_team_waves', '+') }} as spearman_ci_high

    from correlated

)

select * from final
