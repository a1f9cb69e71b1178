"""Statistics that the demo company never shows, computed from the examples of unit tests.

Nobody has read its words, no market changes its prices, nobody keeps a recording too long: what
the unit test of dbt is given and expects is read here, and computed as everywhere in this room.
"""

from collections.abc import Callable
from decimal import Decimal

import pandas as pd

from tests.factories.unit_tests import fixture_of
from tests.kpis import methods, themes
from tests.kpis.agents import overdue_of
from tests.kpis.revenue import Payer, bridge
from tests.kpis.risk import risk_parts
from tests.kpis.surveys import scores_of, weighted

Pair = tuple[str, str]
Told = dict[Pair, tuple[float, float]]
"""Of each statistic what is computed and what the unit test expects; never nought."""


def two_answers() -> Told:
    """Good or bad, as four of six say."""
    with fixture_of("test_met_survey_components__parts_of_surveys") as fixture:
        rows = fixture.execute(
            "select metric, horizon, answered_local_date, scale_minimum, scale_maximum, survey_id,"
            " question_id, touchpoint, segment, market, channel, agent_id, queue_id,"
            " numeric_value from met_survey_scores, range(count_responses::int)"
        ).df()
        (wanted,) = fixture.execute(
            "select numerator::int, denominator::int from expect"
            " where kpi_id = 'K-CSAT2' and grain_name = 'company'"
        ).fetchall()
    found = scores_of(rows).query("kpi_id == 'K-CSAT2' and grain_name == 'company'").iloc[0]
    share = found["numerator"] / found["denominator"]
    return {("K-CSAT2", "value"): (share, wanted[0] / wanted[1])}


def feelings() -> Told:
    """Sentiments and emotions of statements that somebody read."""
    with fixture_of("test_met_voc_cells__golden_sentiment") as fixture:
        statements = fixture.execute("from met_voc_statements").df()
        expected = fixture.execute(
            "select kpi_id, statistic, numerator::double as top, n::double as base, market_key"
            " from expect"
        ).df()
    found: Told = {}
    for market, own in expected.groupby("market_key"):
        told = themes.feelings(statements[statements["market"] == market])
        wanted = {(row.kpi_id, row.statistic): (row.top, row.base) for row in own.itertuples()}
        assert told.keys() == wanted.keys(), market
        assert all(told[pair][1] == base for pair, (_, base) in wanted.items()), market
        found |= {pair: (told[pair][0], top) for pair, (top, _) in wanted.items() if top}
    return found


def themes_read() -> Told:
    """What themes feel like, and what they cost in recommendations."""
    with fixture_of("test_met_voc_theme_periods__share_and_impact") as fixture:
        rows = fixture.execute(
            "select *, nps_outcome::double as nps from met_voc_themes"
            " where model_version = 'm' and stated_local_date < '2025-02-01'"
        ).df()
        ((net, read, cost),) = fixture.execute(
            "select count_positive::int - count_negative::int, count_read::int,"
            " nps_impact::double from expect"
            " where theme = 'price' and period_start = '2025-01-01'"
        ).fetchall()
    sentiment = rows.loc[rows["theme"] == "price", "sentiment"].dropna()
    mood = (sentiment == "positive").mean() - (sentiment == "negative").mean()
    _, impact, _, _ = themes.impacts(rows, 100 * rows["nps"], "nps")["price"]
    return {
        ("K-THEME", "sentiment"): (mood, net / read),
        ("K-THEME", "impact_nps"): (impact, cost),
    }


def prices_changed() -> Told:
    """The bridge of a market in which somebody pays more and somebody less."""
    with fixture_of("test_met_revenue_recurring_cells__golden_retention") as fixture:
        rows = fixture.execute(
            "select start_mrr_amount, end_mrr_amount, movement = 'reactivation'"
            " from met_revenue_movements where market = 'tehran' and is_complete = 'true'"
        ).fetchall()
        wanted = dict(
            fixture.execute(
                "select statistic, numerator::double from expect where kpi_id = 'K-MRR'"
                " and market = 'tehran' and statistic in ('expansion', 'contraction')"
            ).fetchall()
        )
    parts = bridge([Payer(Decimal(a), Decimal(b), has_paid_before=bool(c)) for a, b, c in rows])
    return {
        ("K-MRR", name): (float(100 * parts["K-MRR", name][0]), told)
        for name, told in wanted.items()
    }


