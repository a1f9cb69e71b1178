{{ config(materialized='view') }}
-- Grain: one row per grain and key of the KPI values.
with

mart_cx_kpi_history as (

    select * from {{ ref('mart_cx_kpi_history') }}

),

labels as (

    select * from {{ ref('labels') }}

),

dim_queues as (

    select * from {{ ref('dim_queues') }}

),

dim_agents_current as (

    select * from {{ ref('dim_agents_current') }}

),

dim_surveys as (

    select * from {{ ref('dim_surveys') }}

),

dim_questions as (

    select * from {{ ref('dim_questions') }}

),

keys as (

    select
        grain_name,
        grain_key

    from mart_cx_kpi_history

    where is_current

    group by
        grain_name,
        grain_key

),

-- What the company's own systems call the key.
own_names as (

    select
        'queue' as grain_name,
        queue_id as grain_key,
        queue_name as own_name,
        cast(null as varchar) as metric
    from dim_queues

    union all

    select
        'agent' as grain_name,
        agent_id as grain_key,
        agent_number as own_name,
        cast(null as varchar) as metric
    from dim_agents_current

    union all

    select
        'survey' as grain_name,
        survey_id as grain_key,
        survey_name as own_name,
        cast(null as varchar) as metric
    from dim_surveys

    union all

    select
        'question' as grain_name,
        question_id as grain_key,
        coalesce(question_text, question_number) as own_name,
        case when question_text is null then metric end as metric
    from dim_questions

    union all

    -- Sellers are known by number only: the number without its source.
    select
        grain_name,
        grain_key,
        split_part(grain_key, ':', 2) as own_name,
        cast(null as varchar) as metric
    from keys
    where grain_name = 'owner'

),

named as (

    select
        keys.grain_name,
        keys.grain_key,
        coalesce(own_names.own_name, keys.grain_key) as own_name,
        own_names.metric

    from keys
    left join own_names
        on keys.grain_name = own_names.grain_name
            and keys.grain_key = own_names.grain_key

),

final as (

    select
        named.grain_name,
        named.grain_key,
        labels.sort_order,
        coalesce(
            labels.name_en,
            metrics.name_en || ' (' || named.own_name || ')',
            people.name_en || ' ' || named.own_name,
            named.own_name
        ) as name_en,
        coalesce(
            labels.name_fa,
            metrics.name_fa || ' (' || named.own_name || ')',
            people.name_fa || ' ' || named.own_name,
            named.own_name
        ) as name_fa,
        coalesce(
            labels.name_ru,
            metrics.name_ru || ' (' || named.own_name || ')',
            people.name_ru || ' ' || named.own_name,
            named.own_name
        ) as name_ru

    from named

    -- A label of the company's own, in `labels`, comes before what its systems say.
    left join labels
        on named.grain_name = labels.domain
            and named.own_name = labels.code

    left join labels as metrics
        on metrics.domain = 'metric'
            and named.metric = metrics.code

    left join labels as people
        on people.domain = 'grain'
            and named.grain_name = people.code
            and named.grain_name in ('agent', 'owner')

)

select * from final
