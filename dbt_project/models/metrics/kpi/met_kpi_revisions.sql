{{ grows_by_period('met_recounted_kpi_periods', 'fct_published_kpi_values') }}
-- Grain: one row per KPI statistic, version, grain key, period and revision.
with

changed_periods as (

    {{ periods_to_make('met_recounted_kpi_periods', 'fct_published_kpi_values') }}

),

met_kpi_values as (

    select kpi_values.*

    from {{ ref('met_kpi_values') }} as kpi_values

    inner join changed_periods
        on {{ same_kpi_period('kpi_values', 'changed_periods') }}

),

fct_published_kpi_values as (

    select published.*

    from {{ ref('fct_published_kpi_values') }} as published

    inner join changed_periods
        on {{ same_kpi_period('published', 'changed_periods') }}

),

kpis as (

    select * from {{ ref('kpis') }}

),

last_published as (

    select *

    from fct_published_kpi_values

    -- Revisions of a key are numbered without gaps, so there is no tie.
    qualify row_number() over (
            partition by
                {{ kpi_key() }}
            order by revision desc
        ) = 1

),

compared as (

    select
        met_kpi_values.*,
        last_published.revision as published_revision,
        last_published.computed_at as published_computed_at,
        last_published.run_id as published_run_id,
        last_published.revision is not null
        and not (met_kpi_values.numerator is distinct from last_published.numerator)
        and not (met_kpi_values.denominator is distinct from last_published.denominator)
        and not (met_kpi_values.value is distinct from last_published.value)
        and met_kpi_values.n = last_published.n as is_unchanged

    from met_kpi_values

    left join last_published
        on {{ same_kpi_value('met_kpi_values', 'last_published') }}

),

current_values as (

    select
        {{ kpi_key() }},
        period_end,
        case
            when published_revision is null then 0
            when is_unchanged then published_revision
            else published_revision + 1
        end as revision,
        numerator,
        denominator,
        value,
        unit,
        n,
        standard_error,
        ci_low,
        ci_high,
        low_n,
        suppressed,
        mature_share,
        prior_value,
        delta,
        delta_significant,
        target,
        status,
        true as is_computed,
        true as is_current,
        cast(null as timestamp) as data_through,
        cast(null as varchar) as currency_code,
        case when is_unchanged then published_computed_at end as computed_at,
        case when is_unchanged then published_run_id end as run_id

    from compared

),

-- What was published and has lost its rows since: corrected to an empty base, once.
vanished_values as (

    select
        last_published.*,
        kpis.kpi_id is not null as is_registered,
        last_published.n = 0 and last_published.revision > 0 as is_emptied_already

    from last_published

    left join kpis
        on last_published.kpi_id = kpis.kpi_id
            and last_published.statistic = kpis.statistic
            and last_published.definition_version = kpis.definition_version

    where
        not exists (
            select met_kpi_values.kpi_id
            from met_kpi_values
            where
                {{ same_kpi_value('met_kpi_values', 'last_published') }}
        )

),

emptied_values as (

    select
        {{ kpi_key('vanished_values') }},
        vanished_values.period_end,
        vanished_values.revision + 1 as revision,
        cast(0 as bigint) as numerator,
        cast(0 as bigint) as denominator,
        cast(null as double) as value,
        vanished_values.unit,
        cast(0 as bigint) as n,
        cast(null as double) as standard_error,
        cast(null as double) as ci_low,
        cast(null as double) as ci_high,
        true as low_n,
        false as suppressed,
        cast(null as double) as mature_share,
        cast(null as double) as prior_value,
        cast(null as double) as delta,
        cast(null as boolean) as delta_significant,
        vanished_values.target,
        cast(null as varchar) as status,
        false as is_computed,
        true as is_current,
        vanished_values.data_through,
        vanished_values.currency_code,
        cast(null as timestamp) as computed_at,
        cast(null as varchar) as run_id

    from vanished_values

    where vanished_values.is_registered and not vanished_values.is_emptied_already

),

current_keys as (

    select
        {{ kpi_key() }},
        revision

    from current_values

),

-- Everything published before stays, but for the row that the current one repeats.
earlier_values as (

    select
        {{ kpi_key('published') }},
        published.period_end,
        published.revision,
        published.numerator,
        published.denominator,
        published.value,
        published.unit,
        published.n,
        published.standard_error,
        published.ci_low,
        published.ci_high,
        published.low_n,
        published.suppressed,
        published.mature_share,
        published.prior_value,
        published.delta,
        published.delta_significant,
        published.target,
        published.status,
        false as is_computed,
        coalesce(vanished_values.is_emptied_already, false)
        and coalesce(vanished_values.is_registered, false)
        and vanished_values.revision = published.revision as is_current,
        published.data_through,
        published.currency_code,
        published.computed_at,
        published.run_id

    from fct_published_kpi_values as published

    left join current_keys
        on {{ same_kpi_value('published', 'current_keys') }}
            and published.revision = current_keys.revision

    left join vanished_values
        on {{ same_kpi_value('published', 'vanished_values') }}

    where current_keys.kpi_id is null

),

final as (

    select * from current_values

    union all

    select * from emptied_values

    union all

    select * from earlier_values

)

select
    {{ kpi_key() }},
    period_end,
    cast(revision as integer) as revision,
    numerator,
    denominator,
    value,
    unit,
    n,
    standard_error,
    ci_low,
    ci_high,
    low_n,
    suppressed,
    mature_share,
    prior_value,
    delta,
    delta_significant,
    target,
    status,
    is_computed,
    is_current,
    data_through,
    currency_code,
    computed_at,
    run_id
from final
