"""Which second computation proves which published statistic: the registry that is run.

A computation is written from the specification and reads core facts, seeds and, where nothing
else holds it, states of life; what it finds is compared with ``mart_cx_kpi`` row by row. The
computations are in the modules beside this one; ``test_every_statistic_is_computed_twice`` runs
them.
"""

from collections.abc import Iterable
from functools import partial

from tests.kpis import (
    acquisition,
    agents,
    backlog,
    bias,
    billing,
    communications,
    contact_center,
    contact_rates,
    dimensions,
    floor,
    growth,
    identities,
    issues,
    journey,
    lapse,
    maturity,
    methods,
    orders,
    panels,
    pipeline,
    preferences,
    programs,
    retention,
    revenue,
    risk,
    scorecards,
    service_desk,
    staffing,
    surveys,
    teams,
    themes,
    value,
    years,
)
from tests.kpis.comparing import Computation, Pair
from tests.kpis.reading import Compute


def _each(kpis: Iterable[str], statistics: str) -> dict[str, str]:
    return dict.fromkeys(kpis, statistics)


QUANTILES = "p50 p90 max"
BRIDGE = {
    "K-MRR": "value opening new expansion reactivation contraction churn real",
    **_each(("K-GRR", "K-NRR", "K-REVCH"), "value real"),
    "K-NRR.R": "value",
}
RESOLUTIONS = ("K-RES", "K-RES.B", "K-RES.F", "K-RES.FB", "K-RES.O", "K-RES.OB")
COHORTS = "month_1 month_3 month_6 month_12"
RULES = "first last linear position first_real last_real linear_real position_real"
SIX = "communication personalization problem_solving integration transparency"

