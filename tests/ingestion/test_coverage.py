"""What sources fill by their settings alone, and what that unlocks."""

from typing import Any

from ingestion import Gap, Need, Sources, coverage, filled, load_sources

COMPANY = {"key": "acme", "name": {"en": "Acme"}, "time_zone": "UTC", "currency": "EUR"}


def sources(**streams: dict[str, Any]) -> Sources:
    block = {
        "id": "drops",
        "connector": "files",
        "streams": {
            name: {"glob": "*.csv", "format": "csv", "columns": columns}
            for name, columns in streams.items()
        },
    }
    return Sources.model_validate({"company": COMPANY, "sources": [block]})


CALLS = {"call_number": "id", "queue": "queue", "outcome": "end", "entered_at": "at"}
QUESTIONS = {
    "survey_number": {"value": "s"},
    "question_number": "q",
    "metric": {"from": "kind", "values": {"NPS": "nps"}, "default": "other"},
    "horizon": {"value": "relationship"},
}
NEEDS = [
    Need(kpi_id="busy", part=1, entity="calls"),
    Need(kpi_id="wait", part=1, entity="calls", columns=("wait_milliseconds",)),
    Need(kpi_id="handle", part=1, entity="calls", columns=("talk_milliseconds",)),
    Need(kpi_id="hold", part=1, entity="calls", columns=("talk_milliseconds", "hold_milliseconds")),
    *(
        Need(kpi_id="repeat", part=1, entity="calls", columns=(who,))
        for who in ("phone", "customer_number")
    ),
    Need(kpi_id="repeat", part=2, entity="orders", columns=("customer_number",)),
    Need(
        kpi_id="nps",
        part=1,
        entity="survey_questions",
        columns=("metric=nps", "horizon=relationship"),
    ),
    Need(kpi_id="csat", part=1, entity="survey_questions", columns=("metric=csat",)),
]


def test_a_kpi_is_unlocked_by_all_its_parts_and_any_alternative_of_each() -> None:
    found = coverage(NEEDS, filled(sources(calls=CALLS | {"customer_number": "who"})))

    assert found.computable == ("busy",)
    assert found.gaps["repeat"] == (Gap("orders", ("customer_number",), is_new=True),)
    assert found.gaps["hold"] == (
        Gap("calls", ("talk_milliseconds", "hold_milliseconds"), is_new=False),
    )


def test_declared_values_decide_and_undeclared_ones_may_be_anything() -> None:
    declared = coverage(NEEDS, filled(sources(survey_questions=QUESTIONS)))
    open_ones = coverage(NEEDS, filled(sources(survey_questions=QUESTIONS | {"metric": "kind"})))

    without = {name: origin for name, origin in QUESTIONS.items() if name != "horizon"}
    unfilled = coverage(NEEDS, filled(sources(survey_questions=without)))

    assert declared.computable == ("nps",)
    assert unfilled.gaps["nps"][0].columns == ("horizon=relationship",)
    assert declared.gaps["csat"] == (Gap("survey_questions", ("metric=csat",), is_new=False),)
    assert open_ones.computable == ("nps", "csat")


def test_additions_follow_one_another_and_name_only_what_still_lacks() -> None:
    found = coverage(NEEDS, filled(sources(calls=CALLS, survey_questions=QUESTIONS)))

    assert [(one.gaps[0].columns, one.kpis) for one in found.additions] == [
        (("wait_milliseconds",), ("wait",)),
        (("talk_milliseconds",), ("handle",)),
        (("hold_milliseconds",), ("hold",)),
        (("metric=csat",), ("csat",)),
        (("phone",), ("repeat",)),
    ]
    assert found.additions[-1].gaps[1] == Gap("orders", ("customer_number",), is_new=True)


def test_connectors_with_shapes_of_their_own_say_what_becomes_of_them() -> None:
    found = filled(load_sources())

    assert {"wait_milliseconds", "phone"} <= found["calls"].columns
    assert found["survey_questions"].has({"metric": "nps", "horizon": "transactional"})
    assert not found["survey_questions"].has({"metric": "ces", "horizon": "recovery"})
    assert found["survey_questions"].has({"metric": "csat", "scale_maximum": "5"})
    assert not found["survey_questions"].has({"metric": "csat", "scale_maximum": "1"})
