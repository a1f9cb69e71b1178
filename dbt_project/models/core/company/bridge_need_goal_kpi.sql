-- Grain: one row per need, strategic goal, KPI and persona.
with

needs_goals_kpis as (

    select * from {{ ref('needs_goals_kpis') }}

),

labels as (

    select * from {{ ref('labels') }}
    where domain in ('need', 'goal')

),

final as (

    select
        needs_goals_kpis.need,
        needs_goals_kpis.goal,
        needs_goals_kpis.kpi_id,
        needs_goals_kpis.persona,
        needs_goals_kpis.stage_code,
        needs_goals_kpis.is_fictional,
        coalesce(need_labels.name_en, needs_goals_kpis.need) as need_name_en,
        coalesce(need_labels.name_fa, needs_goals_kpis.need) as need_name_fa,
        coalesce(need_labels.name_ru, needs_goals_kpis.need) as need_name_ru,
        coalesce(goal_labels.name_en, needs_goals_kpis.goal) as goal_name_en,
        coalesce(goal_labels.name_fa, needs_goals_kpis.goal) as goal_name_fa,
        coalesce(goal_labels.name_ru, needs_goals_kpis.goal) as goal_name_ru

    from needs_goals_kpis
    left join labels as need_labels
        on need_labels.domain = 'need' and needs_goals_kpis.need = need_labels.code
    left join labels as goal_labels
        on goal_labels.domain = 'goal' and needs_goals_kpis.goal = goal_labels.code

)

select * from final
