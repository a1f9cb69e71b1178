"""The report, read as a manager reads it: pictures, words and definitions in three languages."""

import re
from pathlib import Path

import duckdb
import pytest

from serving import (
    Relation,
    ReportSettings,
    current_version,
    publish,
    write_catalog,
    write_report,
)
from serving.report.content import Place, Point
from serving.report.examples import example_query
from serving.report.pictures import HEIGHT, bars, trend
from tests.serving.conftest import AS_OF, RELATIONS, facts

REGISTRY = """
    create table core.dim_kpi as
    select
        'K-NPS' as kpi_id, 1 as definition_version, true as is_headline,
        'Net Promoter Score' as name_en, 'شاخص خالص مروجان' as name_fa, 'Индекс NPS' as name_ru,
        'Would customers recommend us?' as question, 'آیا توصیه می‌کنند؟' as question_fa,
        'Порекомендуют ли нас?' as question_ru, 'points' as unit,
        'higher_is_better' as direction, 'customer_insight' as owner,
        'mart_survey_answer' as drill_mart;
    create table core.dim_labels as
    select
        'owner' as domain, 'customer_insight' as code, 'Customer insight' as name_en,
        'بینش مشتری' as name_fa, 'Исследования клиентов' as name_ru
"""
MONTHS = [AS_OF.replace(year=2025 + number // 12, month=1 + number % 12) for number in range(3)]


def written(warehouse: Path, marts: Path, *, is_demo: bool = True, calendar: str = "jalali") -> str:
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute(REGISTRY)
    published = publish(
        warehouse,
        marts,
        relations=[*RELATIONS, Relation("core", "dim_kpi"), Relation("core", "dim_labels")],
        run_id="run1",
        facts=facts("run1"),
    )
    settings = ReportSettings(
        language="fa",
        company_names={"en": "Simorgh <Ltd>", "fa": "سیمرغ", "ru": "Симург"},
        time_zone="Asia/Tehran",
        calendar=calendar,
        is_demo=is_demo,
    )
    return write_report(published.folder, settings).read_text(encoding="utf-8")


def test_all_languages_stand_in_one_page_that_needs_nothing_else(
    warehouse: Path, marts: Path
) -> None:
    page = written(warehouse, marts)

    assert re.findall(r'<main [^>]*lang="(\w+)" dir="(\w+)"', page) == [
        ("en", "ltr"),
        ("fa", "rtl"),
        ("ru", "ltr"),
    ]
    assert re.search(r'id="show-fa"\s+checked', page)
    assert not re.search(r"https?:|<script|<link|@import|url\(", page)


def test_a_headline_shows_value_target_change_and_places(warehouse: Path, marts: Path) -> None:
    page = written(warehouse, marts)

    english, persian, russian = page.split("<main ")[1:]
    assert "+23.4" in english
    assert "target +30.0" in english
    assert "within noise" in english
    assert "آیا توصیه می‌کنند؟" in persian
    assert "Порекомендуют ли нас?" in russian
    assert "۲۳٫۴" in persian
    assert "تهران" in persian
    assert "Тегеран" in russian
    assert "no base" in english


def test_the_registry_is_the_dictionary(warehouse: Path, marts: Path) -> None:
    page = written(warehouse, marts)

    assert "Would customers recommend us?" in page
    assert "higher is better" in page
    assert "чем больше, тем лучше" in page


def test_names_are_text_and_never_markup(warehouse: Path, marts: Path) -> None:
    page = written(warehouse, marts)

    assert "Simorgh &lt;Ltd&gt;" in page
    assert "<Ltd>" not in page


def test_only_a_demo_is_called_one(warehouse: Path, marts: Path) -> None:
    assert "nothing here is real" not in written(warehouse, marts, is_demo=False)


def test_a_company_without_a_complete_month_still_has_a_report(
    warehouse: Path, marts: Path
) -> None:
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("delete from marts.mart_cx_kpi")

    assert "no complete month yet" in written(warehouse, marts, calendar="gregorian")


def test_the_catalog_says_what_every_table_holds(warehouse: Path, marts: Path) -> None:
    written(warehouse, marts)
    version = current_version(marts)
    assert version is not None

    questions = {"mart_cx_kpi": ["How does each KPI stand?"]}
    queries = {"mart_cx_kpi": "select max(n) as most from mart_cx_kpi"}
    page = write_catalog(version, questions, queries).read_text(encoding="utf-8")

    assert "One row per value." in page
    assert "Records behind the value." in page
    assert re.search(r'id="dim_calendar".*?from dim_calendar limit 3', page, re.DOTALL)
    assert re.search(r'id="mart_cx_kpi".*?<li>How does each KPI stand\?</li>', page, re.DOTALL)
    assert "mart_dq_health" in page
    assert re.search(r"max\(n\) as most.*?<th>most</th>.*?<td>8200</td>", page, re.DOTALL)
    assert re.search(r"<th>month</th>.*?<td>2026-11-01</td><td>1</td>", page, re.DOTALL)


def test_values_in_the_catalog_are_text_and_never_markup(warehouse: Path, marts: Path) -> None:
    """Fault 53."""
    attack = "<script>alert(1)</script>\"' onload=x"
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("update marts.mart_cx_kpi set grain_label_en = ?", [attack])
        connection.execute(f"comment on table marts.mart_cx_kpi is '{attack.replace(chr(39), '')}'")
    written(warehouse, marts)
    version = current_version(marts)
    assert version is not None

    page = write_catalog(version, {"mart_cx_kpi": [attack]}).read_text(encoding="utf-8")

    assert page.count("&lt;script&gt;alert(1)&lt;/script&gt;") >= 3
    assert "<script>alert" not in page


@pytest.mark.parametrize(
    ("columns", "query"),
    [
        (
            [
                ("period_type", "VARCHAR"),
                ("period_start", "DATE"),
                ("count_calls", "BIGINT"),
                ("score", "DOUBLE"),
                ("is_late", "BOOLEAN"),
            ],
            "select\n    period_start,\n    count(*) as count_rows,\n"
            "    sum(count_calls) as count_calls\nfrom mart\n"
            "where period_type in ('month', 'jalali_month')\ngroup by 1\norder by 1 desc limit 6",
        ),
        (
            [("code", "VARCHAR"), ("is_late", "BOOLEAN"), ("score", "DOUBLE")],
            "select\n    count(*) as count_rows,\n"
            "    count(*) filter (where is_late) as count_late\nfrom mart",
        ),
    ],
)
def test_an_example_adds_up_parts_by_period_and_never_a_score(
    columns: list[tuple[str, str]], query: str
) -> None:
    assert example_query("mart", columns) == query


def test_a_month_without_a_value_is_a_gap_and_no_zero() -> None:
    points = [
        Point(MONTHS[0], 10.0, 8.0, 12.0),
        Point(MONTHS[1], None, None, None),
        Point(MONTHS[2], 20.0, 18.0, 22.0),
    ]

    drawn = trend(points, target=30.0)

    assert len(drawn.line.split()) == 2
    assert len(drawn.band.split()) == 4
    first, last = (float(pair.split(",")[1]) for pair in drawn.line.split())
    assert drawn.target is not None
    assert drawn.target < last < first < HEIGHT


@pytest.mark.parametrize("values", [[], [7.0], [7.0, 7.0]])
def test_a_line_without_spread_lies_in_the_middle(values: list[float]) -> None:
    drawn = trend([Point(MONTHS[0], value, None, None) for value in values], target=None)

    assert all(float(pair.split(",")[1]) == HEIGHT / 2 for pair in drawn.line.split())


def test_bars_of_negative_values_lie_left_of_zero() -> None:
    places = [Place({}, value, None, None, 50) for value in (30.0, -10.0)]

    assert [(bar.start, bar.length) for bar in bars(places)] == [(25.0, 75.0), (0.0, 25.0)]
