{#
Closing CTEs of a type-2 history: what a key said, from when until when. They end in
`periods`, all columns of the rows with valid_from, valid_to (exclusive) and is_current.

Versions stand in the order of the source (source_version, then load, then hash), as in
latest_version, so the current period is the latest version. What a later version says
holds from its changed_at on, whatever an earlier version says of that time: of two
changes in one instant the last stands, and a change dated back hides what it corrects.
A delete ends the history when it landed; what comes back as it was comes back when it
landed again.
#}
{% macro version_periods(
    rows,
    key,
    tracked,
    changed_at='coalesce(source_updated_at, _landed_at)',
    is_valid_ever_since=true
) %}
versions_ordered as (

    select
        *,
        _op in ('delete', 'erase') as is_deleted,
        row_number() over (
            partition by {{ key }} order by source_version, _load_seq, _row_hash
        ) as version_position

    from {{ rows }}

),

versions_after_deletes as (

    select
        *,
        max(case when is_deleted then _landed_at end) over (
            partition by {{ key }}
            order by version_position
            rows between unbounded preceding and 1 preceding
        ) as last_deleted_at

    from versions_ordered

),

versions_dated as (

    select
        *,
        case
            when is_deleted or {{ changed_at }} <= last_deleted_at then _landed_at
            else {{ changed_at }}
        end as version_from

    from versions_after_deletes

),

versions_standing as (

    select * from versions_dated
    qualify coalesce(
            version_from < min(version_from) over (
                partition by {{ key }}
                order by version_position
                rows between 1 following and unbounded following
            ),
            true
        )

),

versions_changed as (

    select * from versions_standing
    qualify lag(is_deleted) over (
            partition by {{ key }} order by version_position
        ) is distinct from is_deleted
        {%- for column in tracked %}
        or lag({{ column }}) over (
            partition by {{ key }} order by version_position
        ) is distinct from {{ column }}
        {%- endfor %}

),

versions_bounded as (

    select
        *,
        {%- if is_valid_ever_since %}
        case
            when lag(version_from) over (
                partition by {{ key }} order by version_position
            ) is null then cast('1900-01-01' as timestamp)
            else version_from
        end as valid_from,
        {%- else %}
        version_from as valid_from,
        {%- endif %}
        coalesce(
            lead(version_from) over (
                partition by {{ key }} order by version_position
            ),
            cast('9999-12-31' as timestamp)
        ) as valid_to

    from versions_changed

),

periods as (

    select
        *,
        valid_to = cast('9999-12-31' as timestamp) as is_current

    from versions_bounded
    where not is_deleted

)
{%- endmacro %}
