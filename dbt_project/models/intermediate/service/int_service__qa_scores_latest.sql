{{ config(
    materialized='incremental',
    unique_key='qa_score_id',
    post_hook="{{ set_mark('mapped__qa_scores') }}",
) }}
-- Grain: one row per one item of an evaluation of a contact, its latest version.
with

qa_scores as (

    select * from {{ ref('stg_mapped__qa_scores') }}
    where _load_seq > {{ mark('mapped__qa_scores') }}

),

run as (

    select * from {{ ref('stg_meta__run') }}

),

new_rows as (

    select
        qa_scores.qa_score_id,
        qa_scores.source_id,
        qa_scores.evaluation_id,
        qa_scores.item,
        qa_scores.interaction_number,
        qa_scores.agent_number,
        qa_scores.evaluator_number,
        qa_scores.mode,
        qa_scores.points_possible,
        qa_scores.points_earned,
        qa_scores.is_auto_fail,
        qa_scores.evaluated_at,
        qa_scores.coached_at,
        cast({{ to_local('qa_scores.evaluated_at', 'run.time_zone') }} as date)
            as evaluated_local_date,
        qa_scores.source_version,
        qa_scores._load_seq,
        qa_scores._landed_at,
        qa_scores._op,
        qa_scores._row_hash

    from qa_scores
    cross join run

),

{{ latest_version('new_rows', 'qa_score_id') }}

select * from final
