select
    'K-NPS' as kpi_id, 'value' as statistic, 'company' as grain_name, 'all' as grain_key,
    'month' as period_type, date '2026-10-01' as period_start, date '2026-11-01' as period_end,
    cast(sum(amount) as double) as value, 'points' as unit, '+0.0' as display_format, true as is_headline, count(*) as n,
    cast(null as double) as target, cast(null as varchar) as status,
    cast(null as double) as delta, cast(null as boolean) as delta_significant,
    false as suppressed, 'higher_is_better' as direction
from {{ ref('fct_orders') }}
