{{ config(materialized='view', tags=['cases']) }}
select order_id, amount from {{ ref('fct_orders') }}
