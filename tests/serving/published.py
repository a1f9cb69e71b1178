"""A published version with the marts that people act on: a handful of rows in each."""

import json
from pathlib import Path

import duckdb

TABLES = """
    create table _meta as select date '2026-11-01' as as_of;
    create table dim_run as select 'saturday' as week_start;
    create table dim_calendar as
    select date '2026-10-31' as calendar_date, 1405 as jalali_year, 8 as jalali_month,
        9 as jalali_day;
    create table dim_labels as
    select * from (values
        ('owner', 'contact_center', 'Contact center', 'مرکز تماس', 'Контакт-центр'),
        ('owner', 'customer_insight', 'Customer insight', 'بینش مشتری', 'Исследования'),
        ('market', 'dubai', 'Dubai', 'دبی', 'Дубай'),
        ('touchpoint', 'delivery', 'Delivery', 'تحویل', 'Доставка'),
        ('touchpoint', 'support_call', 'Support call', 'تماس', 'Звонок'),
        ('reason', 'detractor', 'Detractor', 'ناراضی', 'Критик'),
        ('journey_stage', 'receive', 'Receive', 'دریافت', 'Получает')
    ) as labels(domain, code, name_en, name_fa, name_ru);
    create table dim_kpi as
    select
        'K-CSAT' as kpi_id, 1 as definition_version, true as is_headline, 'CSAT' as name_en,
        'رضایت' as name_fa, 'Удовлетворённость' as name_ru, 'Satisfied?' as question,
        'راضی؟' as question_fa, 'Довольны?' as question_ru, 'percent' as unit,
        'higher_is_better' as direction, 'customer_insight' as owner,
        'mart_survey_answer' as drill_mart;
    create table mart_cx_kpi as
    select
        kpi_id, statistic, is_headline, grain_name, grain_key, period_type,
        date '2026-11-01' - days as period_start, ends as period_end,
        value::double as value, value::double - 5 as ci_low, value::double + 5 as ci_high,
        n::bigint as n,
        80.0::double as target, status, delta::double as delta, delta_significant, owner,
        'percent' as unit, '0.0' as display_format, 'higher_is_better' as direction,
        false as suppressed, null::varchar as currency_code,
        name as kpi_name_en, name || ' fa' as kpi_name_fa, name || ' ru' as kpi_name_ru,
        upper(grain_key) as grain_label_en, grain_key as grain_label_fa,
        grain_key as grain_label_ru
    from (values
        ('K-CSAT', 'value', true, 'company', 'company', 'month', 31, date '2026-11-01', 66.2,
            856, 'watch', -0.8, false, 'customer_insight', 'CSAT'),
        ('K-CSAT', 'value', true, 'company', 'company', 'week', 8, date '2026-10-31', 64.1, 198,
            'watch', 2.1, false, 'customer_insight', 'CSAT'),
        ('K-CSAT', 'value', true, 'market', 'dubai', 'month', 31, date '2026-11-01', 61.7, 210,
            'red', -4.0, true, 'customer_insight', 'CSAT'),
        ('K-CSAT.R', 'value', false, 'company', 'company', 'month', 31, date '2026-11-01', 71.3,
            300, null, null, null, 'customer_insight', 'Relationship CSAT'),
        ('K-SL', 'value', true, 'company', 'company', 'week', 8, date '2026-10-31', 54.5, 900,
            'red', -6.5, true, 'contact_center', 'Service level'),
        ('K-REOPEN', 'value', true, 'company', 'company', 'week', 8, date '2026-10-31', 12.5, 3,
            'red', null, null, 'contact_center', 'Reopened')
    ) as kpi(
        kpi_id, statistic, is_headline, grain_name, grain_key, period_type, days, ends, value, n,
        status, delta, delta_significant, owner, name
    );
    create table mart_kpi_alert as
    select
        'K-SL|' || grain_key as alert_id, 'K-SL' as kpi_id, 'value' as statistic,
        'Service level' as kpi_name_en, 'سطح خدمت' as kpi_name_fa, 'Уровень' as kpi_name_ru,
        grain_name, grain_key, upper(grain_key) as grain_label_en,
        grain_key as grain_label_fa, grain_key as grain_label_ru,
        'week' as period_type, date '2026-10-24' as period_start,
        date '2026-10-31' as period_end, 54.5 as value, 51.0 as ci_low, 58.0 as ci_high,
        900 as n, 'percent' as unit, '0.0' as display_format, 65.0 as red_line,
        'interval' as cause, 'market' as worst_grain_name, 'dubai' as worst_grain_key,
        'DUBAI' as worst_label_en, 'دبی' as worst_label_fa, 'Дубай' as worst_label_ru,
        40.0 as worst_value, 'contact_center' as owner, urgency
    from (values ('company', 'company', 1), ('agent', 'pbx:7', 2)) as alerts(
        grain_name, grain_key, urgency
    );
    create table mart_voc as
    select
        'answer:' || number as feedback_id, 'survey_answer' as feedback_kind,
        'open' || number as source_record_id, words as feedback_text, 'e_mail' as channel,
        'dubai' as market, day as stated_local_date, 'delivery' as touchpoint,
        day::timestamp as stated_at, true as has_two_words
    from (values
        (1, 'was very good', date '2026-10-30'), (2, 'never <b>again</b>', date '2026-10-29'),
        (3, 'long ago it was', date '2026-10-01')
    ) as voc(number, words, day);
    create table mart_survey_answer as
    select * from (values
        ('open1', 'r1', null, null, null, null, true),
        ('open2', 'r2', null, null, null, null, true),
        ('s1', 'r1', 'csat', 5.0, 1.0, 5.0, true), ('s2', 'r2', 'csat', 1.0, 1.0, 5.0, true)
    ) as answers(
        answer_id, response_id, metric, numeric_value, scale_minimum, scale_maximum, is_counted
    );
    create table mart_review as select '' as review_id, 1.0 as rating_of_five where false;
    create table mart_priorities as
    select
        'delivery' as touchpoint, 'contact_center' as owner, date '2026-10-01' as period_start,
        date '2026-11-01' as period_end, 601 as count_touches, 129 as count_csat_responses,
        59.7 as csat_pct, 80.0 as target_csat_pct, 20.3 as gap_points, 32.5 as impact_points,
        39.7 as priority_score, 1 as priority_rank, false as low_n;
    create table mart_pain_points as
    select
        'reason' as theme_kind, 'detractor' as theme, date '2026-10-01' as period_start,
        date '2026-11-01' as period_end, 776 as count_mentions, 20.6 as theme_share_pct,
        10.7 as painful_pct, 8.7 as painful_pct_ci_low, 13.1 as painful_pct_ci_high,
        104 as count_extra_contacts, 10.2 as impact_points, 1 as pain_rank, false as low_n;
    create table dim_journey_stages as
    select 'customer' as journey, 'receive' as stage_code, 1 as sort_order;
    create table mart_journey_map as
    select
        'receive' as stage_code, 'customer:receive' as stage, touchpoint,
        date '2026-10-01' as month_start_date, date '2026-11-01' as month_end_date,
        600 as count_touches, csat::double as csat_pct, null::double as csat_pct_ci_low,
        null::double as csat_pct_ci_high, null::double as mean_ces, few as low_n
    from (values
        ('delivery', 59.7, false), ('support_call', 67.4, false), ('payment', 1.0, true)
    ) as cells(touchpoint, csat, few);
    create table mart_contact_center as
    select
        day + to_hours(hour) as interval_start_at, day::date as local_date,
        if(hour = 9, 40, 5) as count_offered, 0 as count_short_abandoned,
        if(hour = 9, 30, 1) as count_answered_within_threshold
    from range(timestamp '2026-10-04', timestamp '2026-11-01', interval 1 day) as days(day),
        (values (9), (20)) as hours(hour);
    create table mart_action_today as
    select 'customer_insight' as owner, 'detractor' as reason, number < 3 as is_overdue
    from range(5) as numbers(number);
    create table mart_action_case as
    select 'customer_insight' as owner, 'detractor' as rule_code, 'suggested' as status,
        date '2026-10-20' as opened_local_date;
    create table mart_closed_loop as
    select 'detractor' as reason, 'resolved' as status, true as is_counted,
        true as is_resolved_in_time, false as is_recovered,
        timestamp '2026-10-20 10:00' as resolved_at
    from range(7);
"""


def write_version(folder: Path, dropped: tuple[str, ...] = ()) -> Path:
    """A version in this folder without the dropped tables, and its path."""
    with duckdb.connect(str(folder / "marts.duckdb")) as connection:
        connection.execute(TABLES)
        for table in dropped:
            connection.execute(f"drop table {table}")
    _write_role(folder)
    roles = {"market_manager-dubai.duckdb": {"mart_cx_kpi": 1, "dim_kpi": 1}}
    (folder / "published.json").write_text(json.dumps({"roles": roles}), encoding="utf-8")
    return folder


def _write_role(folder: Path) -> None:
    """What the manager of Dubai may see: the company and Dubai, in months."""
    (folder / "roles").mkdir()
    with duckdb.connect(str(folder / "roles" / "market_manager-dubai.duckdb")) as connection:
        connection.execute(f"attach '{folder / 'marts.duckdb'}' as version (read_only)")
        connection.execute(
            "create table mart_cx_kpi as from version.mart_cx_kpi "
            "where period_type = 'month' and grain_key in ('company', 'dubai')"
        )
