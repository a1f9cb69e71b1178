"""The one screen, read as a manager reads it, in three languages."""

from pathlib import Path

import duckdb
import pytest

from serving import ScreenSettings, publish, render
from serving.screen import WIDTH
from serving.wording import Language, Wording
from tests.serving.conftest import RELATIONS, facts

GOLDEN = Path(__file__).parent / "screens"


def render_in(language: Language, warehouse: Path, marts: Path) -> str:
    published = publish(warehouse, marts, relations=RELATIONS, run_id="run1", facts=facts("run1"))
    settings = ScreenSettings(
        language=language,
        company_name="Simorgh",
        time_zone="Asia/Tehran",
        calendar="jalali" if language == "fa" else "gregorian",
        is_demo=True,
        paths={
            "marts": Path("var/demo/marts/current/marts.duckdb"),
            "lists": Path("var/demo/marts/current/lists"),
            "roles": Path("var/demo/marts/current/roles"),
        },
    )
    return render(published.folder, settings)


@pytest.mark.parametrize("language", ["en", "fa", "ru"])
def test_the_screen_says_everything_in_the_companys_language(
    language: Language, warehouse: Path, marts: Path
) -> None:
    screen = render_in(language, warehouse, marts)

    assert screen == (GOLDEN / f"{language}.txt").read_text(encoding="utf-8")
    assert max(map(len, screen.splitlines())) <= WIDTH


def test_a_company_without_a_complete_month_still_has_a_screen(
    warehouse: Path, marts: Path
) -> None:
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("delete from marts.mart_cx_kpi")
        connection.execute("delete from core.fct_calls")

    assert "no complete month yet" in render_in("en", warehouse, marts)


def test_a_long_message_is_wrapped_and_stays_whole(warehouse: Path, marts: Path) -> None:
    message = " ".join(f"word{number}" for number in range(40)) + "\x1b[2J"
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute(f"update marts.mart_cx_kpi set grain_label_en = '{message}'")

    screen = render_in("en", warehouse, marts)

    assert "word39\ufffd[2J" in screen
    assert max(map(len, screen.splitlines())) <= WIDTH


@pytest.mark.parametrize(
    ("language", "number", "percent"),
    [
        ("en", "1,234", "+5.3%"),
        ("fa", "۱٬۲۳۴", "\u2066+۵٫۳٪\u2069"),
        ("ru", "1\u00a0234", "+5,3%"),
    ],
)
def test_numbers_have_the_languages_signs(language: Language, number: str, percent: str) -> None:
    wording = Wording(language)

    assert wording.number(1234) == number
    assert wording.measure(5.34, "+0.0", "percent") == percent


def test_every_language_has_every_label() -> None:
    def keys(labels: object, path: str = "") -> set[str]:
        if not isinstance(labels, dict):
            return {path}
        return {key for name, value in labels.items() for key in keys(value, f"{path}.{name}")}

    languages: tuple[Language, ...] = ("en", "fa", "ru")
    english, persian, russian = (keys(Wording(name)._labels) for name in languages)

    assert english == persian == russian
