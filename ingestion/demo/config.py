"""Coefficients of the demo world: every number that the simulation was told.

How the numbers act is in ``world``. They are written to ``truth/coefficients.parquet``, so that
a statistic can be compared with what was put in.
"""

from dataclasses import dataclass, field
from datetime import date

LAST_DAY = date(2026, 10, 31)
"""Last generated day by default; fixed, so that the numbers never move."""

COMPANY_TIME_ZONE = "Asia/Tehran"
UTC_OFFSET = 12_600
"""Tehran is ahead of UTC by this many seconds, all year since September 2022.

Moscow and Dubai do not change their clocks either, so no hour of the demo is shown twice or never.
"""

EPOCH_ORDINAL = date(1970, 1, 1).toordinal()

MARKETS = ("tehran", "moscow", "dubai")
MARKET_SHARES = (0.40, 0.33, 0.27)
MARKET_SHIFT = (0, -1_800, 1_800)
"""Local clock of the market minus the business clock, in seconds."""
CURRENCIES = ("IRR", "RUB", "AED")
PRICE_LEVEL = (18_000_000.0, 3_500.0, 140.0)
YEARLY_INFLATION = (0.35, 0.08, 0.02)
CLOSED_WEEKDAYS = ((4,), (6,), ())
"""Quiet weekdays per market, Monday = 0."""

LINES = ("hypermarket", "clinic", "restaurant", "e_shop")
LINE_SHARES = (0.34, 0.16, 0.24, 0.26)
LINE_ORDER_FACTOR = (1.5, 0.5, 1.2, 1.1)
LINE_PRICE_FACTOR = (1.0, 2.6, 0.6, 1.4)
E_SHOP = LINES.index("e_shop")
RESTAURANT = LINES.index("restaurant")

SEGMENTS = ("standard", "silver", "gold")
SEGMENT_SHARES = (0.6, 0.28, 0.12)
LANGUAGES = ("en", "fa", "ru")
MARKET_LANGUAGES = ((0.05, 0.95, 0.0), (0.06, 0.0, 0.94), (0.82, 0.14, 0.04))
CHANNELS = ("phone", "e_mail", "chat", "sms")

REASONS = ("order", "delivery", "billing", "technical", "information")
REASON_SHARES = (0.24, 0.20, 0.16, 0.22, 0.18)
ORDER, DELIVERY, BILLING, TECHNICAL, INFORMATION = range(5)

ACQUISITION_SOURCES = ("search", "campaign", "referral", "store", "social")
ACQUISITION_SHARES = (0.28, 0.22, 0.2, 0.2, 0.1)
SEARCH, CAMPAIGN, REFERRAL, IN_STORE, SOCIAL = range(5)

QUEUE_KINDS = ("support", "sales", "billing")
AGENTS_PER_QUEUE = (8, 4, 3)
QUEUES = tuple(f"{market}-{kind}" for market in MARKETS for kind in QUEUE_KINDS)
SHIFTS = ("early", "late")
TEAMS = tuple(f"{queue}-{shift}" for queue in QUEUES for shift in SHIFTS)
"""The lower numbers of a queue's agents work early."""


@dataclass(frozen=True, kw_only=True)
class Incident:
    """A dated story: in one market, from the first day to the last, both inclusive."""

    key: str
    market: int
    first_day: date
    last_day: date
    description: str


UNDERSTAFFED = Incident(
    key="understaffed_queue",
    market=0,
    first_day=date(2026, 3, 7),
    last_day=date(2026, 4, 3),
    description="tehran-support lost half of its agents: waits and abandonment rise, CSAT falls",
)
DAMAGED = Incident(
    key="damaged_parcels",
    market=1,
    first_day=date(2026, 6, 8),
    last_day=date(2026, 6, 14),
    description="a courier damaged e-shop parcels in Moscow: returns rise, NPS falls",
)
BILLING_ERROR = Incident(
    key="billing_error",
    market=2,
    first_day=date(2026, 9, 21),
    last_day=date(2026, 9, 23),
    description="Dubai contracts were billed twice, and put right with an apology within days",
)
INCIDENTS = (UNDERSTAFFED, DAMAGED, BILLING_ERROR)


