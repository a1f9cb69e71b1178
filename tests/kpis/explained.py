"""Statistics whose number no sum over rows gives again, each with the reason.

Their filters lead to the rows all the same, and n is counted where rows are of one kind; a
second computation of each is in ``proofs``.
"""

HIDDEN = "small cells are hidden from the rows too"
CENSORED = "a median of stays that last is no quantile of those that ended"
FITTED = "an estimate over all rows, with bounds, and no sum of them"
TARGET = "the target in force is not in the rows"
SUMMED = "its rows are sums of a day, and quantiles do not add up"
ELSEWHERE = "needs more than the rows it leads to: a ledger, a rate, a stock or another month"

EXPLAINED_ONLY: dict[str, tuple[str, str]] = {
    "K-AGT": ("value", FITTED),
    "K-AHT": ("attainment", TARGET),
    "K-ASA": ("attainment", TARGET),
    "K-ATTR": ("first_real last_real linear_real", ELSEWHERE),
    "K-BIAS": ("value segment_p decile_gap decile_p", FITTED),
    "K-CAC": ("keep keep_real ratio", ELSEWHERE),
    "K-CLV.S": ("value immediate real immediate_real", FITTED),
    "K-COMP": ("value paired", FITTED),
    "K-CONC": ("value", "a peak is of instants, not of calls"),
    "K-COVER": ("value forecast forecast_real", ELSEWHERE),
    "K-CPC": ("real", "constant prices are rounded by pool, of which a row is a part"),
    "K-CYCLE": ("value lower_bound", CENSORED),
    "K-DIM": (
        "value communication personalization problem_solving empathy integration transparency",
        "a mean of indicators that have rows of their own",
    ),
    "K-EMPLINK": ("value spearman", FITTED),
    "K-ENG": ("value", HIDDEN),
    "K-ENPS": ("value", HIDDEN),
    "K-ERG": ("value", ELSEWHERE),
    "K-ERL": ("value", FITTED),
    "K-FRT": ("median_censored attainment", CENSORED),
    "K-FRT.B": ("median_censored attainment", CENSORED),
    "K-JMAP": ("value csat", HIDDEN),
    "K-LINK": ("value real slope slope_real spearman", FITTED),
    "K-NPS.W": ("value effective_n spoken_for", FITTED),
    "K-NRR.R": ("value", ELSEWHERE),
    "K-PAY": ("dso", ELSEWHERE),
    "K-PUNCT": ("p50 p90 max", SUMMED),
    "K-QAK": ("value", FITTED),
    "K-RATE": ("value", FITTED),
    "K-RATE.REPLY": ("attainment", TARGET),
    "K-RECON": ("value points_end percent percent_end", FITTED),
    "K-REPU": ("weighted value", HIDDEN),
    "K-RES": ("attainment", TARGET),
    "K-RISK": ("lift", FITTED),
    "K-ROI": ("low high low_real high_real", FITTED),
    "K-SEG": ("drift", FITTED),
    "K-SL.V5": ("value", "its thresholds are parameters that the rows do not repeat"),
    "K-SL.V6": ("value", "its thresholds are parameters that the rows do not repeat"),
    "K-STAGE": ("overall", "which cohorts are ripe for the last stage is not in the rows"),
    "K-THEME": ("impact_csat impact_nps", FITTED),
    "K-TIS": ("value lower_bound", CENSORED),
}
