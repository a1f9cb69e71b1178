"""KPI alerts: the most urgent first, each told once, in the company's words."""

from pathlib import Path

import duckdb
import pytest

from serving import Told, alert_message, new_alerts

PUBLISHED = """
    create table mart_kpi_alert as
    select
        'K-' || place || '|' || urgency as alert_id, 'K-SL' as kpi_id, 'value' as statistic,
        'Service level' as kpi_name_en, 'سطح خدمت' as kpi_name_fa, 'Уровень' as kpi_name_ru,
        if(place = 'all', 'company', 'market') as grain_name, place as grain_key,
        upper(place) as grain_label_en, 'دبی' as grain_label_fa, 'Дубай' as grain_label_ru,
        date '2026-10-01' as period_start, date '2026-11-01' as period_end, 54.5 as value,
        if(urgency = 1, 51.0, null) as ci_low, 58.0 as ci_high, 1200 as n, 'percent' as unit,
        '0.0' as display_format, 65.0 as red_line,
        if(urgency = 1, 'interval', 'two_periods') as cause,
        if(urgency = 1, 'tehran', null) as worst_grain_key, 'TEHRAN' as worst_label_en,
        'تهران' as worst_label_fa, 'Тегеран' as worst_label_ru,
        if(urgency = 1, 40.0, null) as worst_value, 'contact_center' as owner, urgency
    from (
        select if(i = 0, 'all', 'dubai') as place, i + 1 as urgency from range(7) as numbers(i)
    );
    create table dim_labels as
    select 'owner' as domain, 'contact_center' as code, 'Contact center' as name_en,
        'مرکز تماس' as name_fa, 'Контакт-центр' as name_ru;
"""


@pytest.fixture
def version(tmp_path: Path) -> Path:
    with duckdb.connect(str(tmp_path / "marts.duckdb")) as connection:
        connection.execute(PUBLISHED)
    return tmp_path


def test_an_alert_says_value_cause_worst_place_owner_and_where_to_look(version: Path) -> None:
    first, second, *_ = new_alerts(version, Told(version / "told.json"))

    assert first.text == (
        "Service level · ALL · 2026-10-01 – 2026-10-31: 54.5% · 95 % interval 51.0% to 58.0% · "
        "n 1,200 · red line 65.0% · the whole interval is beyond it · worst in TEHRAN: 40.0% · "
        "owner: Contact center · make explain KPI=K-SL STATISTIC=value"
    )
    assert "two periods running" in second.text
    assert "worst" not in second.text
    assert second.text.endswith("GRAIN=market=dubai")


def test_five_a_night_and_nobody_is_told_twice(version: Path) -> None:
    told = Told(version / "told.json")
    first_night = new_alerts(version, told)
    told.add(first_night)

    # A new process remembers.
    second_night = new_alerts(version, Told(version / "told.json"))

    assert len(first_night) == 5
    assert [alert.alert_id for alert in second_night] == ["K-dubai|6", "K-dubai|7"]
    Told(version / "told.json").add(second_night)
    assert new_alerts(version, Told(version / "told.json")) == []


def test_the_message_is_in_the_language_of_the_company(version: Path) -> None:
    alerts = new_alerts(version, Told(version / "told.json"), language="fa")

    message = alert_message(alerts, "fa")

    assert message.startswith("شاخص‌های فراتر از خط قرمز\n- سطح خدمت")
    assert "۵۴٫۵" in message
    assert "مرکز تماس" in message
    assert alert_message(alerts, "ru", "https://cx/report").endswith("\nОтчёт: https://cx/report")
    assert alert_message([], "fa", "https://cx/report") == ""
