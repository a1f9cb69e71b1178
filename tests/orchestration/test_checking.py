"""``make check`` says in the company's language what is wrong and what is unlocked."""

from pathlib import Path

import pytest

from ingestion.settings import PROJECT_ROOT
from orchestration.checking import show_check

EXAMPLE = PROJECT_ROOT / "docs" / "sources.example.yaml"


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CX_DATA", str(tmp_path / "var"))
    monkeypatch.delenv("CX_SOURCES", raising=False)
    monkeypatch.delenv("CRM_URL", raising=False)
    monkeypatch.setenv("CX_PSEUDONYM_KEY", "a key that only the tests know")
    return tmp_path


def written(place: Path, monkeypatch: pytest.MonkeyPatch, *changes: tuple[str, str]) -> None:
    text = EXAMPLE.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    (place / "sources.yaml").write_text(text, encoding="utf-8")
    monkeypatch.setenv("CX_SOURCES", str(place / "sources.yaml"))


def test_the_demo_company_lacks_one_question(capsys: pytest.CaptureFixture[str]) -> None:
    assert show_check([]) == 0
    said = capsys.readouterr().out
    assert "126 of 127 KPIs can be computed." in said
    assert "answers of good or" in said


@pytest.mark.parametrize(
    ("language", "sentences"),
    [
        ("en", ["51 of 127 KPIs can be computed.", "+ orders (customer number, amount): 10 more"]),
        ("fa", ["۵۱ از ۱۲۷ شاخص قابل محاسبه است.", "+ سفارش‌ها (شمارهٔ مشتری، مبلغ)"]),
        ("ru", ["показателей: 51 из 127", "+ заказы (номер клиента, сумма): еще 10"]),
    ],
)
def test_what_lacks_and_what_adds_most_is_told_in_the_language_of_the_company(
    language: str,
    sentences: list[str],
    place: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    written(place, monkeypatch, ("language: en ", f"language: {language} "))

    assert show_check([]) == 1
    said = capsys.readouterr().out
    assert all(sentence in said for sentence in sentences)
    assert "CRM_URL is named in the sources but not set" in said
    assert max(map(len, said.splitlines())) <= 100 + len(str(place))


def test_wrong_settings_are_told_instead(
    place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    written(place, monkeypatch, ("customer_number: code", "customer_nummer: code"))

    assert show_check([]) == 1
    said = capsys.readouterr().out
    assert "customer_nummer" in said
    assert "KPIs" not in said

    written(place, monkeypatch, ("week_start: monday", "week_start: noon"))
    assert show_check([]) == 1
    assert "company.week_start is 'noon'" in capsys.readouterr().err
