"""Why a number is what it is: questions as people write them, and effects that sum."""

from datetime import date
from pathlib import Path

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from serving import ExplainError, Question, explain
from serving.explanation.effects import Part, effects

PUBLISHED = """
    create table dim_kpi as
    select
        kpi_id, 1 as definition_version, statistic, is_headline, kind, unit, unit_scale,
        'Is the question answered?' as question, 'پرسش؟' as question_fa, 'Вопрос?' as question_ru
    from (values
        ('K-NPS', 'value', true, 'net', 'points', 1),
        ('K-FRT', 'mean', false, 'mean', 'minutes', 60000),
        ('K-FRT', 'p50', true, 'quantile', 'minutes', 60000),
        ('K-KANO', 'value', true, 'net', 'percent', 1)
    ) as kpis(kpi_id, statistic, is_headline, kind, unit, unit_scale);
    create table mart_cx_kpi as
    select
        kpi_id, 1 as definition_version, statistic, grain_name, grain_key, period_type,
        period_start, (period_start + interval 1 month)::date as period_end, numerator, denominator,
        value::double as value, denominator as n, value::double - 5 as ci_low,
        value::double + 5 as ci_high, denominator < 30 as low_n, false as suppressed,
        1.0 as mature_share, false as delta_significant, 30.0::double as target,
        'watch' as status, 'points' as unit, 'higher_is_better' as direction,
        '+0.0' as display_format, 'customer_insight' as owner,
        kpi_id as kpi_name_en, 'شاخص' as kpi_name_fa, kpi_id as kpi_name_ru,
        upper(grain_key) as grain_label_en,
        if(grain_key = 'dubai', 'دبی', grain_key) as grain_label_fa,
        if(grain_key = 'dubai', 'Дубай', grain_key) as grain_label_ru,
        'mart_survey_answer' as drill_mart, 'score is not null' as drill_filter
    from (values
        ('K-NPS', 'value', 'company', 'company', 'month', date '2026-09-01', 20, 100, 20),
        ('K-NPS', 'value', 'company', 'company', 'month', date '2026-10-01', 40, 100, 40),
        ('K-NPS', 'value', 'company', 'company', 'month', date '2026-11-01', 9, 10, 90),
        ('K-NPS', 'value', 'company', 'company', 'jalali_month', date '2026-09-23', 3, 10, 30),
        ('K-NPS', 'value', 'market', 'dubai', 'month', date '2026-09-01', 10, 50, 20),
        ('K-NPS', 'value', 'market', 'dubai', 'month', date '2026-10-01', 30, 50, 60),
        ('K-NPS', 'value', 'market', 'tehran', 'month', date '2026-09-01', 5, 40, 12.5),
        ('K-NPS', 'value', 'market', 'tehran', 'month', date '2026-10-01', 6, 30, 20),
        ('K-NPS', 'value', 'question', 'all', 'month', date '2026-09-01', 90, 180, 50),
        ('K-NPS', 'value', 'question', 'all', 'month', date '2026-10-01', 90, 180, 50),
        ('K-FRT', 'p50', 'company', 'company', 'month', date '2026-09-01', null, null, 12),
        ('K-FRT', 'p50', 'company', 'company', 'month', date '2026-10-01', null, null, 10)
    ) as kpi(
        kpi_id, statistic, grain_name, grain_key, period_type, period_start, numerator,
        denominator, value
    );
    create table mart_survey_answer as
    select 'a' || i as answer_id, 'same' as survey_id, i as score, 'line' || chr(10) || i as text
    from range(12) as numbers(i);
    create table mart_dq_health as
    select * from (values
        ('rejected', 'answers', null, 'mart_survey_answer', 'rejected', 3, 'no_such_date', null),
        ('model_test', 'a test', null, 'fct_orders', 'failed', 1, null, 'Got 1 result'),
        ('source', 'crm', 'crm', null, 'fresh', null, null, null)
    ) as health(kind, name, source_id, table_name, status, count_rows, rule, message);
    create table dim_labels as
    select 'grain' as domain, 'market' as code, 'Market' as name_en, 'بازار' as name_fa,
        'Рынок' as name_ru;
    create table dim_calendar as
    select date '2026-09-23' as calendar_date, 1405 as jalali_year, 7 as jalali_month,
        1 as jalali_day;
    create table _meta as select date '2026-11-01' as as_of;
"""


@pytest.fixture
def version(tmp_path: Path) -> Path:
    with duckdb.connect(str(tmp_path / "marts.duckdb")) as connection:
        connection.execute(PUBLISHED)
    return tmp_path


def test_an_answer_holds_parts_change_causes_rows_and_remarks(version: Path) -> None:
    answer = explain(version, Question(kpi="k-nps"))

    definition, value, change, rows, remarks = answer.split("\n\n")
    assert "K-NPS" in definition
    assert "Is the question answered?" in definition
    assert value.startswith("COMPANY · 2026-10-01 – 2026-10-31: +40.0")
    assert "40 of 100" in value
    assert "interval +35.0 to +45.0" in value
    assert change.startswith("Before (2026-09-01 – 2026-09-30): +20.0. Change: +20.0, within noise")
    assert "12. The first ten:" in rows
    assert rows.splitlines()[1].split() == ["answer_id", "score", "text"]
    assert "line 1" in rows
    assert len(rows.splitlines()) == 1 + 1 + 10 + 1
    assert rows.endswith('from "mart_survey_answer" where score is not null')
    assert "rejected · 3 rows · no_such_date" in remarks.splitlines()[1]
    assert "fct_orders · FAILED" in remarks.splitlines()[2]


