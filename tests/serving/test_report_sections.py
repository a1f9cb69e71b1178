"""The sections after the headlines: what people act on, on one page in three languages."""

import re
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from serving import Lack, ReportSettings, Unlocked, write_report
from tests.serving.published import write_version

SETTINGS = ReportSettings(language="en", company_names={"en": "Simorgh"}, time_zone="UTC")
SECTIONS = ("alerts", "voices", "priorities", "pain_points", "journey", "hours", "actions", "rules")


def section(page: str, anchor: str, language: str = "en") -> str:
    """One section of the page, tags taken for spaces where they part cells."""
    found = re.search(rf'<section id="{anchor}-{language}">.*?</section>', page, re.DOTALL)
    assert found, anchor
    return found[0]


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> str:
    version = write_version(tmp_path_factory.mktemp("version"))
    return write_report(version, SETTINGS).read_text(encoding="utf-8")


def test_the_page_still_needs_no_network_and_no_script(page: str) -> None:
    assert not re.search(r"https?:|<script|<link|@import|url\(", page)


def test_alerts_name_no_single_agent(page: str) -> None:
    shown = section(page, "alerts")

    assert "51.0% – 58.0% · n 900" in shown
    assert "DUBAI" in shown
    assert "PBX:7" not in shown
    assert "همه بازه فراتر از آن است" in section(page, "alerts", "fa")


def test_voices_of_the_week_begin_with_the_lowest_score_and_are_no_markup(page: str) -> None:
    shown = section(page, "voices")

    assert "1 of 5" in shown
    assert shown.index("never &lt;b&gt;again&lt;/b&gt;") < shown.index("was very good")
    assert "long ago" not in shown
    assert "۱ از ۵" in section(page, "voices", "fa")


def test_the_worst_cell_of_the_journey_is_the_least_satisfied_with_enough_answers(
    page: str,
) -> None:
    rows = section(page, "journey").split("<tr>")

    assert ["Delivery" in row for row in rows if "WORST" in row] == [True]


def test_priorities_and_pain_points_are_ranked_with_their_parts(page: str) -> None:
    assert re.search(r"Delivery.*59\.7%.*20\.3.*32\.5.*601", section(page, "priorities"), re.DOTALL)
    assert "8.7% – 13.1%" in section(page, "pain_points")


def test_the_heat_map_has_numbers_in_its_tiles_and_hides_few_calls(page: str) -> None:
    service, calls = section(page, "hours").split("<svg")[1:]

    # The week begins on Saturday, and 09:00 is on average 40 calls.
    assert re.findall(r'class="axis day"[^>]*>(\w+)', service)[0] == "Saturday"
    assert service.count(">75</text>") == 7
    assert service.count("few records</title>") == 7
    assert calls.count(">40</text>") == 7
    assert calls.count(">5.0</text>") == 7


def test_actions_count_open_overdue_and_resolved_by_area_and_reason(page: str) -> None:
    cells = re.findall(r'<td><span dir="auto">([^<]*)', section(page, "actions"))

    assert cells == ["Customer insight", "Detractor", "5", "3", "7", "7", "0"]


def test_other_readings_stand_beneath_their_headline(page: str) -> None:
    card = re.search(r"<h3>CSAT</h3>.*?</section>", page, re.DOTALL)

    assert card
    assert re.search(r"Other readings \(1\).*Relationship CSAT.*71\.3%", card[0], re.DOTALL)


def test_role_files_are_named_with_what_they_hold(page: str) -> None:
    shown = section(page, "access")

    assert "Market manager: Dubai" in shown
    assert "roles/market_manager-dubai.duckdb" in shown
    assert "dim_kpi" not in shown


def test_a_version_without_the_tables_says_so_in_every_language(tmp_path: Path) -> None:
    lacking = (
        "mart_kpi_alert", "mart_voc", "mart_priorities", "mart_pain_points", "mart_journey_map",
        "mart_action_today",
    )  # fmt: skip
    version = write_version(tmp_path, lacking)
    with duckdb.connect(str(version / "marts.duckdb")) as connection:
        connection.execute("delete from mart_contact_center; delete from mart_action_case")

    page = write_report(version, SETTINGS).read_text(encoding="utf-8")

    for anchor in SECTIONS:
        assert "No data." in section(page, anchor), anchor
        assert "داده‌ای نیست." in section(page, anchor, "fa"), anchor
        assert "Данных нет." in section(page, anchor, "ru"), anchor


def test_what_no_source_allows_is_hidden_and_told_once(tmp_path: Path) -> None:
    version = write_version(tmp_path)
    with duckdb.connect(str(version / "marts.duckdb")) as connection:
        connection.execute("delete from mart_contact_center")
    calls = (Lack("calls", ("wait_milliseconds",)),)
    names = {"K-SL": {"en": "Service level", "ru": "Уровень сервиса"}}
    unlocked = Unlocked(computable=("K-NPS",), lacks={"K-SL": calls, "K-CSAT": calls}, names=names)
    settings = replace(SETTINGS, unlocked=unlocked)

    page = write_report(version, settings).read_text(encoding="utf-8")

    assert "2 of 3 KPIs lack a source" in section(page, "not_computed")
    assert re.search(r"calls \(wait\).*Service level; K-CSAT", section(page, "not_computed"), re.S)
    assert "Уровень сервиса" in section(page, "not_computed", "ru")
    assert 'id="hours-en"' not in page
    assert 'id="voices-en"' in page
    assert "Satisfied?" not in page
    assert "66.2%" not in page.split("<h2>", 2)[1]
