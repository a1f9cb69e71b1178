-- Grain: one row per landed version of one item of an evaluation of a contact.
with

source as (

    select * from {{ source('raw', 'mapped__qa_scores') }}

),

renamed as (

    select
        _source_id || ':' || source_id as qa_score_id,
        _source_id as source_id,
        _source_id || ':' || evaluation_number as evaluation_id,
        item,
        interaction_number,
        agent_number,
        evaluator_number,
        mode,
        points_possible,
        points_earned,
        is_auto_fail,
        evaluated_at,
        coached_at,
        _load_seq,
        _landed_at,
        _op,
        source_version,
        source_updated_at,
        _row_hash

    from source

)

select * from renamed
