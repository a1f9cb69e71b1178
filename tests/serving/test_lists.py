"""The lists that people work from, out as a workbook and back through the inbox."""

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest
import yaml
from openpyxl import load_workbook

import serving
from ingestion.connectors import files
from ingestion.entities import entity
from ingestion.settings import Source
from serving import ListSettings, write_lists
from tests.factories.conforming import conform_rows, records
from tests.serving.zones import write_offers

PUBLISHED = """
    create table mart_action_today as
    select
        case_id, owner, status, timestamp '2026-10-31 20:30:00' as step_due_at,
        true as is_overdue, 'detractor' as reason, 'contact_customer' as suggested_step,
        customer_id, 'gold' as segment, 'dubai' as market, 'fa' as language,
        'sms' as preferred_channel, team_name, null as agent_number,
        timestamp '2026-10-30 08:00:00' as opened_at
    from (values
        ('CX-1', 'insight', 'suggested', 'c1', '=cmd|calc'),
        ('desk:7', 'insight', 'open', 'c2', 'care'),
        ('CX-2', 'marketing', 'suggested', 'c3', null)
    ) as cases(case_id, owner, status, customer_id, team_name);
    create table dim_labels as
    select 'reason' as domain, 'detractor' as code, 'Would not recommend us' as name_en,
        'توصیه نمی‌کند' as name_fa, 'Не рекомендует' as name_ru;
    create table dim_calendar as
    select date '2026-11-01' as calendar_date, 1405 as jalali_year, 8 as jalali_month,
        10 as jalali_day
    union all select date '2026-10-30', 1405, 8, 8;
"""


@pytest.fixture
def version(tmp_path: Path) -> Path:
    with duckdb.connect(str(tmp_path / "marts.duckdb")) as connection:
        connection.execute(PUBLISHED)
    return tmp_path


def rows_of(path: Path, sheet: str) -> list[dict[str, Any]]:
    heading, *lines = load_workbook(path)[sheet].iter_rows(values_only=True)
    return [dict(zip(map(str, heading), line, strict=True)) for line in lines]


def test_each_area_gets_its_cases_in_local_time_and_in_words(version: Path) -> None:
    lists = write_lists(version, ListSettings(language="en", time_zone="Asia/Tehran"))

    assert sorted(lists) == ["insight", "marketing"]
    case = rows_of(lists["insight"], "Suggested")[0]
    assert case["Case"] == "CX-1"
    assert f"{case['Due']:%Y-%m-%d %H:%M}" == "2026-11-01 00:00"
    assert case["Overdue"] == "overdue"
    assert case["Reason"] == "Would not recommend us"
    assert case["Outcome"] is None
    held = rows_of(lists["insight"], "In systems")
    assert [row["Case"] for row in held] == ["desk:7"]
    assert "Outcome" not in held[0]


def test_offers_stand_beside_the_cases_and_nobody_with_a_case_is_made_one(version: Path) -> None:
    """c1 has a case, and of two products the surest is offered."""
    write_offers(version, "c1", "c8", "c9")

    lists = write_lists(version, ListSettings(language="en", time_zone="Asia/Tehran"))

    assert sorted(lists) == ["growth", "insight", "marketing"]
    assert load_workbook(lists["growth"]).sheetnames == [
        *("Suggested", "In systems", "Ask back", "Offers")
    ]
    assert load_workbook(lists["insight"]).sheetnames == ["Suggested", "In systems"]
    asked, other = rows_of(lists["growth"], "Ask back")
    assert (asked["Customer"], other["Customer"]) == ("c9", "c8")
    assert (asked["Reason"], f"{asked['Left on']:%Y-%m-%d}") == ("price", "2026-10-30")
    assert (asked["Value so far"], asked["Last NPS"], asked["Last CSAT"]) == (1200.5, 3, None)
    assert asked["How we treat the class"] == "By a person."
    offered = rows_of(lists["growth"], "Offers")
    assert [(row["Customer"], row["Offer"]) for row in offered] == [("c9", "cup"), ("c8", "cup")]
    assert (offered[0]["Because of"], offered[0]["Have both, %"]) == ("'=tea", 32.6)
    assert "Outcome" not in offered[0]


def test_cases_of_a_refresh_stand_beside_the_offers_of_the_night(
    version: Path, tmp_path: Path
) -> None:
    """c3 has a case since the night, so only c9 is made the offer; dates are Jalali."""
    night = tmp_path / "night"
    night.mkdir()
    with duckdb.connect(str(night / "marts.duckdb")) as connection:
        connection.execute(PUBLISHED)
        connection.execute("delete from mart_action_today where customer_id = 'c3'")
    write_offers(night, "c3", "c9")
    settings = ListSettings(language="fa", time_zone="Asia/Tehran", calendar="jalali")

    lists = write_lists(version, settings, night=night)

    (asked,) = rows_of(lists["growth"], "دعوت به بازگشت")
    assert (asked["مشتری"], asked["زمان رفتن"]) == ("c9", "۱۴۰۵-۰۸-۰۸")
    assert asked["شیوه برخورد با رده"] == "حضوری"
    assert [row["مشتری"] for row in rows_of(lists["marketing"], "پیشنهادها")] == ["c3"]


