{{ config(severity='warn') }}
-- Of two that are open at once, one is counted as lost sooner or later.
with

renewals as (

    select * from {{ ref('fct_renewals') }}
    where timeliness = 'open'

),

failures as (

    select
        subscription_id,
        count(*) as count_open_renewals

    from renewals
    group by subscription_id
    having count(*) > 1

)

select * from failures
