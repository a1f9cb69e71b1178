-- Grain: one row per programme of the cost ledger and ended year: what it cost, and how
-- many more customers stayed than in the group with which it is compared.
with

met_value_year_customers as (

    select * from {{ ref('met_value_year_customers') }}

),

met_value_year_classes as (

    select * from {{ ref('met_value_year_classes') }}

),

fct_costs as (

    select * from {{ ref('fct_costs') }}
    where
        program is not null
        and purpose in (
            {% for purpose in var('program_purposes') -%}
                '{{ purpose }}'{{ ', ' if not loop.last }}
            {%- endfor %}
        )

),

dim_exchange_rates as (

    select * from {{ ref('dim_exchange_rates') }}

),

dim_price_index as (

    select * from {{ ref('dim_price_index') }}

),

dim_treatments as (

    select * from {{ ref('dim_treatments') }}

),

years as (

    select
        period_start,
        period_end

    from met_value_year_customers

    group by period_start, period_end

),

entries as (

    select
        fct_costs.program,
        years.period_start,
        years.period_end,
        {{ reporting_hundredths('fct_costs.amount', 'rates.exchange_rate') }}
            as cost_hundredths,
        prices.price_index

    from fct_costs

    inner join years
        on fct_costs.month_start_date >= years.period_start
            and fct_costs.month_start_date < years.period_end

    left join dim_exchange_rates as rates
        on {{ rate_in_force(
            'rates', 'fct_costs.currency_code', 'fct_costs.month_start_date'
        ) }}

    left join dim_price_index as prices
        on rates.reporting_currency_code = prices.currency_code
            and fct_costs.month_start_date = prices.month_start_date

),

-- An amount that cannot be converted leaves the sum unknown, not smaller.
costs as (

    select
        program,
        period_start,
        period_end,
        case
            when count(*) = count(cost_hundredths)
                then cast(sum(cost_hundredths) as bigint)
        end as cost_hundredths,
        case
            when count(*) = count(cost_hundredths + price_index)
                then cast(sum(
                        {{ real_hundredths('cost_hundredths', 'price_index') }}
                    ) as bigint)
        end as cost_real_hundredths

    from entries

    group by program, period_start, period_end

),

policies as (

    select
        years.period_start,
        treatments.treatment_class,
        treatments.program,
        treatments.comparison_class

    from years

    inner join dim_treatments as treatments
        on years.period_start >= treatments.valid_from
            and years.period_start < coalesce(treatments.valid_to, date '9999-12-31')

    where treatments.program is not null and treatments.comparison_class is not null

),

-- A class that two treated ones are compared with stands once in the comparison.
sides as (

    select
        period_start,
        program,
        treatment_class,
        true as is_treated

    from policies

    union

    select
        period_start,
        program,
        comparison_class as treatment_class,
        false as is_treated

    from policies

),

compared as (

    select
        sides.period_start,
        sides.program,
        count(*) filter (where sides.is_treated) as count_treated,
        count(*) filter (where sides.is_treated and classes.is_retained)
            as count_treated_retained,
        count(*) filter (where not sides.is_treated) as count_comparison,
        count(*) filter (where not sides.is_treated and classes.is_retained)
            as count_comparison_retained,
        sum(classes.margin_amount) filter (
            where sides.is_treated and classes.is_retained
        ) as margin_amount,
        sum(classes.margin_real_amount) filter (
            where sides.is_treated and classes.is_retained
        ) as margin_real_amount

    from sides

    inner join met_value_year_classes as classes
        on sides.period_start = classes.period_start
            and sides.treatment_class = classes.treatment_class

    group by sides.period_start, sides.program

),

-- The interval of the difference, in customers who would else have left.
measured as (

    select
        costs.program,
        costs.period_start,
        costs.period_end,
        {{ money('costs.cost_hundredths') }} as cost_amount,
        {{ money('costs.cost_real_hundredths') }} as cost_real_amount,
        coalesce(compared.count_treated, 0) as count_treated,
        coalesce(compared.count_treated_retained, 0) as count_treated_retained,
        coalesce(compared.count_comparison, 0) as count_comparison,
        coalesce(compared.count_comparison_retained, 0) as count_comparison_retained,
        cast(
            compared.margin_amount / nullif(compared.count_treated_retained, 0)
            as decimal(18, 2)
        ) as margin_per_retained_amount,
        cast(
            compared.margin_real_amount / nullif(compared.count_treated_retained, 0)
            as decimal(18, 2)
        ) as margin_per_retained_real_amount,
        {%- for sign, name in [('-', 'low'), ('+', 'high')] %}
            compared.count_treated * {{ share_difference_bound(
                'compared.count_treated_retained', 'compared.count_treated',
                'compared.count_comparison_retained', 'compared.count_comparison', sign
            ) }} as kept_{{ name }},
        {%- endfor %}
        case
            when compared.program is null then 'no_comparison_group'
            when
                least(compared.count_treated, compared.count_comparison)
                < {{ var('impact_minimum_answers') }}
                then 'too_few_customers'
            when coalesce(costs.cost_hundredths, 0) = 0
                then 'cost_unknown'
            else 'estimable'
        end as estimation_status

    from costs

    left join compared
        on costs.program = compared.program
            and costs.period_start = compared.period_start

),

final as (

    select
        program,
        period_start,
        period_end,
        cost_amount,
        cost_real_amount,
        count_treated,
        count_treated_retained,
        count_comparison,
        count_comparison_retained,
        margin_per_retained_amount,
        margin_per_retained_real_amount,
        {%- for name, function in [('low', 'least'), ('high', 'greatest')] %}
            case when estimation_status = 'estimable'
                    then round(kept_{{ name }}, 6)
            end as kept_{{ name }},
            case when estimation_status = 'estimable'
                    then round(100 * {{ function }}(
                            kept_low * margin_per_retained_amount,
                            kept_high * margin_per_retained_amount
                        ) / cost_amount - 100, 6)
            end as roi_{{ name }}_pct,
            case when estimation_status = 'estimable'
                    then round(100 * {{ function }}(
                            kept_low * margin_per_retained_real_amount,
                            kept_high * margin_per_retained_real_amount
                        ) / cost_real_amount - 100, 6)
            end as roi_real_{{ name }}_pct,
        {%- endfor %}
        estimation_status

    from measured

)

select * from final
