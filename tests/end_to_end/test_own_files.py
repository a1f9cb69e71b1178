"""Six files that nobody prepared, each with at most five answers, become one report.

The files are those of the proposals' own tests: calls, customers, orders and surveys with
Persian and Russian headers.
"""

import shutil
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from ingestion import Home, Sources, configured_streams, extract, freeze, mistakes
from ingestion.proposing import propose
from orchestration.lib.coverage import unlocked_by
from serving import Relation, ReportSettings, RunFacts, publish, reconcile, write_report
from tests.end_to_end.test_real_exports import HOLLOW
from tests.factories.dbt import run_dbt
from tests.factories.night import NIGHTLY
from tests.ingestion.proposing import own_files

FILES = {
    own_files.persian_calls: "calls",
    own_files.russian_calls: "calls",
    own_files.persian_customers: "crm",
    own_files.russian_customers: "crm",
    own_files.persian_survey: "survey",
    own_files.russian_survey: "survey",
}
AS_OF = date(2026, 10, 2)
COMPANY = {
    **{"key": "ours", "name": {"en": "Ours", "fa": "ما", "ru": "Мы"}, "is_demo": True},
    **{"language": "fa", "time_zone": "Asia/Tehran", "currency": "IRR"},
}


def proposed(folder: Path, home: Home) -> Sources:
    """The sources as the proposals write them, with their files in the inbox."""
    blocks = []
    for place, (make, kind) in enumerate(FILES.items()):
        (folder / str(place)).mkdir()
        file = make(folder / str(place))
        proposal = propose(file, kind)
        assert len(proposal.questions) <= 5
        (block,) = yaml.safe_load(proposal.yaml)
        block["id"] = f"{block['id']}_{place}"
        blocks.append(block)
        inbox = home.inbox / block["id"]
        inbox.mkdir(parents=True)
        shutil.copy(file, inbox)
        if proposal.companion:
            (inbox / proposal.companion.path.name).write_text(proposal.companion.text, "utf-8")
        for path in list(inbox.iterdir()):
            path.with_name(f"{path.name}.done").touch()
    return Sources.model_validate({"company": COMPANY, "sources": blocks})


@pytest.mark.lane
def test_six_files_with_confirmed_proposals_become_a_report(
    tmp_path: Path, manifest: dict[str, Any]
) -> None:
    home = Home(root=tmp_path / "home")
    sources = proposed(tmp_path, home)
    assert mistakes(sources) == []

    results = extract(sources, home, configured_streams(sources))
    assert {result.status for result in results} == {"landed"}
    freeze(sources, home, results=results, run_id="own", as_of=AS_OF)
    run_dbt(home, *NIGHTLY)
    assert reconcile(home.warehouse).differences == ()
    published = publish(
        home.warehouse,
        home.marts,
        relations=[
            Relation(node["schema"], node["name"])
            for node in manifest["nodes"].values()
            if node["resource_type"] == "model" and node.get("access") == "public"
        ],
        run_id="own",
        facts=RunFacts(run_id="own", as_of=AS_OF, code_version="0"),
    )
    unlocked = unlocked_by(sources)
    names = {str(language): name for language, name in sources.company.name.items()}
    settings = ReportSettings(
        language="fa", company_names=names, time_zone="Asia/Tehran", unlocked=unlocked
    )
    page = write_report(published.folder, settings).read_text(encoding="utf-8")

    with duckdb.connect(str(home.warehouse), read_only=True) as connection:
        found = connection.execute(
            "select distinct kpi_id from metrics.met_kpi_values "
            "where grain_name = 'company' and value is not null and n > 0"
        ).fetchall()
    computed = {kpi for (kpi,) in found}
    assert computed - set(unlocked.computable) <= HOLLOW | {"K-CONC", "K-HOLD", "K-XFER"}
    assert {"K-SL", "K-ABN", "K-RFM", "K-CSAT"} <= computed
    assert 'id="not_computed-fa"' in page
    assert all(f">{kpi}<" not in page for kpi in unlocked.lacks)
