-- Grain: one row per landed version of a change of a ticket's status, priority or
-- assignee.
with

source as (

    select * from {{ source('raw', 'mapped__ticket_status_changes') }}

),

renamed as (

    select
        _source_id || ':' || source_id as ticket_status_change_id,
        _source_id as source_id,
        _source_id || ':' || ticket_number as ticket_id,
        change_number,
        status,
        priority,
        queue,
        agent_number,
        changed_at,
        _load_seq,
        _landed_at,
        _op,
        source_version,
        source_updated_at,
        _row_hash

    from source

)

select * from renamed
