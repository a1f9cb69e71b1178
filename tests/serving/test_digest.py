"""The weekly digest: what a role has to know, and nothing that its file hides."""

from pathlib import Path

import duckdb
import pytest

from serving import ReportSettings, ServingError, digest_text, write_digests
from serving.digest.declaration import BUNDLED_DIGESTS, load_digests
from serving.roles import BUNDLED_ROLES, load_roles
from serving.wording import Language
from tests.serving.published import write_version

DECLARED = """
digests:
  executive: {kpis: [K-CSAT], areas: all}
  crm_owner: {kpis: [K-CSAT, K-RET], areas: [sales]}
  market_manager: {kpis: [K-CSAT], areas: [contact_center], per: market}
"""


@pytest.fixture
def version(tmp_path: Path) -> Path:
    return write_version(tmp_path)


def written(version: Path, declared: str = DECLARED, language: Language = "en") -> dict[str, Path]:
    path = version / "declared.yaml"
    path.write_text(declared, encoding="utf-8")
    with duckdb.connect(str(version / "marts.duckdb")) as connection:
        connection.execute(
            "insert into dim_kpi (kpi_id, is_headline, name_en) values ('K-RET', true, 'Retention')"
        )
    settings = ReportSettings(
        language=language,
        company_names={"en": "Simorgh", "fa": "سیمرغ"},
        time_zone="UTC",
        is_demo=True,
    )
    return write_digests(version, settings, path)


def test_a_digest_tells_the_week_its_change_alerts_cases_and_priorities(version: Path) -> None:
    written(version)

    text = digest_text(version, "executive")

    assert text.startswith("A made-up company: nothing here is real.\nWeekly digest · Executive\n")
    assert (
        "- CSAT: 64.1% WATCH · +2.1, within noise · n 198 · target 80.0% · "
        "2026-10-24 – 2026-10-30\n"
    ) in text
    assert "- Service level: 54.5% RED · −6.5, a real change" in text
    assert "- Service level · COMPANY" in text
    assert "- All together: 5 open, 3 overdue\n- Customer insight · Detractor: 5 open" in text
    assert "- Delivery: 59.7% satisfied, 20.3 points below target" in text
    assert "- Detractor: 776 mentions, 104 further contacts" in text


def test_places_and_small_bases_are_told_only_where_the_file_of_the_role_shows_them(
    version: Path,
) -> None:
    written(version)
    executive, manager = (
        digest_text(version, name) for name in ("executive", "market_manager-dubai")
    )

    # No role file shows an agent or a worst place in a week; three tickets are no base.
    for text in (executive, manager):
        assert "PBX:7" not in text
        assert "worst in" not in text
        assert "Reopened" not in text
    assert "61.7%" not in executive
    assert "\nDUBAI\n- CSAT: 61.7% RED · −4.0, a real change" in manager


def test_what_is_not_the_role_s_own_is_left_out(version: Path) -> None:
    written(version)

    text = digest_text(version, "crm_owner")

    assert "- Retention: no base\n" in text
    assert "Service level" not in text
    assert "Beyond the red line\n- nothing\n" in text
    assert "Cases\n- nothing\n" in text


def test_page_and_message_say_the_same_in_the_language_of_the_company(version: Path) -> None:
    pages = written(version, language="fa")

    page = pages["executive"].read_text(encoding="utf-8")
    text = digest_text(version, "executive")

    assert 'dir="rtl"' in page
    for words in ("گزیدهٔ هفتگی · مدیر ارشد", "پرونده‌ها", "۵ باز، ۳ گذشته از مهلت"):
        assert words in text
        assert words in page
    assert "http" not in page
    assert "<script" not in page


def test_a_version_without_the_marts_of_action_still_has_its_digests(tmp_path: Path) -> None:
    version = write_version(
        tmp_path, ("mart_kpi_alert", "mart_action_today", "mart_priorities", "mart_pain_points")
    )

    written(version)

    assert digest_text(version, "executive").count("- nothing") == 4


@pytest.mark.parametrize(
    ("declared", "complaint"),
    [
        (DECLARED.replace("K-CSAT", "K-NONE"), "names the unknown KPI K-NONE"),
        (DECLARED.replace("areas: all", "area: all"), "digests.executive.areas: Field required"),
        ("digests: [", "is not YAML"),
    ],
)
def test_a_declaration_that_is_not_understood_is_one_sentence(
    version: Path, declared: str, complaint: str
) -> None:
    with pytest.raises(ServingError, match=complaint) as refusal:
        written(version, declared)

    assert "\n" not in str(refusal.value)


def test_a_digest_that_does_not_exist_is_named_with_those_that_do(version: Path) -> None:
    written(version)

    with pytest.raises(ServingError, match=r"no digest board; it has crm_owner, executive"):
        digest_text(version, "board")


def test_the_bundled_digests_are_of_declared_roles_and_kpis() -> None:
    root = BUNDLED_ROLES.parents[1]
    seed = (root / "dbt_project" / "seeds" / "kpis.csv").read_text(encoding="utf-8")
    known = {line.partition(",")[0] for line in seed.splitlines()}
    digests = load_digests(BUNDLED_DIGESTS, known).digests
    roles = load_roles(BUNDLED_ROLES).roles

    assert {name: rule.per for name, rule in digests.items()} == {
        name: role.per for name, role in roles.items()
    }
