"""The demonstration of a blocked night: what is dropped, what is said, what is cleaned up."""

from pathlib import Path

import pytest

from orchestration import breakage
from orchestration.headless import NightFailedError
from orchestration.lib.environment import load_environment


@pytest.fixture
def demo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A demo company of which one version is published."""
    monkeypatch.setenv("CX_DATA", str(tmp_path))
    monkeypatch.delenv("CX_SOURCES", raising=False)
    marts = load_environment().home.marts
    (marts / "versions" / "yesterday").mkdir(parents=True)
    (marts / "versions" / "yesterday" / "published.json").write_text("{}")
    (marts / "current").symlink_to(marts / "versions" / "yesterday")
    return tmp_path


def dropped(folder: Path) -> list[Path]:
    return list((folder / "demo" / "inbox").rglob("*broken*"))


def test_a_blocked_night_is_the_success_and_the_bad_file_goes(
    demo: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def blocked(*, is_debug: bool) -> None:
        (bad,) = dropped(demo)
        lines = bad.read_text(encoding="utf-8").splitlines()
        assert len(lines) == breakage.BAD_ROWS + 1
        raise NightFailedError("source partners is required and cannot be used")

    monkeypatch.setattr(breakage, "run_night", blocked)
    assert breakage.demonstrate([]) == 0
    assert "BLOCKED, as it should be: source partners" in capsys.readouterr().out
    assert dropped(demo) == []


def test_a_night_that_is_not_blocked_is_the_failure(
    demo: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(breakage, "run_night", lambda *, is_debug: None)
    assert breakage.demonstrate([]) == 1
    assert "NOT BLOCKED" in capsys.readouterr().err


def test_without_a_publication_there_is_nothing_to_keep(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CX_DATA", str(tmp_path))
    monkeypatch.delenv("CX_SOURCES", raising=False)
    assert breakage.demonstrate([]) == 1
    assert "Run `make nightly` first" in capsys.readouterr().err


def test_a_company_of_ones_own_is_never_broken(
    demo: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = demo / "sources.yaml"
    path.write_text(
        "company: {key: demo, name: {en: Own}, time_zone: UTC, currency: EUR}\nsources: []\n"
    )
    monkeypatch.setenv("CX_SOURCES", str(path))
    assert breakage.demonstrate([]) == 1
    assert "only the demo company may be broken" in capsys.readouterr().err
