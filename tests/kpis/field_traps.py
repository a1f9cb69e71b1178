"""Traps seen in the field, by their number in the specification of the KPIs.

That the naive formula differs from ours is asserted in ``test_field_traps``.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Trap:
    """A trap: the naive formula over what a unit test is given, ours over what it expects."""

    unit_test: str
    naive: str
    expected: str


SCORES = "test_met_survey_scores__only_counted_answers_on_their_scale"
VARIANTS = "test_mart_service_level_variants__golden_variants"
CALLS = "test_met_contact_center_cells__parts_of_calls"
BRIDGE = "test_met_revenue_movements__golden_bridge"
GOLDEN = "customer_id in ('a', 'b', 'c', 'd', 'e', 'f') and {} = '2025-01-01'"
TRAPS = {
    "01 dismissed answers in the base": Trap(
        SCORES,
        """
        select count(*) from fct_survey_answers
        where metric = 'nps' and horizon = 'relationship' and scale_maximum = '10'
            and coalesce(exclusion_reason, 'no_answer') = 'no_answer'
        """,
        "select sum(count_responses::int) from expect where metric = 'nps'",
    ),
    "02 satisfaction and effort counted as recommendation": Trap(
        SCORES,
        """
        select 100.0 * sum(case when score >= 9 then 1 when score <= 6 then -1 else 0 end)
            / count(score)
        from (
            select cast(numeric_value as int) as score from fct_survey_answers
            where exclusion_reason is null and horizon <> 'recovery'
        )
        """,
        """
        select 100.0 * sum(case when numeric_value in ('9', '10') then count_responses::int else 0
            end) / sum(count_responses::int) from expect where metric = 'nps'
        """,
    ),
    "03 a mean of scores called a net score": Trap(
        "test_met_survey_components__parts_of_surveys",
        """
        select sum(numeric_value::int * count_responses::int) / sum(count_responses::int)
        from met_survey_scores where metric = 'nps' and horizon = 'relationship'
        """,
        """
        select 100.0 * numerator::int / denominator::int from expect
        where kpi_id = 'K-NPS' and grain_name = 'company'
        """,
    ),
    "04 effort of two scales in one mean": Trap(
        SCORES,
        "select count(*) from fct_survey_answers where metric = 'ces' and exclusion_reason is null",
        "select count(*) from expect where metric = 'ces'",
    ),
    "05 neutral sentiment dropped as false": Trap(
        "test_met_voc_cells__golden_sentiment",
        """
        select avg(polarity::double) from met_voc_statements
        where market = 'polarities' and polarity::double <> 0
        """,
        """
        select numerator::double / n::int / 10000 from expect
        where market_key = 'polarities' and statistic = 'mean'
        """,
    ),
    "06 answers of one base over sendings of another": Trap(
        "test_mart_survey_response__funnel_of_a_send_day",
        """
        select 100.0 * count(*) filter (where is_completed = 'true') / count(sent_local_date)
        from fct_survey_invitations
        """,
        "select response_pct::double from expect where market = 'tehran'",
    ),
    "07 service level of answered calls only": Trap(
        VARIANTS,
        """
        select 100.0 * count_answered_within_threshold::int / count_answered::int
        from met_contact_center_cells where interval_start_at = '2025-01-10 09:00:00'
        """,
        "select service_level_pct::double from expect",
    ),
    "08 strictly below the threshold": Trap(
        VARIANTS,
        """
        select 100.0 * count_answered_below_threshold::int
            / (count_offered::int - count_short_abandoned::int)
        from met_contact_center_cells where interval_start_at = '2025-01-10 09:00:00'
        """,
        "select service_level_pct::double from expect",
    ),
    "09 short abandons and callbacks as abandons": Trap(
        CALLS,
        """
        select count(*) filter (where outcome in ('abandoned', 'flow_out')) / count(*)
        from fct_calls where market = 'tehran' and contact_id like 'c%' and outcome <> 'blocked'
        """,
        """
        select (count_abandoned::int - count_short_abandoned::int)
            / (count_offered::int - count_short_abandoned::int)
        from expect where cell_kind = 'customer' and market = 'tehran'
        """,
    ),
    "10 transfer legs inflating demand": Trap(
        CALLS,
        "select count(*) from fct_queue_entries where contact_id like 'c%'",
        "select count_offered::int from expect where cell_kind = 'customer' and market = 'tehran'",
    ),
    "11 hold inside talk and added again": Trap(
        "test_int_calls__asterisk_stays_derived__order_of_events_outranks_their_time",
        """
        select 1000 * (
            sum(split_part(data5, '|', 1)::int) filter (where event_name = 'ATTENDEDTRANSFER')
            + sum(try_cast(data2 as int)) filter (where data1 in ('hold', 'acw'))
        ) from stg_asterisk__queue_log where call_id = 'tried_twice'
        """,
        """
        select talk_milliseconds::int + hold_milliseconds::int + wrap_milliseconds::int
        from expect where contact_id = 'pbx:tried_twice' and stay_number = '2'
        """,
    ),
    "12 a bot stops the first-response clock": Trap(
        "test_int_service__tickets_measured__the_first_public_human_answer_counts",
        """
        select epoch_ms(min(sent_at::timestamp)) - epoch_ms(timestamp '2024-01-03 12:00:00')
        from int_service__ticket_messages_latest
        where ticket_id = 'd:over_the_weekend' and author_kind <> 'customer'
        """,
        """
        select first_response_calendar_milliseconds::bigint from expect
        where ticket_id = 'd:over_the_weekend'
        """,
    ),
    "12 no reply stored as nought": Trap(
        "test_met_service_desk_times__each_clock_on_its_day",
        """
        select avg(coalesce(first_response_calendar_milliseconds::bigint, 0))
        from met_service_desk_tickets where queue_id = 'q1'
        """,
        "select avg(milliseconds::bigint) from expect where kpi_id = 'K-FRT'",
    ),
    "13 a reply out of hours without business time": Trap(
        "test_met_service_desk_times__each_clock_on_its_day",
        """
        select avg(nullif(first_response_business_milliseconds::bigint, 0))
        from met_service_desk_tickets where is_response_counted = 'true'
        """,
        "select avg(milliseconds::bigint) from expect where kpi_id = 'K-FRT.B'",
    ),
    "14 cohorts of mixed ages": Trap(
        "test_met_revenue_cohort_cells__golden_cohorts",
        """
        select count(distinct customer_id) filter (where ordered_on > first_ordered_on)
            / count(distinct customer_id)
        from met_revenue_order_days where ordered_on < '2025-04-01'
        """,
        """
        select sum(count_active::int) / sum(count_customers::int) from expect
        where months_since_first_order = '2' and is_mature = 'true'
        """,
    ),
    "14 issues that may still come back counted as solved": Trap(
        "test_met_issue_cells__g_fcr_1",
        """
        select 100.0 * count(*) filter (where not has_repeat_of_reason) / count(*)
        from met_judged_contacts where is_first_of_issue
        """,
        "select 100.0 * numerator::int / n::int from expect where kpi_id = 'K-FCR' and n = '5'",
    ),
    "14 a renewal whose grace still runs is judged": Trap(
        "test_mart_renewals__a_running_grace_is_no_verdict",
        """
        select 100.0 * count(*) filter (where is_renewed_on_time = 'true') / count(*)
        from met_renewals where is_due = 'true' and is_judged = 'true'
        """,
        """
        select 100.0 * count(*) filter (where is_renewed_on_time = 'true') / count(*)
        from expect where is_judged = 'true'
        """,
    ),
    "15 reactivation labelled expansion": Trap(
        BRIDGE,
        f"""
        with now as (
            select customer_id, sum(start_mrr_amount::int) as before, sum(end_mrr_amount::int) as
                after, customer_id in (
                    select customer_id from fct_subscription_months
                    where month_start_date < '2025-01-01'
                ) as has_paid
            from fct_subscription_months where {GOLDEN.format("month_start_date")}
            group by customer_id
        )
        select 100.0 * sum(after) filter (where before > 0 or has_paid) / sum(before) from now
        """,
        f"""
        select 100.0 * sum(end_mrr_amount::int) filter (where start_mrr_amount <> '0')
            / sum(start_mrr_amount::int)
        from expect where {GOLDEN.format("period_start")}
        """,
    ),
    "16 customers at the end less new ones": Trap(
        "test_mart_retention__golden_retention",
        """
        select 100.0 * (count_active_at_end::int - count_new::int) / count_active_at_start::int
        from met_retention_cells where market = 'tehran' and period_type = 'month'
        """,
        "select retention_pct::double from expect where market = 'tehran'",
    ),
    "17 deleted subscriptions vanish before they churn": Trap(
        BRIDGE,
        f"""
        select coalesce(sum(start_mrr_amount::int - end_mrr_amount::int) filter (
            where end_mrr_amount = '0'
        ), 0)
        from fct_subscription_months
        where {GOLDEN.format("month_start_date")} and customer_id <> 'd' and customer_id <> 'b'
        """,
        f"""
        select -movement_amount::int from expect
        where {GOLDEN.format("period_start")} and movement = 'churn'
        """,
    ),
    "18 the first order decided per source": Trap(
        "test_met_revenue_order_days__first_order_of_the_person",
        """
        select count(distinct concat(source_id, customer_id)) from fct_orders
        where status = 'completed' and is_internal = 'false'
        """,
        "select count(*) from expect where ordered_on = first_ordered_on",
    ),
    "19 orders counted as repeats": Trap(
        "test_met_value_customers__golden_history",
        "select count(*) from met_value_entries where customer_id = 'golden_6'",
        "select count_repeat_order_days::int from expect where customer_id = 'golden_6'",
    ),
    "20 a perfect order as a product of rates": Trap(
        "test_met_revenue_cells__golden_parts",
        """
        select 100 * avg(is_on_time::int) * avg(is_complete::int) * avg(is_undamaged::int)
            * avg(is_correctly_documented::int)
        from fct_order_deliveries
        where market = 'tehran' and not is_internal and delivered_local_date is not null
        """,
        "select 100 * numerator::int / denominator::int from expect where kpi_id = 'K-PO'",
    ),
    "21 history rewritten when a threshold changes": Trap(
        "test_met_kpi_revisions__what_was_published_stays",
        """
        select count(*) from met_kpi_values
        inner join fct_published_kpi_values as published
            using (kpi_id, statistic, grain_key, period_start)
        where grain_key = 'never_published' and met_kpi_values.value <> published.value
        """,
        "select max(revision::int) from expect where grain_key = 'never_published'",
    ),
    "22 people merged by a shared mailbox": Trap(
        "test_int_identity__keys_resolved__seven_records_are_four_persons",
        """
        select count(distinct email_key) from int_identity__records_collected
        where identity_key in ('customer:crm:4', 'phone:989351112233')
        """,
        """
        select count(distinct customer_id) from expect
        where identity_key in ('customer:crm:4', 'phone:989351112233')
        """,
    ),
    "23 currencies added as they are": Trap(
        "test_met_revenue_order_days__first_order_of_the_person",
        "select sum(amount::int) from fct_orders where ordered_local_date = '2025-01-20'",
        "select revenue_amount::double from expect where ordered_on = '2025-01-20'",
    ),
    "24 percentiles averaged across groups": Trap(
        "test_met_kpi_duration_quantiles__linear_quantiles_and_attainment",
        """
        with replies as (
            select queue_key, milliseconds::int / 60000 as minutes,
                unnest(range(count_values::int))
            from met_kpi_durations where kpi_id = 'K-D' and local_date = '2025-01-10'
        )
        select avg(median) from (
            select quantile_cont(minutes, 0.5) as median from replies group by queue_key
        )
        """,
        """
        select value::double from expect
        where statistic = 'p50' and grain_name = 'company' and period_start = '2025-01-01'
            and period_type = 'month' and kpi_id = 'K-D'
        """,
    ),
}
