"""The example that people copy is right as it stands."""

import re
from pathlib import Path

from ingestion import configured_streams, load_sources, mistakes
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


def test_the_bucket_of_the_example_is_accepted_once_uncommented(tmp_path: Path) -> None:
    text = EXAMPLE.read_text(encoding="utf-8")
    commented = re.search(r"^    # options:.*\n(?:^    #   .*\n)*", text, re.M)
    assert commented
    written = text.replace(commented[0], re.sub(r"^    # ", "    ", commented[0], flags=re.M))
    (tmp_path / "sources.yaml").write_text(written, encoding="utf-8")

    sources = load_sources(tmp_path / "sources.yaml").sources

    (deals,) = [source for source in sources if source.id == "deals"]
    assert deals.options["url"] == "s3://acme-exports/deals"
    assert mistakes(load_sources(tmp_path / "sources.yaml")) == []


def test_the_rest_sources_of_the_example_are_accepted_once_uncommented(tmp_path: Path) -> None:
    text = EXAMPLE.read_text(encoding="utf-8")
    commented = re.search(r"(?:^  # .*\n|^  #\n)*", text[text.index("  # - id: sales") :], re.M)
    assert commented
    block = commented[0]
    written = text.replace(block, re.sub(r"^  # ", "  ", block, flags=re.M))
    (tmp_path / "sources.yaml").write_text(written, encoding="utf-8")

    names = [task.name for task in configured_streams(load_sources(tmp_path / "sources.yaml"))]

    assert [name for name in names if name.startswith(("sales/", "helpdesk/"))] == [
        *("sales/customers", "sales/accounts", "sales/opportunities"),
        "helpdesk/tickets",
    ]
