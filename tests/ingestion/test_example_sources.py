"""The example that people copy is right as it stands."""

from pathlib import Path

from ingestion import configured_streams, load_sources
from ingestion.settings import PROJECT_ROOT

EXAMPLE = PROJECT_ROOT / "docs" / "sources.example.yaml"


def test_the_example_is_accepted_and_shows_every_connector_that_needs_no_account() -> None:
    sources = load_sources(EXAMPLE)

    assert [task.name for task in configured_streams(sources)] == [
        *("crm/customers", "crm/opportunities"),
        *("pbx/queue_log", "pbx/cdr"),
        *("surveys/survey_questions", "surveys/survey_invitations"),
        *("surveys/survey_responses", "surveys/survey_answers"),
        *("deals/opportunities", "deals/accounts"),
    ]
    assert not sources.company.is_demo


def test_the_rest_sources_of_the_example_are_accepted_once_uncommented(tmp_path: Path) -> None:
    text = EXAMPLE.read_text(encoding="utf-8")
    before, after = text.split("  # - id: sales")
    written = f"  # - id: sales{after}".replace("\n  # ", "\n  ").replace("  # ", "  ", 1)
    (tmp_path / "sources.yaml").write_text(before + written, encoding="utf-8")

    names = [task.name for task in configured_streams(load_sources(tmp_path / "sources.yaml"))]

    assert names[-4:] == [
        *("sales/customers", "sales/accounts", "sales/opportunities"),
        "helpdesk/tickets",
    ]
