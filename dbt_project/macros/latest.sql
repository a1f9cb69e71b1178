{#
Closing CTEs of a model that keeps one row per key: new rows and the held ones of the same
keys compete, by source version, then load, then hash. The key's first landing is kept
whoever wins, since a released load may bring an older one.
#}
{% macro latest_version(rows, key) %}
contenders as (

    select
        *,
        _op in ('delete', 'erase') as is_deleted,
        cast(0 as bigint) as change_seq,
        _landed_at as first_landed_at

    from {{ rows }}
    {%- if is_incremental() %}
    union all
    select * from {{ this }}
    where {{ key }} in (select {{ key }} from {{ rows }})
    {%- endif %}

),

final as (

    select
        {{ star_replacing({
            'change_seq': '(select change_seq from ' ~ ref('stg_meta__run') ~ ')',
            'first_landed_at': 'min(first_landed_at) over (partition by ' ~ key ~ ')',
        }) }}

    from contenders
    qualify row_number() over (
        partition by {{ key }}
        order by source_version desc, _load_seq desc, _row_hash desc
    ) = 1

)
{%- endmacro %}
