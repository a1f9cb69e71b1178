{{ config(severity='warn') }}
-- Who entered a queue was answered, gave up or was led elsewhere; a row tells who was
-- not.
with

entries as (

    select * from {{ ref('fct_queue_entries') }}
    where outcome is null or outcome not in ('blocked', 'ivr_only')

),

counted_by_queue as (

    select
        queue_id,
        count(*) as count_entered,
        count(*) filter (where not is_open and outcome = 'answered') as count_answered,
        count(*) filter (where not is_open and outcome = 'abandoned')
            as count_abandoned,
        count(*) filter (where not is_open and outcome = 'flow_out') as count_flow_out,
        count(*) filter (where is_open) as count_open,
        min(entered_at) filter (where is_open) as open_since

    from entries
    group by queue_id

)

select * from counted_by_queue
where
    count_open > 0
    or count_entered <> count_answered + count_abandoned + count_flow_out + count_open