@dataclass(frozen=True, kw_only=True)
class Coefficients:
    """What moves satisfaction (in standard units) and what satisfaction moves."""

    reversion_per_day: float = 0.012
    wait_per_minute: float = -0.10
    abandoned: float = -0.22
    resolved: float = 0.07
    unresolved: float = -0.28
    transferred: float = -0.08
    empathy: float = 0.10
    on_time: float = 0.03
    late: float = -0.22
    damaged: float = -0.80
    billing_error: float = -0.60
    recovery: float = 0.75
    nps_intercept: float = 7.95
    nps_slope: float = 1.45
    nps_noise: float = 1.35
    csat_intercept: float = 3.75
    csat_slope: float = 0.45
    csat_noise: float = 0.75
    csat_resolved: float = 0.35
    csat_unresolved: float = -0.85
    csat_wait_per_minute: float = -0.22
    csat_empathy: float = 0.30
    ces_intercept: float = 5.1
    ces_slope: float = 0.55
    ces_noise: float = 1.0
    order_log_rate: float = 0.22
    churn_log_hazard: float = -0.9
    response_logit: float = 0.15
    response_extremes: float = 0.25
    slow_ticket_per_day: float = -0.12
    ticket_solved: float = 0.07
    ticket_reopened: float = -0.15
    appointment_wait_per_minute: float = -0.003
    personal_message: float = 0.02
    preferred_channel: float = 0.01
    review_intercept: float = 3.7
    review_slope: float = 0.95
    review_noise: float = 0.8
    review_damaged: float = -1.3
    review_extremes: float = 0.5
    referral_log_rate: float = 1.0
    repurchase_intercept: float = 3.9
    repurchase_slope: float = 0.55
    repurchase_noise: float = 0.7
    panel_slope: float = 0.6
    wallet_slope: float = 0.12
    employee_warmth: float = 1.5
    employee_slope: float = 0.7
    employee_understaffed: float = -2.0
    reputation_slope: float = 0.6
    recovered_intercept: float = 5.0
    recovered_in_time: float = 2.2
    recovered_slope: float = 0.8


@dataclass(frozen=True, kw_only=True)
class Rates:
    """Daily rates and shares."""

    orders: float = 0.0148
    calls: float = 0.0245
    chats: float = 0.0066
    unknown_callers: float = 0.0034
    anonymous: float = 0.03
    late: float = 0.09
    damaged: float = 0.012
    damaged_in_incident: float = 0.8
    cancelled: float = 0.025
    returned: float = 0.02
    returned_if_damaged: float = 0.6
    billing_error: float = 0.0005
    has_contract: float = 0.45
    new_contract: float = 0.0004
    churn: float = 0.00055
    involuntary: float = 0.12
    segment_change: float = 0.0008
    opt_out: float = 0.00006
    joined_before: float = 0.8
    blocked: float = 0.006
    blocked_in_incident: float = 0.03
    transferred: float = 0.06
    survey_after_call: float = 0.85
    survey_after_delivery: float = 0.6
    response_relationship: float = 0.44
    response_call: float = 0.47
    response_delivery: float = 0.36
    bounced: float = 0.025
    partial: float = 0.05
    late_answer: float = 0.012
    verbatim: float = 0.35
    tickets: float = 0.0026
    ticket_if_needed: float = 0.22
    unanswered: float = 0.03
    unanswered_in_incident: float = 0.1
    ticket_solved: float = 0.9
    reopened: float = 0.07
    campaign_reach: float = 0.27
    unsubscribed: float = 0.006
    reviews: float = 0.0007
    review_if_damaged: float = 0.15
    referrals: float = 0.00013


@dataclass(frozen=True, kw_only=True)
class World:
    """Everything a run depends on; equal worlds write equal bytes."""

    customers: int = 5_000
    days: int = 730
    seed: int = 7
    until: date = LAST_DAY
    coefficients: Coefficients = field(default_factory=Coefficients)
    rates: Rates = field(default_factory=Rates)

    @property
    def first_day(self) -> date:
        """First day of the history: counted back from ``LAST_DAY``, never from ``until``."""
        return date.fromordinal(LAST_DAY.toordinal() - self.days + 1)
