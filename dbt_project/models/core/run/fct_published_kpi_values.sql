-- Grain: one row per revision of a closed KPI value that an earlier run published.
with

kpi_values_published as (

    select * from {{ ref('int_run__kpi_values_published') }}

),

final as (

    select
        {{ kpi_key() }},
        period_end,
        revision,
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
        data_through,
        prior_value,
        delta,
        delta_significant,
        currency_code,
        target,
        status,
        computed_at,
        run_id,
        change_seq

    from kpi_values_published

)

select * from final