def segment_without_answers() -> Told:
    """Gold customers of whom none answers, so that silver ones speak for them."""
    with fixture_of("test_met_survey_weighted_scores__golden_weights") as fixture:
        cell = fixture.execute(
            "select segment as part, numeric_value::double as score from met_survey_scores,"
            " range(count_responses::int) where market = 'no_gold'"
        ).df()
        sizes = fixture.execute(
            "select segment, count_customers::int from met_customer_populations"
            " where market = 'no_gold'"
        ).fetchall()
        ((wanted,),) = fixture.execute(
            "select value::double from expect"
            " where grain_key = 'no_gold' and statistic = 'spoken_for'"
        ).fetchall()
    return {("K-NPS.W", "spoken_for"): (weighted(cell, dict(sizes))[2], wanted)}


def nothing_bought_in_a_year() -> Told:
    """Customers at high risk who brought nothing in a year."""
    with fixture_of("test_met_value_snapshot_cells__golden_back_test") as fixture:
        rows = fixture.execute(
            "select segment, market, is_of_today, coalesce(has_left, false) as has_left,"
            " risk_band = 'high' as is_high, risk_score as points,"
            " not has_survey_signal as is_silent_in_surveys,"
            " count_open_complaints > 0 as complains,"
            " revenue_last_12m_amount::double as revenue,"
            " revenue_last_12m_real_amount::double as revenue_real from met_value_risk_scores"
        ).df()
        ((wanted,),) = fixture.execute(
            "select numerator::int / denominator::int from expect"
            " where kpi_id = 'K-RAR' and statistic = 'no_value'"
        ).fetchall()
    parts = risk_parts(rows[rows["is_of_today"]], rows[~rows["is_of_today"]])
    mine = parts[(parts["statistic"] == "no_value") & (parts["grain_name"] == "company")].iloc[0]
    return {("K-RAR", "no_value"): (mine["numerator"] / mine["denominator"], wanted)}


def kept_too_long() -> Told:
    """Recordings that outlive the rule, of those whose time is over."""
    with fixture_of("test_met_agents_recording_days__recorded_of_those_who_allow_it") as fixture:
        rows = fixture.execute(
            "select contact_id, 'q1' as queue_id, recorded_local_date::timestamp as"
            " recorded_local_date, length_milliseconds::double as length_milliseconds,"
            " deleted_at::timestamp as deleted_at from fct_recordings"
        ).df()
        ((as_of, zone),) = fixture.execute("select as_of, time_zone from dim_run").fetchall()
        (wanted,) = fixture.execute(
            "select count_overdue::int, count_past_retention::int from expect where queue_id = 'q1'"
        ).fetchall()
    found = overdue_of(rows, pd.Timestamp(as_of), zone).query("grain_name == 'company'").iloc[0]
    share = found["numerator"] / found["denominator"]
    return {("K-REC", "overdue"): (share, wanted[0] / wanted[1])}


def warmth() -> Told:
    """Empathy from two indicators of which one is a mean on a scale of its own."""
    with fixture_of("test_met_dimension_scores__between_the_anchors") as fixture:
        rows = fixture.execute(
            "select 100 * numerator::double / denominator::double"
            " / (case when kind = 'mean' then 100 * unit_scale::double else 1 end),"
            " anchor_bad::double, anchor_good::double"
            " from met_kpi_components inner join kpis using (kpi_id, statistic)"
            " inner join dimension_indicators using (kpi_id, statistic)"
            " where dimension = 'empathy' and grain_key = 'company'"
        ).fetchall()
        ((wanted,),) = fixture.execute(
            "select distinct dimension_score::double from expect"
            " where dimension = 'empathy' and grain_key = 'company'"
        ).fetchall()
    return {("K-DIM", "empathy"): (methods.dimension(rows), wanted)}


EXAMPLES: tuple[Callable[[], Told], ...] = (
    two_answers,
    feelings,
    themes_read,
    prices_changed,
    segment_without_answers,
    nothing_bought_in_a_year,
    kept_too_long,
    warmth,
)
