-- Grain: one row per blocked contact whose caller tried again at once.
with

fct_calls as (

    select * from {{ ref('fct_calls') }}
    where
        not is_internal
        and coalesce(direction, 'inbound') = 'inbound'
        and outcome in ('answered', 'abandoned', 'flow_out', 'blocked')

),

final as (

    select blocked.contact_id

    from fct_calls as blocked

    inner join fct_calls as later
        on blocked.identity_key = later.identity_key
            and blocked.entered_at <= later.entered_at
            and blocked.entered_at
            >= later.entered_at - interval 1 second * {{ var('busy_retry_seconds') }}
            -- Of two attempts of one instant the greater key is the later.
            and (
                blocked.entered_at < later.entered_at
                or blocked.contact_id < later.contact_id
            )

    where blocked.outcome = 'blocked'

    group by blocked.contact_id

)

select * from final