@pytest.mark.parametrize(
    "text",
    [
        *("=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(A1)", "\t=1+1", "\r=1+1", "\0=1+1"),
        *("＝1+1", "＋1", "－1", "＠SUM(A1)", '=HYPERLINK("https://evil.example","x")', "\v=1+1"),
    ],
)
def test_what_a_source_sent_never_becomes_a_formula(version: Path, text: str) -> None:
    """Fault 53."""
    with duckdb.connect(str(version / "marts.duckdb")) as connection:
        connection.execute("update mart_action_today set case_id = $1, team_name = $1", [text])

    lists = write_lists(version, ListSettings(language="en", time_zone="UTC"))

    for sheet in load_workbook(lists["insight"]):
        cells = [cell for row in sheet.iter_rows(min_row=2) for cell in row if cell.value]
        assert {cell.data_type for cell in cells} <= {"s", "d"}
        written = [cell.value for cell in cells if text[-3:] in str(cell.value)]
        assert len(written) == 2
        assert all(value.startswith(("'", "\ufffd")) for value in written)


def test_control_characters_of_a_source_do_not_keep_a_list_from_being_written(
    version: Path,
) -> None:
    """Fault 40."""
    with duckdb.connect(str(version / "marts.duckdb")) as connection:
        connection.execute("update mart_action_today set team_name = $1", ["bell\a \u200cنیم"])

    lists = write_lists(version, ListSettings(language="en", time_zone="UTC"))

    assert rows_of(lists["insight"], "Suggested")[0]["Team"] == "bell\ufffd \u200cنیم"


def test_persian_lists_read_from_right_to_left_with_jalali_dates(version: Path) -> None:
    settings = ListSettings(language="fa", time_zone="Asia/Tehran", calendar="jalali")

    lists = write_lists(version, settings)

    assert load_workbook(lists["insight"]).active.sheet_view.rightToLeft
    case = rows_of(lists["insight"], "پیشنهادها")[0]
    assert case["مهلت"] == "۱۴۰۵-۰۸-۱۰ ۰۰:۰۰"
    assert case["دلیل"] == "توصیه نمی‌کند"


def test_lists_of_an_earlier_writing_do_not_stay(version: Path) -> None:
    write_lists(version, ListSettings(language="en", time_zone="UTC"))
    with duckdb.connect(str(version / "marts.duckdb")) as connection:
        connection.execute("delete from mart_action_today where owner = 'marketing'")

    write_lists(version, ListSettings(language="en", time_zone="UTC"))

    assert [path.name for path in (version / "lists").iterdir()] == ["insight.xlsx"]


def test_a_list_that_was_filled_in_comes_back_as_the_readme_says(
    version: Path, tmp_path: Path
) -> None:
    path = write_lists(version, ListSettings(language="en", time_zone="Asia/Tehran"))["insight"]
    workbook = load_workbook(path)
    columns = [cell.value for cell in workbook["Suggested"][1]]
    workbook["Suggested"].cell(2, columns.index("Outcome") + 1, "resolved")
    workbook["Suggested"].cell(2, columns.index("Resolved at") + 1, datetime(2026, 11, 2, 9, 30))
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    workbook.save(inbox / "insight.xlsx")

    source = Source(id="returned", **documented_source())
    source.streams["actions"]["settle_seconds"] = 0
    (batch,) = files.read(source, "actions", cursor={}, inbox=inbox)
    rows = batch.rows if isinstance(batch.rows, pa.Table) else batch.rows.read_all()
    with duckdb.connect() as connection:
        conformed = conform_rows(connection, rows, entity("actions"), source.conventions)
        (landed,) = records(connection, conformed.accepted)
        assert records(connection, conformed.rejects) == []

    assert landed["source_id"] == "CX-1"
    assert landed["status"] == "resolved"
    assert f"{landed['opened_at'].astimezone(UTC):%Y-%m-%d %H:%M}" == "2026-10-30 08:00"
    assert f"{landed['resolved_at'].astimezone(UTC):%Y-%m-%d %H:%M}" == "2026-11-02 06:00"


def documented_source() -> dict[str, Any]:
    readme = Path(serving.__file__).with_name("README.md").read_text(encoding="utf-8")
    snippets = map(yaml.safe_load, re.findall(r"```yaml\n(.*?)```", readme, flags=re.DOTALL))
    (source,) = (snippet["returned"] for snippet in snippets if "returned" in snippet)
    return dict(source)
