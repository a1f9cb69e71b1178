select source_id as order_id, amount from {{ source('raw', 'mapped__orders') }}
