-- Grain: one row per response, method and subject: its items side by side.
with

met_method_items as (

    select * from {{ ref('met_method_items') }}

),

-- Groups that the respondent names beside the items.
named_groups as (

    select
        response_id,
        max(choice_code) filter (where role = 'team') as team_name,
        max(choice_code) filter (where role = 'stakeholder') as stakeholder

    from met_method_items

    where role in ('team', 'stakeholder')

    group by response_id

),

scored_items as (

    select
        response_id,
        survey_id,
        method,
        role,
        position,
        -- Engagement is one score of many items; elsewhere brackets part subjects.
        case
            when method = 'employee_engagement' then 'all' else coalesce(subject, 'all')
        end as subject,
        answered_local_date,
        touchpoint,
        segment,
        market,
        numeric_value,
        scale_minimum,
        scale_maximum,
        rescaled_thousandths

    from met_method_items

    where role not in ('team', 'stakeholder') and numeric_value is not null

),

pivoted as (

    select
        response_id,
        survey_id,
        method,
        subject,
        max(answered_local_date) as answered_local_date,
        max(touchpoint) as touchpoint,
        max(segment) as segment,
        max(market) as market,
        count(*) as count_items,
        count(distinct role) as count_roles,
        cast(sum(rescaled_thousandths) as bigint) as sum_thousandths,
        count(*) filter (where numeric_value = scale_maximum) as count_top_boxes,
        max(numeric_value) filter (where position = 1) as first_score,
        max(numeric_value) filter (where position = 2) as second_score,
        max(numeric_value) filter (where position = 3) as third_score,
        max(rescaled_thousandths) filter (where position = 1) as first_thousandths,
        max(rescaled_thousandths) filter (where position = 2) as second_thousandths,
        min(scale_minimum) = max(scale_minimum)
        and min(scale_maximum) = max(scale_maximum) as is_one_scale

    from scored_items

    group by response_id, survey_id, method, subject

),

final as (

    select
        pivoted.*,
        coalesce(named_groups.team_name, 'unknown') as team_name,
        coalesce(named_groups.stakeholder, 'unknown') as stakeholder,
        case
            when pivoted.method <> 'kano' or pivoted.count_roles < 2 then null
            when
                pivoted.first_score = pivoted.second_score
                and pivoted.first_score in (1, 5)
                then 'contradictory'
            when pivoted.first_score = 5 or pivoted.second_score = 1 then 'reverse'
            when pivoted.first_score = 1 and pivoted.second_score = 5
                then 'one_dimensional'
            when pivoted.first_score = 1 then 'attractive'
            when pivoted.second_score = 5 then 'must_be'
            else 'indifferent'
        end as kano_category

    from pivoted

    left join named_groups
        on pivoted.response_id = named_groups.response_id

)

select * from final