COMPUTATIONS: dict[str, Computation] = {
    "scores of surveys": Computation(
        surveys.scores,
        {
            **_each(("K-NPS", "K-NPS.T", "K-CSAT2"), "value"),
            **_each(("K-CSAT", "K-CSAT.R"), "value mean bottom2"),
            "K-CES": "mean agree strong",
        },
    ),
    "weighted scores": Computation(
        surveys.weighted_scores, {"K-NPS.W": "value effective_n spoken_for"}
    ),
    "response rates": Computation(
        surveys.response_rates, _each(("K-RR", "K-RR.R"), "value bounce start completion partial")
    ),
    "response bias": Computation(bias.response_bias, {"K-BIAS": "value decile_gap"}, "quarter"),
    "chance of a response bias": Computation(
        # The cube root of chi-square is normal to about a hundredth.
        bias.response_bias,
        {"K-BIAS": "segment_p decile_p"},
        "quarter",
        within=0.02,
    ),
    "calls": Computation(
        contact_center.counts_and_means,
        {
            **_each(("K-SL", *(f"K-SL.V{number}" for number in range(1, 7)), "K-BUSY"), "value"),
            **_each(("K-ASA", "K-WAIT"), "mean"),
            "K-ABN": "value raw",
            "K-AHT": "mean talk hold wrap",
            "K-XFER": "value misroute",
        },
    ),
    "calls within their target": Computation(
        contact_center.attainment, _each(("K-ASA", "K-AHT"), "attainment")
    ),
    "durations of calls": Computation(
        contact_center.quantiles, _each(("K-ASA", "K-WAIT", "K-AHT"), QUANTILES)
    ),
    "calls at the same time": Computation(contact_center.peaks, {"K-CONC": "value"}),
    "states of agents": Computation(
        floor.occupancy, {"K-OCC": "value utilization", "K-OCC.C": "value"}, least=1
    ),
    "evaluations": Computation(floor.quality, {"K-QA": "value auto_fail coached"}, least=1),
    "contacts evaluated": Computation(agents.coverage, {"K-QACOV": "value minimum"}, least=1),
    "agreement of evaluators": Computation(agents.agreement, {"K-QAK": "value"}, within=1e-4),
    "scorecards": Computation(scorecards.scorecards, {"K-AGT": "value"}, within=1e-4),
    "voice menu": Computation(floor.menu, {"K-IVR": "value drop to_queue"}, least=1),
    "recordings": Computation(floor.recordings, {"K-REC": "value overdue"}, least=1),
    "busy persons": Computation(floor.busy_persons, {"K-BUSY.P": "value"}, least=1),
    "calls on hold": Computation(agents.held, {"K-HOLD": "value mean"}, least=1),
    "agents needed": Computation(staffing.staffing, {"K-ERL": "value"}),
    "service desk": Computation(
        service_desk.shares_and_means,
        {
            "K-FRT": "in_time unreplied mean",
            "K-FRT.B": "in_time mean",
            "K-SLA": "value first_reply resolution",
            **_each(RESOLUTIONS, "mean"),
            "K-REOPEN": "value",
            "K-PUNCT": "value mean",
            "K-LOOP": "contacted resolved recovered",
        },
    ),
    "tickets within their target": Computation(
        service_desk.attainment, _each(("K-FRT", "K-FRT.B", "K-RES"), "attainment")
    ),
    "durations of tickets": Computation(
        service_desk.quantiles, _each(("K-FRT", "K-FRT.B", *RESOLUTIONS, "K-PUNCT"), QUANTILES)
    ),
    "tickets that still wait": Computation(
        service_desk.waits, _each(("K-FRT", "K-FRT.B"), "median_censored")
    ),
    "backlog by month": Computation(backlog.backlog_of_months, {"K-BACKLOG": "mean aged"}),
    "backlog by day": Computation(backlog.backlog_of_days, {"K-BACKLOG": "value aged"}, "day"),
    "issues": Computation(
        issues.followed_contacts,
        {
            **_each(("K-FCR", "K-FCR.A", "K-NRC", "K-NRC.A"), "value"),
            "K-EFFB": "value with_open",
        },
    ),
    "issues as customers tell": Computation(issues.told_by_customers, {"K-FCR.S": "value"}),
    "contacts and complaints": Computation(
        contact_rates.rates, {"K-CONTACT": "value per_100_orders", "K-COMPL": "value"}
    ),
    "complaints answered": Computation(contact_rates.acknowledged, {"K-COMPL": "acknowledged"}),
    "self-service": Computation(contact_rates.self_service, {"K-SELF": "value"}),
    "cost per contact": Computation(contact_rates.cost_per_contact, {"K-CPC": "value real"}),
    "closed deals": Computation(
        pipeline.closed_deals, {"K-WIN": "value by_value", "K-CYCLE": "mean"}
    ),
    "length of deals": Computation(pipeline.cycle_quantiles, {"K-CYCLE": QUANTILES}),
    "deals that are open": Computation(pipeline.cycles, {"K-CYCLE": "value lower_bound"}),
    "pipeline": Computation(
        pipeline.coverage,
        {"K-COVER": "value forecast forecast_real"},
        "quarter",
        relative=1e-9,
    ),
    "stages reached": Computation(journey.stage_conversion, {"K-STAGE": "value overall"}),
    "times in a stage": Computation(journey.stage_times, {"K-TIS": "value lower_bound"}),
    "touches of the map": Computation(journey.touches, {"K-JMAP": "value"}),
    "satisfaction on the map": Computation(journey.satisfaction, {"K-JMAP": "csat"}),
    "attribution": Computation(acquisition.attribution, {"K-ATTR": RULES}, relative=1e-7),
    "referrals": Computation(growth.referrals, {"K-REF": "value conversion", "K-ADV": "value"}),
    "growth by referrals": Computation(growth.k_factors, {"K-REF": "k_factor"}),
    "costs of customers": Computation(
        growth.costs_of_customers,
        {"K-CAC": "value value_real keep keep_real ratio"},
        relative=1e-6,
    ),
    "tasks": Computation(acquisition.tasks, {"K-TASK": "value"}),
    "ease of tasks": Computation(panels.ease_of_tasks, {"K-TASK": "ease"}),
    "messages": Computation(
        communications.messages,
        {
            "K-DELIV": "value bounce_hard bounce_soft",
            "K-OPEN": "value click click_to_open",
            "K-UNSUB": "value complaint",
            "K-PERS": "value merge_failure",
            **_each(("K-PREFM", "K-RETR"), "value"),
            "K-OPTV": "share",
        },
    ),
    "messages after an opt-out": Computation(communications.violations, {"K-OPTV": "value"}),
    "known preferences": Computation(preferences.known_preferences, {"K-PREF": "value"}),
    "invoices": Computation(
        billing.invoices,
        {
            "K-PAY": "value by_amount by_amount_real days_late due_day",
            **_each(("K-SAMECH", "K-NOTICE.I"), "value"),
        },
    ),
    "renewals": Computation(
        billing.renewals,
        {"K-RENEW": "value with_grace by_amount by_amount_real", "K-NOTICE.R": "value"},
    ),
    "leads of notices": Computation(
        billing.lead_medians, _each(("K-NOTICE.I", "K-NOTICE.R"), "p50")
    ),
    "sales outstanding": Computation(billing.sales_outstanding, {"K-PAY": "dso"}),
    "retention": Computation(
        retention.retention, {"K-RET": "value", "K-CHURN": "value voluntary involuntary"}
    ),
    "lapses": Computation(lapse.lapses, {"K-LAPSE": "value"}),
    "recurring revenue": Computation(partial(revenue.recurring, months=1), BRIDGE),
    "recurring revenue by quarter": Computation(
        partial(revenue.recurring, months=3), BRIDGE, "quarter"
    ),
    "recurring revenue by year": Computation(
        partial(revenue.recurring, months=12), BRIDGE | {"K-ERG": "value"}, "year"
    ),
    "cohorts": Computation(orders.cohort_kpis, _each(("K-COH", "K-COH.U"), COHORTS)),
    "repeat purchases": Computation(
        orders.repeat_kpis, {"K-REP": "within_90d within_180d within_365d revenue_share"}
    ),
    "deliveries": Computation(orders.deliveries, _each(("K-PO", "K-ONB"), "value")),
    "defects": Computation(orders.defects, {"K-DEF": "value returns contacts"}),
    "historic value": Computation(
        value.historic_value, {"K-CLV.H": "mean mean_real"}, relative=1e-7
    ),
    "best customers": Computation(value.best_customers, {"K-RFM": "value"}),
    "segments": Computation(value.segments, {"K-SEG": "value drift"}),
    "wallets": Computation(panels.wallets, {"K-SOW": "value allocation"}, within=1e-4),
    "risk": Computation(
        risk.risk_kpis,
        {
            "K-RISK": "value mean no_signal precision recall lift",
            "K-RAR": "value real with_complaint no_value",
        },
        relative=1e-7,
    ),
    "lifetime value": Computation(
        years.lifetime_values,
        {
            "K-CLV.S": "value immediate real immediate_real",
            "K-RECON": "value points_end percent percent_end",
        },
        "year",
        relative=1e-3,
    ),
    "answers and revenue": Computation(
        years.links,
        {"K-LINK": "value real slope slope_real spearman"},
        "year",
        relative=1e-4,
        least=3,
    ),
    "programmes": Computation(
        programs.returns, {"K-ROI": "low high low_real high_real"}, "year", relative=1e-4
    ),
    "panels": Computation(
        # Scores are brought to thousandths before they are summed.
        panels.asked,
        {
            **_each(("K-LOY", "K-SCI", "K-EXPGAP", "K-ENPS", "K-ENG"), "value"),
            "K-PYR": "level1 level2 level3 index",
            "K-KANO": "better worse strength contradiction",
            "K-REPU": "value weighted",
            "K-COMP": "value paired rank_share",
        },
        "quarter",
        within=1e-3,
    ),
    "teams and their customers": Computation(
        partial(teams.links, period="quarter"), {"K-EMPLINK": "value spearman"}, "quarter"
    ),
    "teams and their customers by year": Computation(
        partial(teams.links, period="year"), {"K-EMPLINK": "value spearman"}, "year"
    ),
    "maturity": Computation(maturity.assessed, {"K-MAT": "value"}, "year", within=1e-4),
    "ratings": Computation(
        methods.ratings, {"K-RATE": "mean reply", "K-RATE.REPLY": "mean attainment"}
    ),
    "ratings of cells": Computation(
        methods.rating_values, {"K-RATE": "value", "K-RATE.REPLY": QUANTILES}
    ),
    "statements that are read": Computation(methods.read_statements, {"K-SENT": "enriched"}),
    "themes": Computation(themes.theme_kpis, {"K-THEME": "value impact_csat"}),
    "coverage of surveys": Computation(methods.coverage, {"K-COV": "value"}),
    "blueprint": Computation(methods.blueprint, {"K-BP": "value over_standard excess"}),
    "dimensions": Computation(dimensions.dimensions, {"K-DIM": f"value {SIX}"}),
    "identities": Computation(identities.identity_kpis, {"K-ID": "value consolidation"}),
}
PROOFS: dict[Pair, Compute] = {
    pair: told.compute for told in COMPUTATIONS.values() for pair in told.pairs
}
