-- Grain: one row per agent and period in which the team stayed the same.
with

agent_records as (

    select * from {{ ref('stg_mapped__agents') }}

),

parties as (

    select
        party_id,
        name,
        source_id

    from {{ ref('int_calls__parties_resolved') }}
    where kind = 'agent' and source_id = home_source_id

),

{{ version_periods('agent_records', 'agent_record_id', ['team_name']) }},

directories as (

    select
        agent_record_id,
        min(agent_number) as agent_number,
        min(source_id) as source_id,
        bool_or(is_current) as is_current

    from periods
    group by agent_record_id

),

-- Several directories may know one agent: the call center's own, then the first.
leading_records as (

    select
        parties.party_id,
        parties.name,
        parties.source_id,
        directories.agent_record_id

    from parties
    left join directories
        on parties.name = directories.agent_number
    qualify row_number() over (
            partition by parties.party_id
            order by
                coalesce(directories.is_current, false) desc,
                case when directories.source_id = parties.source_id then 0 else 1 end,
                directories.source_id nulls last
        ) = 1

),

listed as (

    select
        leading_records.party_id,
        leading_records.name,
        leading_records.source_id,
        periods.source_id as directory_source_id,
        periods.team_name,
        periods.valid_from,
        periods.valid_to,
        periods.is_current

    from leading_records
    inner join periods
        on leading_records.agent_record_id = periods.agent_record_id

),

numbered as (

    select
        *,
        lead(valid_from, 1, cast('9999-12-31' as timestamp)) over (
            partition by party_id order by valid_from
        ) as next_valid_from

    from listed

),

-- Who left the directory, or never stood in it, has no team but may still take calls.
unlisted as (

    select
        leading_records.party_id,
        leading_records.name,
        leading_records.source_id,
        cast(null as varchar) as directory_source_id,
        cast(null as varchar) as team_name,
        coalesce(numbered.valid_to, cast('1900-01-01' as timestamp)) as valid_from,
        coalesce(numbered.next_valid_from, cast('9999-12-31' as timestamp)) as valid_to,
        coalesce(numbered.next_valid_from, cast('9999-12-31' as timestamp))
        = cast('9999-12-31' as timestamp) as is_current

    from leading_records
    left join numbered
        on leading_records.party_id = numbered.party_id
    where
        numbered.party_id is null
        or numbered.valid_to < numbered.next_valid_from

),

versions as (

    select * from listed
    union all
    select * from unlisted

),

final as (

    select
        md5(concat_ws('|', party_id, valid_from)) as agent_version_id,
        party_id as agent_id,
        name as agent_number,
        source_id,
        directory_source_id || ':' || team_name as team_id,
        team_name,
        directory_source_id,
        valid_from,
        valid_to,
        is_current

    from versions

)

select * from final
