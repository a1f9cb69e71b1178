-- Grain: one row per channel.
with

channels as (

    select * from {{ ref('channels') }}

),

labels as (

    select * from {{ ref('labels') }}
    where domain = 'channel'

),

final as (

    select
        channels.channel,
        channels.channel_family,
        labels.sort_order,
        labels.name_en,
        labels.name_fa,
        labels.name_ru

    from channels
    left join labels
        on channels.channel = labels.code

)

select * from final
