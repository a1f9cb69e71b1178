"""``make add`` writes a proposal once and never over something."""

from pathlib import Path

import pytest

from orchestration.adding import show_proposal


def test_the_proposal_is_written_once_beside_the_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "survey.csv"
    file.write_text("Response ID,Date,Would you recommend us?\n1,2026-09-01 10:00,9\n", "utf-8")

    assert show_proposal([str(file), "survey", ""]) == 0
    said = capsys.readouterr().out
    assert "survey_answers: 1 rows would land" in said
    assert {path.name for path in tmp_path.iterdir()} == {
        "survey.csv",
        "survey.sources.yaml",
        "questions-survey.csv",
    }

    assert show_proposal([str(file), "survey", ""]) == 1
    assert "exists already" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("language", "sentences"),
    [
        ("fa", ["پرسش‌های باز: 3.", "کدام ستون «شناسه» (response_number) است؟", "نوشته شد:"]),
        ("ru", ["Открытых вопросов: 3.", "В каком часовом поясе записано время?", "Записано:"]),
    ],
)
def test_it_speaks_the_language_of_the_company(
    language: str,
    sentences: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    company = f"{{key: a, name: {{en: A}}, language: {language}, time_zone: UTC, currency: EUR}}"
    settings = tmp_path / "sources.yaml"
    settings.write_text(f"company: {company}\nsources: []\n", encoding="utf-8")
    monkeypatch.setenv("CX_SOURCES", str(settings))
    file = tmp_path / "survey.csv"
    file.write_text("No.,Date,Would you recommend us?\n1,2026-09-01 10:00,9\n", "utf-8")

    assert show_proposal([str(file), "survey", ""]) == 0
    said = capsys.readouterr().out
    assert all(sentence in said for sentence in sentences)
    assert sentences[0] in (tmp_path / "survey.sources.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (["", "", ""], 2, "make add FILE="),
        (["calls.csv"], 2, "make add FILE="),
        (["nowhere.csv", "calls"], 1, "there is no such file"),
    ],
)
def test_a_wrong_call_says_how_to_ask(
    words: list[str], code: int, sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert show_proposal(words) == code
    assert sentence in capsys.readouterr().err
