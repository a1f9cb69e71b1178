{{ config(
    materialized='incremental',
    unique_key=['source_id', 'load_seq'],
    post_hook="{{ set_mark('asterisk__queue_log') }}",
) }}
-- Grain: one row per source instance and load, with the time that its log lines span.
with

log_lines as (

    select * from {{ ref('stg_asterisk__queue_log') }}
    where _load_seq > {{ mark('asterisk__queue_log') }}

),

final as (

    select
        source_id,
        _load_seq as load_seq,
        min(occurred_at) as covered_from,
        max(occurred_at) as covered_to

    from log_lines
    group by source_id, _load_seq

)

select * from final
