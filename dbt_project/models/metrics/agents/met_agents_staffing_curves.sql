-- Grain: one row per load of half an hour and number of agents, up to enough of them.
with recursive

met_agents_staffing_loads as (

    select * from {{ ref('met_agents_staffing_loads') }}

),

kpis as (

    select * from {{ ref('kpis') }}

),

kpi_targets as (

    select * from {{ ref('kpi_targets') }}

),

goals as (

    select
        (
            select max(threshold_milliseconds) / 1000.0

            from kpis

            where kpi_id = 'K-SL'
        ) as threshold_seconds,
        (
            select max_by(target, valid_from) / 100.0

            from kpi_targets

            where
                kpi_id = 'K-SL'
                and statistic = 'value'
                and grain_name = 'company'
                and grain_key = '*'
        ) as target_share

),

loads as (

    select
        loads.count_offered,
        loads.handle_seconds,
        cast(loads.count_offered as double) * loads.handle_seconds / 1800 as erlangs,
        cast(goals.threshold_seconds as double) as threshold_seconds,
        cast(goals.target_share as double) as target_share

    from met_agents_staffing_loads as loads

    cross join goals

    group by
        loads.count_offered,
        loads.handle_seconds,
        goals.threshold_seconds,
        goals.target_share

),

-- Erlang's recursion: B(0) = 1, B(n) = a B(n - 1) / (n + a B(n - 1)).
curves as (

    select
        count_offered,
        handle_seconds,
        erlangs,
        threshold_seconds,
        target_share,
        0 as count_agents,
        cast(1 as double) as blocked_share,
        cast(0 as double) as service_level_share

    from loads

    union all

    select
        count_offered,
        handle_seconds,
        erlangs,
        threshold_seconds,
        target_share,
        count_agents + 1 as count_agents,
        erlangs * blocked_share / (count_agents + 1 + erlangs * blocked_share)
            as blocked_share,
        -- Erlang C is a B(n - 1) / (n + a B(n - 1) - a): those who wait.
        case
            when count_agents + 1 > erlangs
                then 1
                    - erlangs * blocked_share
                    / (count_agents + 1 + erlangs * blocked_share - erlangs)
                    * exp(
                        (erlangs - count_agents - 1)
                        * threshold_seconds / handle_seconds
                    )
            else 0
        end as service_level_share

    from curves

    where service_level_share < target_share and count_agents < 1000

),

final as (

    select
        count_offered,
        handle_seconds,
        count_agents,
        round(erlangs, 6) as erlangs,
        round(blocked_share, 6) as blocked_share,
        round(service_level_share, 6) as service_level_share,
        case
            when count_agents > erlangs
                then round(
                        blocked_share
                        / (1 - erlangs / count_agents * (1 - blocked_share))
                        * handle_seconds / (count_agents - erlangs),
                        6
                    )
        end as answer_seconds,
        service_level_share >= target_share as is_enough

    from curves

    where count_agents > 0

)

select * from final
