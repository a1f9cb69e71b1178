{{ config(severity='warn') }}
-- What a person decided about two keys is so; a row tells which decision is not.
with

reviews as (

    select * from {{ ref('dim_identity_reviews') }}

),

failures as (

    select
        left_key,
        right_key,
        reason

    from reviews
    where reason in ('force_not_kept', 'forbid_not_kept', 'unknown_key')

)

select * from failures
