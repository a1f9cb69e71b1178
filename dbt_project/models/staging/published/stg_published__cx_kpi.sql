-- Grain: one row per landed revision of a closed KPI value; numbers of unknown scale
-- are text.
with

source as (

    select * from {{ source('raw', 'published__cx_kpi') }}

),

renamed as (

    select
        _load_seq as load_seq,
        _op as operation,
        kpi_id,
        cast(definition_version as integer) as definition_version,
        statistic,
        grain_name,
        grain_key,
        period_type,
        period_start,
        period_end,
        cast(revision as integer) as revision,
        numerator,
        denominator,
        try_cast(value as double) as value,
        unit,
        n,
        try_cast(standard_error as double) as standard_error,
        try_cast(ci_low as double) as ci_low,
        try_cast(ci_high as double) as ci_high,
        low_n,
        suppressed,
        try_cast(mature_share as double) as mature_share,
        data_through,
        try_cast(prior_value as double) as prior_value,
        try_cast(delta as double) as delta,
        delta_significant,
        currency_code,
        try_cast(target as double) as target,
        status,
        computed_at,
        run_id

    from source

)

select * from renamed
