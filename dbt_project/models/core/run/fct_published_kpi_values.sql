-- Grain: one row per revision of a closed KPI value that an earlier run published.
with

stg_published__cx_kpi as (

    select * from {{ ref('stg_published__cx_kpi') }}

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
        run_id

    from stg_published__cx_kpi

    where operation = 'upsert'

    -- A revision handed over twice is the same revision: the first load stays.
    qualify row_number() over (
            partition by
                {{ kpi_key() }},
                revision
            order by load_seq, run_id
        ) = 1

)

select * from final
