{{ config(materialized='view') }}
-- Grain: one row per source as of the run.
with

met_identity_sources as (

    select * from {{ ref('met_identity_sources') }}

),

final as (

    select
        source_id,
        as_of,
        snapshot_date,
        count_source_ids,
        count_matched,
        {{ percentage('count_matched', 'count_source_ids') }} as match_rate_pct,
        {{ percentage_bound('count_matched', 'count_source_ids', '-') }}
            as match_rate_pct_ci_low,
        {{ percentage_bound('count_matched', 'count_source_ids', '+') }}
            as match_rate_pct_ci_high,
        count_persons,
        count_source_ids - count_persons as count_known_already,
        {{ percentage('(count_source_ids - count_persons)', 'count_source_ids') }}
            as consolidation_pct,
        count_source_ids < 30 as low_n

    from met_identity_sources

)

select * from final
