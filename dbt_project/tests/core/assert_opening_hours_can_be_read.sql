-- Hours that open before they close and are written as HH:MM.
select *
from {{ ref('dim_business_hours') }}
where
    not {{ matches('opens_at', '^([01][0-9]|2[0-3]):[0-5][0-9]$') }}
    or not {{ matches('closes_at', '^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$') }}
    or closes_at <= opens_at
    or valid_to <= valid_from
