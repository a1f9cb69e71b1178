-- Grain: one row per survey, feature, segment and quarter.
with

met_method_responses as (

    select * from {{ ref('met_method_responses') }}
    where kano_category is not null

),

met_periods as (

    select * from {{ ref('met_periods') }}
    where period_type = 'quarter'

),

dim_surveys as (

    select * from {{ ref('dim_surveys') }}

),

surveys as (

    select
        survey_id,
        10 * count(*) filter (where kano_category = 'contradictory')
        <= count(*) as is_valid

    from met_method_responses

    group by survey_id

),

counted as (

    select
        responses.survey_id,
        responses.subject as feature,
        responses.segment,
        met_periods.period_start,
        met_periods.period_end,
        count(*) as count_pairs,
        count(*) filter (
            where responses.kano_category = 'must_be'
        ) as count_must_be,
        count(*) filter (
            where responses.kano_category = 'one_dimensional'
        ) as count_one_dimensional,
        count(*) filter (
            where responses.kano_category = 'attractive'
        ) as count_attractive,
        count(*) filter (
            where responses.kano_category = 'indifferent'
        ) as count_indifferent,
        count(*) filter (
            where responses.kano_category = 'reverse'
        ) as count_reverse,
        count(*) filter (
            where responses.kano_category = 'contradictory'
        ) as count_contradictory

    from met_method_responses as responses

    inner join met_periods
        on responses.answered_local_date = met_periods.calendar_date

    group by
        responses.survey_id,
        responses.subject,
        responses.segment,
        met_periods.period_start,
        met_periods.period_end

),

ranked as (

    select
        counted.*,
        surveys.is_valid,
        counted.count_pairs
        - counted.count_reverse
        - counted.count_contradictory as count_classified,
        greatest(
            counted.count_must_be,
            counted.count_one_dimensional,
            counted.count_attractive,
            counted.count_indifferent
        ) as count_first

    from counted

    inner join surveys
        on counted.survey_id = surveys.survey_id

),

-- Ties go to what hurts more when it lacks: M before O before A before I.
classified as (

    select
        *,
        case count_first
            when 0 then null
            when count_must_be then 'must_be'
            when count_one_dimensional then 'one_dimensional'
            when count_attractive then 'attractive'
            else 'indifferent'
        end as leading_category

    from ranked

),

compared as (

    select
        *,
        greatest(
            case when leading_category <> 'must_be' then count_must_be else 0 end,
            case
                when leading_category <> 'one_dimensional'
                    then count_one_dimensional
                else 0
            end,
            case when leading_category <> 'attractive' then count_attractive else 0 end,
            case
                when leading_category <> 'indifferent' then count_indifferent else 0
            end
        ) as count_second

    from classified

),

final as (

    select
        compared.survey_id,
        dim_surveys.survey_name,
        compared.feature,
        compared.segment,
        compared.period_start,
        compared.period_end,
        compared.count_pairs,
        compared.count_must_be,
        compared.count_one_dimensional,
        compared.count_attractive,
        compared.count_indifferent,
        compared.count_reverse,
        compared.count_contradictory,
        compared.count_classified,
        compared.is_valid,
        case when compared.is_valid then compared.leading_category end as kano_category,
        case
            when compared.is_valid
                then
                    compared.count_first - compared.count_second
                    <= {{ var('kano_mixed_share') }} * compared.count_classified
        end as is_mixed,
        case
            when compared.is_valid
                then round({{ ratio(
                    '(compared.count_attractive + compared.count_one_dimensional)',
                    'compared.count_classified'
                ) }}, 6)
        end as better,
        case
            when compared.is_valid
                then round({{ ratio(
                    '-(compared.count_one_dimensional + compared.count_must_be)',
                    'compared.count_classified'
                ) }}, 6)
        end as worse,
        case
            when compared.is_valid
                then round({{ ratio(
                    '(compared.count_classified - compared.count_indifferent)',
                    'compared.count_classified'
                ) }}, 6)
        end as total_strength,
        case
            when compared.is_valid
                then round({{ ratio(
                    '(compared.count_first - compared.count_second)',
                    'compared.count_classified'
                ) }}, 6)
        end as category_strength,
        compared.count_classified < 30 as low_n

    from compared

    left join dim_surveys
        on compared.survey_id = dim_surveys.survey_id

)

select * from final
