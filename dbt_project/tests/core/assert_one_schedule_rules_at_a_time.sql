-- Assignments of an unknown kind, and two of one queue, team or company that overlap.
with

schedule_assignments as (

    select * from {{ ref('schedule_assignments') }}

),

dated as (

    select
        assignee_kind,
        case
            when assignee_kind <> 'company' then {{ normalized_text('assignee') }}
        end as assignee,
        coalesce(valid_from, cast('1900-01-01' as timestamp)) as valid_from,
        coalesce(valid_to, cast('9999-12-31' as timestamp)) as valid_to

    from schedule_assignments

),

followed as (

    select
        *,
        lead(valid_from) over (
            partition by assignee_kind, assignee
            order by valid_from
        ) as next_valid_from

    from dated

)

select *
from followed
where
    assignee_kind not in ('company', 'queue', 'team')
    or valid_to > next_valid_from
    or valid_to <= valid_from
