-- Grain: one row per KPI statistic, cell and local day of sending.
with

fct_survey_invitations as (

    select * from {{ ref('fct_survey_invitations') }}

),

kpis as (

    select * from {{ ref('kpis') }}

),

invitations as (

    select
        sent_local_date,
        horizon,
        survey_id,
        coalesce(touchpoint, 'unknown') as touchpoint,
        coalesce(segment, 'unknown') as segment,
        coalesce(market, 'unknown') as market,
        coalesce(channel, 'unknown') as channel,
        -- A sender that reports nothing back is taken at its word.
        coalesce(delivery_status, 'sent') as delivery_status,
        is_started or is_completed as is_started,
        is_completed

    from fct_survey_invitations

    where
        not is_internal
        and sent_local_date is not null
        and coalesce(delivery_status, 'sent')
        in ('sent', 'delivered', 'bounced', 'blocked')

),

counted as (

    select
        sent_local_date,
        horizon,
        survey_id,
        touchpoint,
        segment,
        market,
        channel,
        count(*) as count_sent,
        count(*) filter (where delivery_status = 'bounced') as count_bounced,
        count(*) filter (where delivery_status in ('sent', 'delivered'))
            as count_delivered,
        count(*) filter (
            where delivery_status in ('sent', 'delivered') and is_started
        ) as count_started,
        count(*) filter (
            where delivery_status in ('sent', 'delivered') and is_completed
        ) as count_completed

    from invitations

    group by
        sent_local_date,
        horizon,
        survey_id,
        touchpoint,
        segment,
        market,
        channel

),

parts as (

    select
        kpis.kpi_id,
        kpis.definition_version,
        kpis.statistic,
        counted.*,
        case kpis.statistic
            when 'value' then counted.count_completed
            when 'bounce' then counted.count_bounced
            when 'start' then counted.count_started
            when 'completion' then counted.count_completed
            when 'partial' then counted.count_started - counted.count_completed
        end as numerator,
        case kpis.statistic
            when 'bounce' then counted.count_sent
            when 'completion' then counted.count_started
            else counted.count_delivered
        end as denominator

    from counted

    inner join kpis
        on counted.horizon = kpis.horizon
            and kpis.family = 'survey_response'

),

final as (

    select
        kpi_id,
        definition_version,
        statistic,
        sent_local_date as local_date,
        {{ kpi_grain_keys(
            market='market', segment='segment', touchpoint='touchpoint',
            channel='channel', survey='survey_id'
        ) }},
        numerator,
        denominator,
        denominator as n,
        cast(numerator as decimal(38, 0)) as sum_of_squares,
        cast(null as decimal(38, 0)) as sum_denominator_squares,
        cast(null as decimal(38, 0)) as sum_cross_products

    from parts

)

select * from final
