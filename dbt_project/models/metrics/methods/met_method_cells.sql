-- Grain: one row per KPI statistic, cell and local day of the answers to a method.
with

met_method_responses as (

    select * from {{ ref('met_method_responses') }}

),

kpis as (

    select * from {{ ref('kpis') }}
    where family = 'method' and kind in ('proportion', 'net', 'mean')

),

-- More than a tenth of contradictions, and what the survey says of wishes is not used.
kano_surveys as (

    select
        survey_id,
        10 * count(*) filter (where kano_category = 'contradictory')
        <= count(*) as is_valid

    from met_method_responses

    where kano_category is not null

    group by survey_id

),

-- Who left out an item that a method needs is out of its base.
complete_responses as (

    select
        responses.*,
        coalesce(kano_surveys.is_valid, true) as is_valid,
        cast(round(
            cast(responses.sum_thousandths as decimal(18, 4)) / responses.count_items
        ) as bigint) as mean_thousandths,
        cast(responses.first_score >= 4 as integer) as is_needed_met,
        cast(responses.second_score >= 4 as integer) as is_easy,
        cast(responses.third_score >= 4 as integer) as is_enjoyable

    from met_method_responses as responses

    left join kano_surveys
        on responses.method = 'kano' and responses.survey_id = kano_surveys.survey_id

    where
        case responses.method
            when 'loyalty' then responses.count_roles = 3
            when 'pyramid' then responses.count_roles = 3
            when 'reputation' then responses.count_roles >= 3
            when 'kano' then responses.count_roles = 2
            when 'expectation' then responses.count_roles = 2 and responses.is_one_scale
            when 'task_ease' then true
            when 'employee_recommendation' then true
            when 'employee_engagement' then true
            else false
        end

),

observations as (

    select
        kpis.kpi_id,
        kpis.definition_version,
        kpis.statistic,
        kpis.kind,
        responses.*,
        case concat_ws(' ', kpis.kpi_id, kpis.statistic)
            when 'K-LOY value' then responses.sum_thousandths
            when 'K-SCI value' then cast(responses.count_top_boxes = 3 as integer)
            when 'K-PYR level1' then responses.is_needed_met
            when 'K-PYR level2' then responses.is_needed_met * responses.is_easy
            when 'K-PYR level3'
                then
                    responses.is_needed_met * responses.is_easy * responses.is_enjoyable
            when 'K-PYR index'
                then
                    100 * (
                        responses.is_needed_met
                        + responses.is_easy
                        + responses.is_enjoyable
                        - cast(responses.first_score <= 2 as integer)
                        - cast(responses.second_score <= 2 as integer)
                        - cast(responses.third_score <= 2 as integer)
                    )
            when 'K-KANO better'
                then
                    cast(
                        responses.kano_category in ('attractive', 'one_dimensional')
                        as integer
                    )
            when 'K-KANO worse'
                then
                    -cast(
                        responses.kano_category in ('must_be', 'one_dimensional')
                        as integer
                    )
            when 'K-KANO strength'
                then cast(responses.kano_category <> 'indifferent' as integer)
            when 'K-KANO contradiction'
                then cast(responses.kano_category = 'contradictory' as integer)
            when 'K-EXPGAP value'
                then responses.first_thousandths - responses.second_thousandths
            when 'K-TASK ease' then cast(100 * responses.first_score as bigint)
            when 'K-ENPS value'
                then
                    cast(responses.first_score >= 9 as integer)
                    - cast(responses.first_score <= 6 as integer)
            else responses.mean_thousandths
        end as numerator

    from complete_responses as responses

    inner join kpis
        on responses.method = kpis.metric

    where
        kpis.kpi_id <> 'K-KANO'
        or kpis.statistic = 'contradiction'
        or (
            responses.is_valid
            and responses.kano_category not in ('contradictory', 'reverse')
        )

),

-- Employees are cut by team alone, stakeholders by their group alone.
final as (

    select
        kpi_id,
        definition_version,
        statistic,
        answered_local_date as local_date,
        {{ kpi_grain_keys(
            market='market', segment='segment', touchpoint='touchpoint',
            survey='survey_id', team='team_name', feature='subject',
            task='subject', stakeholder='stakeholder'
        ) }},
        cast(sum(numerator) as bigint) as numerator,
        count(*) as denominator,
        count(*) as n,
        cast(sum(cast(numerator as decimal(38, 0)) * numerator) as decimal(38, 0))
            as sum_of_squares,
        cast(null as decimal(38, 0)) as sum_denominator_squares,
        cast(null as decimal(38, 0)) as sum_cross_products

    from observations

    group by
        kpi_id,
        definition_version,
        statistic,
        answered_local_date,
        market,
        segment,
        touchpoint,
        survey_id,
        team_name,
        subject,
        stakeholder

)

select * from final
