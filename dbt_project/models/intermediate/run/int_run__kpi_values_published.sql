{{ config(
    materialized='incremental',
    incremental_strategy='delete+insert',
    unique_key=kpi_key_columns() + ['revision'],
    post_hook="{{ set_mark('published__cx_kpi') }}",
) }}
-- Grain: one row per revision of a closed KPI value that an earlier run published.
with

new_values as (

    select * from {{ ref('stg_published__cx_kpi') }}
    where
        operation = 'upsert'
        and load_seq > {{ mark('published__cx_kpi') }}

),

contenders as (

    select
        *,
        cast(0 as bigint) as change_seq

    from new_values
    {%- if is_incremental() %}
        union all
        select held.*
        from {{ this }} as held
        inner join new_values
            on {{ same_kpi_value('held', 'new_values') }}
                and held.revision = new_values.revision
    {%- endif %}

),

final as (

    select
        {{ star_replacing({
            'change_seq': '(select change_seq from ' ~ ref('stg_meta__run') ~ ')',
        }) }}

    from contenders

    -- A revision handed over twice is the same revision: the first load stays.
    qualify row_number() over (
            partition by
                {{ kpi_key() }},
                revision
            order by load_seq, run_id
        ) = 1

)

select * from final
