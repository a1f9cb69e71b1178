"""The words of ``make explain``, told apart by their form."""

import pytest

from orchestration.explaining import asked, show_explanation
from serving import Question


@pytest.mark.parametrize(
    ("words", "question"),
    [
        (["K-NPS", "", "", ""], Question(kpi="K-NPS")),
        (
            ["K-NPS", "market=dubai", "", "p90"],
            Question(kpi="K-NPS", grain="market=dubai", statistic="p90"),
        ),
        (["K-NPS", "۱۴۰۵-۰۷"], Question(kpi="K-NPS", period="۱۴۰۵-۰۷")),
        (["", "", ""], None),
        (["K-NPS", "2026", "2025"], None),
    ],
)
def test_words_are_told_apart_by_their_form(words: list[str], question: Question | None) -> None:
    assert asked(words) == question


def test_without_a_kpi_it_says_how_to_ask(capsys: pytest.CaptureFixture[str]) -> None:
    assert show_explanation([]) == 2
    assert "KPI=K-NPS" in capsys.readouterr().err
