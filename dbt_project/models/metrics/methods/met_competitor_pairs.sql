-- Grain: one row per respondent who rated us or a competitor, and competitor.
with

met_method_items as (

    select * from {{ ref('met_method_items') }}
    where method = 'competitor' and numeric_value is not null

),

scored as (

    select
        response_id,
        survey_id,
        answered_local_date,
        role,
        coalesce(subject, 'unknown') as competitor,
        cast(numeric_value >= 9 as integer)
        - cast(numeric_value <= 6 as integer) as net_class,
        numeric_value

    from met_method_items

),

rated_competitors as (

    select
        survey_id,
        competitor

    from scored

    where role = 'rival'

    group by survey_id, competitor

),

respondents as (

    select
        response_id,
        survey_id

    from scored

    group by response_id, survey_id

),

-- Our own score stands against each competitor of the same survey.
final as (

    select
        coalesce(own.response_id, rival.response_id) as response_id,
        rated_competitors.survey_id,
        rated_competitors.competitor,
        coalesce(own.answered_local_date, rival.answered_local_date)
            as answered_local_date,
        own.net_class as own_class,
        rival.net_class as rival_class,
        own.numeric_value as own_score,
        rival.numeric_value as rival_score

    from rated_competitors

    inner join respondents
        on rated_competitors.survey_id = respondents.survey_id

    left join scored as own
        on respondents.response_id = own.response_id and own.role = 'own'

    left join scored as rival
        on respondents.response_id = rival.response_id
            and rated_competitors.competitor = rival.competitor
            and rival.role = 'rival'

    where own.response_id is not null or rival.response_id is not null

)

select * from final