def test_values_of_a_source_give_a_terminal_no_commands(version: Path) -> None:
    """Fault 50."""
    with duckdb.connect(str(version / "marts.duckdb")) as connection:
        connection.execute("update mart_survey_answer set text = $1", ["\x1b]0;evil\a\x9b2J"])
        connection.execute("update mart_survey_answer set text = 'x' where score > 8")

    answer = explain(version, Question(kpi="K-NPS"))

    assert "\ufffd]0;evil\ufffd\ufffd2J" in answer
    assert not set(answer) & {"\x1b", "\a", "\x9b"}


def test_places_and_a_rest_share_the_change_and_overlapping_grains_are_left_out(
    version: Path,
) -> None:
    answer = explain(version, Question(kpi="K-NPS"))

    # Dubai: share 0.5 in both months, own value 20 → 60. Tehran: share 0.4 → 0.3.
    assert "DUBAI: +20.0 (own value +20.0, mix 0.0)" in answer
    assert "TEHRAN: +4.0 (own value +2.6, mix +1.4)" in answer
    # 5 of 10 before, 4 of 20 after: what no published place holds.
    assert "without a place of its own: −4.0 (own value −4.5, mix +0.5)" in answer
    assert "question" not in answer.split("\n\n")[2]


def test_people_write_labels_jalali_months_and_digits_of_their_script(version: Path) -> None:
    persian = explain(version, Question(kpi="NPS", grain="market=دبی"), language="fa")
    jalali = explain(version, Question(kpi="K-NPS", period="۱۴۰۵-۰۷"))

    assert "پرسش؟" in persian
    assert "دبی" in persian
    assert "۶۰٫۰" in persian
    assert "2026-09-23" in jalali
    assert "No comparison" in jalali


def test_a_median_says_that_its_parts_do_not_add_up(version: Path) -> None:
    answer = explain(version, Question(kpi="K-FRT"), language="ru")

    assert "+10,0" in answer
    assert "части не складываются" in answer


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        (Question(kpi="K-NPX"), "There is no KPI 'K-NPX'. Close to it: K-NPS"),
        (Question(kpi="K-KANO"), "no source delivers what it needs"),
        (Question(kpi="K-NPS", statistic="p90"), "it has value"),
        (Question(kpi="K-FRT", grain="queue=a"), "it is by company, for each month"),
        (Question(kpi="K-NPS", grain="market=mars"), "there are dubai, tehran"),
        (Question(kpi="K-NPS", period="2026-13"), "is no period; write 2026-09"),
        (Question(kpi="K-NPS", period="1999-01"), "periods begin 2026-09-01 to 2026-11-01"),
        (Question(kpi="K-NPS", period="1390-01"), "no Jalali month 1390-01"),
    ],
)
def test_what_is_not_published_is_said_with_what_is(
    version: Path, question: Question, sentence: str
) -> None:
    with pytest.raises(ExplainError, match=sentence):
        explain(version, question)


part = st.builds(Part, st.integers(-1000, 1000), st.integers(0, 1000))
parts = st.dictionaries(st.sampled_from("abcde"), part, min_size=1).filter(
    lambda found: any(part.denominator for part in found.values())
)


@given(parts, parts)
def test_effects_sum_to_the_change_of_the_whole(
    before: dict[str, Part], after: dict[str, Part]
) -> None:
    before, after = (
        {key: part for key, part in found.items() if part.denominator} for found in (before, after)
    )

    def value(found: dict[str, Part]) -> float:
        return sum(p.numerator for p in found.values()) / sum(p.denominator for p in found.values())

    found = effects(before, after, 100)

    assert sum(effect.total for effect in found) == pytest.approx(
        100 * (value(after) - value(before)), abs=1e-6
    )
    assert {effect.key for effect in found} == {*before, *after}


def test_a_part_that_leaves_changes_the_mix_alone() -> None:
    found = {e.key: e for e in effects({"a": Part(1, 10), "b": Part(9, 10)}, {"a": Part(1, 10)})}

    assert found["b"].rate == 0
    assert found["a"].rate == 0
    assert found["a"].total + found["b"].total == pytest.approx(-0.4)


def test_a_whole_without_denominator_has_no_effects() -> None:
    with pytest.raises(ValueError, match="without a denominator"):
        effects({"a": Part(0, 0)}, {"a": Part(1, 1)})


def test_the_last_complete_month_is_meant_when_none_is_said(version: Path) -> None:
    with duckdb.connect(str(version / "marts.duckdb")) as connection:
        connection.execute("update _meta set as_of = ?", [date(2026, 12, 1)])

    assert "2026-11-01" in explain(version, Question(kpi="K-NPS"))
