{# Money in hundredths of the company's currency, at a rate that was in force. #}
{% macro reporting_hundredths(amount, exchange_rate) -%}
    cast(round(
        100 * cast({{ amount }} as decimal(24, 2)) * cast({{ exchange_rate }} as decimal(14, 6)), 0
    ) as bigint)
{%- endmacro %}

{# The same in prices of the base month; null where the index does not know the month. #}
{% macro real_hundredths(hundredths, price_index) -%}
    cast(round(
        cast({{ hundredths }} as double) * 100 / nullif({{ price_index }}, 0), 0
    ) as bigint)
{%- endmacro %}

{# Hundredths as an amount in major units. #}
{% macro money(hundredths) -%}
    cast(cast({{ hundredths }} as decimal(20, 0)) * 0.01 as decimal(18, 2))
{%- endmacro %}

{# Whole hundredths of an amount. #}
{% macro hundredths(amount) -%}
    cast({{ amount }} * 100 as bigint)
{%- endmacro %}

{# The condition that a row of dim_exchange_rates is the rate of a currency on a day. #}
{% macro rate_in_force(rates, currency_code, day) -%}
    {{ currency_code }} = {{ rates }}.currency_code
            and {{ day }} >= {{ rates }}.valid_from
            and {{ day }} < {{ rates }}.valid_to
{%- endmacro %}
