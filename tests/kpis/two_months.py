"""What two months of sixty customers have no row of, or nothing but noughts.

The whole demo company shows all of it: there these statistics are compared, in the lane.
"""

from tests.kpis.comparing import pairs_of

NOT_IN_TWO_MONTHS = frozenset(
    pairs_of(
        {
            "K-ADV": "value",
            "K-BIAS": "value decile_gap",
            "K-BUSY": "value",
            "K-BUSY.P": "value",
            "K-CHURN": "value voluntary involuntary",
            "K-CLV.S": "value immediate real immediate_real",
            "K-COH": "month_3 month_6 month_12",
            "K-COH.U": "month_3 month_6 month_12",
            "K-COVER": "forecast forecast_real",
            "K-CSAT.R": "bottom2",
            "K-CYCLE": "value mean p50 p90 max",
            "K-DELIV": "bounce_hard",
            "K-EMPLINK": "value spearman",
            "K-ERG": "value",
            "K-FRT": "unreplied",
            "K-JMAP": "csat",
            "K-LAPSE": "value",
            "K-LINK": "value real slope slope_real spearman",
            "K-LOOP": "contacted resolved recovered",
            "K-MRR": "reactivation churn",
            "K-NOTICE.R": "value p50",
            "K-PAY": "days_late",
            "K-QA": "auto_fail coached",
            "K-QACOV": "minimum",
            "K-QAK": "value",
            "K-RAR": "value real with_complaint",
            "K-RECON": "value points_end percent percent_end",
            "K-REF": "conversion k_factor",
            "K-RENEW": "value with_grace by_amount by_amount_real",
            "K-REP": "within_90d within_180d within_365d",
            "K-REVCH": "value",
            "K-RISK": "value precision recall lift",
            "K-ROI": "low high low_real high_real",
            "K-RR": "partial",
            "K-RR.R": "bounce partial",
            "K-SCI": "value",
            "K-UNSUB": "complaint",
            "K-WIN": "value by_value",
            "K-XFER": "misroute",
        }
    )
)
