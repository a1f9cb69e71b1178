{{ config(severity='warn') }}
-- Moves that no journey allows are kept and shown here: a rule, a seed or the data is
-- wrong. A rule of stages is not broken by one night: they are looked for once a week.
with

steps as (

    select
        journey,
        previous_stage_code,
        stage_code,
        path_id,
        entered_local_date as entered_on

    from {{ ref('fct_journey_steps') }}
    where not is_allowed and {{ tests_all_rows() }}
    union all
    select
        'lifecycle' as journey,
        previous_lifecycle_state as previous_stage_code,
        lifecycle_state as stage_code,
        customer_id as path_id,
        entered_on

    from {{ ref('met_lifecycle_spells') }}
    where not is_allowed and {{ tests_all_rows() }}

)

select
    journey,
    previous_stage_code,
    stage_code,
    count(*) as count_steps,
    min(entered_on) as first_entered_on,
    min(path_id) as first_path_id

from steps
group by journey, previous_stage_code, stage_code
