"""A contact zone of six persons: two share a number, and each allows something else."""

from collections.abc import Iterable
from pathlib import Path

import duckdb
import pyarrow as pa

from serving.contact import write_zone

PHONES = {
    "ann": "989121234567",
    "bob": "989121234567",
    "cyrus": "989350000001",
    "dina": "989350000002",
    "erin": "971500000003",
    "farah": "989350000004",
}
"""Ann and Bob share theirs. Cyrus refused marketing, Dina everything by telephone, Erin every
contact; Farah never said anything."""

BUILT = """
    create schema core;
    create table core.dim_customer_identities as
    select 'customer:crm:' || upper(customer_id) as identity_key, customer_id
    from (select unnest($people) as customer_id);
    insert into core.dim_customer_identities values ('customer:crm:ANN-2', 'ann');
    create table core.dim_customers as
    select
        customer_id, 'crm' as source_id, upper(customer_id) as customer_number, 'fa' as language,
        'phone' as preferred_channel, 'tehran' as market, 'gold' as segment,
        customer_id = 'erin' as is_opted_out, false as is_internal, true as is_current
    from (select unnest($people) as customer_id);
"""

PUBLISHED = """
    create table dim_run as select date '2026-11-01' as as_of;
    create table dim_calendar as
    select date '2026-10-30' as calendar_date, 1405 as jalali_year, 8 as jalali_month,
        8 as jalali_day;
    create table dim_labels as
    select * from (values
        ('reason', 'complaint', 'Complaint', 'شکایت', 'Жалоба'),
        ('suggested_step', 'contact_customer', 'Call', 'تماس', 'Позвонить')
    ) as labels(domain, code, name_en, name_fa, name_ru);
    create table mart_customer_360 as
    select
        customer_id, 'key' as treatment_class, 'low' as risk_band, 'active' as lifecycle_state,
        if(customer_id = 'ann', 3.00, null)::decimal(18, 2) as last_nps_score,
        date '2026-10-30' as last_nps_date, date '2026-10-30' as last_interaction_date,
        4.00::decimal(18, 2) as last_csat_score, date '2026-10-29' as last_csat_date
    from (select unnest($people) as customer_id);
    create table mart_customer_timeline as
    select
        'ann' as customer_id, number as sequence_number,
        timestamp '2026-10-26 09:00' + to_days(number::integer) as started_at,
        date '2026-10-26' + number::integer as started_local_date, 'call' as channel,
        null::varchar as touchpoint, 'complaint' as reason
    from range(1, 6) as numbers(number);
    create table mart_consent_state as
    select *, timestamp '2026-01-01' as decided_at from (values
        ('ann', 'any', 'marketing', 'granted', true),
        ('bob', 'any', 'marketing', 'granted', true),
        ('cyrus', 'any', 'marketing', 'revoked', false),
        ('dina', 'phone', 'any', 'denied', false)
    ) as consents(customer_id, channel, purpose, consent_status, is_allowed);
    create table mart_action_today as
    select
        case_id, owner, status, timestamp '2026-10-31 20:30:00' as step_due_at,
        true as is_overdue, reason, suggested_step, customer_id, 'gold' as segment,
        'tehran' as market, 'fa' as language, 'phone' as preferred_channel,
        null::varchar as team_name, null::varchar as agent_number,
        timestamp '2026-10-30 08:00:00' as opened_at
    from (values
        ('CX-1', 'care', 'suggested', 'complaint', 'contact_customer', 'ann'),
        ('CX-2', 'care', 'open', 'complaint', 'contact_customer', 'dina'),
        ('CX-3', 'care', 'open', 'complaint', 'contact_customer', 'erin'),
        ('CX-4', 'care', 'suggested', 'unanswered', 'answer_ticket', 'erin'),
        ('CX-5', 'growth', 'suggested', 'high_risk', 'win_back', 'bob'),
        ('CX-6', 'growth', 'suggested', 'high_risk', 'win_back', 'cyrus'),
        ('CX-7', 'growth', 'suggested', 'high_risk', 'win_back', 'farah'),
        ('CX-8', 'growth', 'suggested', 'high_risk', 'send_flowers', 'ann'),
        ('CX-9', 'care', 'open', 'complaint', 'do_not_contact', 'bob')
    ) as cases(case_id, owner, status, reason, suggested_step, customer_id);
"""

OFFERS = """
    create table dim_treatments as
    select 'key' as treatment_class, true as is_in_force,
        'By a person.' as policy_en, 'حضوری' as policy_fa, 'Лично.' as policy_ru
    union all select 'key', false, 'Not yet.', 'هنوز نه', 'Ещё нет.';
    create table mart_winback as
    select
        customer_id, date '2026-11-01' as as_of, 'gold' as segment, 'tehran' as market,
        'fa' as language, 'phone' as preferred_channel, 'key' as treatment_class,
        1200.50::decimal(18, 2) as clv_historic_amount, 'IRR' as reporting_currency_code,
        date '2026-10-30' as last_order_date, 3.00::decimal(18, 2) as last_nps_score,
        null::decimal(18, 2) as last_csat_score, 'growth' as owner,
        row_number() over (order by customer_id desc) as position_in_list,
        'ask_back' as suggested_step, 'price' as departure_reason,
        date '2026-10-30' as departed_on
    from (select unnest($people) as customer_id);
    create table mart_cross_sell as
    select
        * exclude (suggested_step, departure_reason, departed_on),
        'offer_product' as suggested_step, product_name, offer_number,
        '=tea' as because_of_product_name, 32.617875::double as confidence_pct
    from mart_winback, (values ('cup', 1), ('tray', 2)) as offered(product_name, offer_number);
"""


def records(*people: str) -> pa.Table:
    """The living records of these persons, or of all; Ann has a second one without a number."""
    chosen = people or tuple(PHONES)
    rows = [
        {
            "identity_key": f"customer:crm:{person.upper()}",
            "source_id": "crm",
            "record_number": person.upper(),
            "full_name": f"{person.title()} نوری",
            "email": f"{person}@example.org",
            "phone_written": f"+{PHONES[person]}",
            "phone_digits": PHONES[person],
        }
        for person in chosen
    ]
    if "ann" in chosen:
        second = {"identity_key": "customer:crm:ANN-2", "record_number": "ANN-2"}
        rows.append(rows[0] | second | {"phone_written": None, "phone_digits": None})
    return pa.Table.from_pylist(rows)


def write_offers(version: Path, *people: str) -> None:
    """Add to a version that these persons left, and that each may be offered two products."""
    _run(version / "marts.duckdb", OFFERS, people)


def write_world(root: Path) -> tuple[Path, Path]:
    """A warehouse and a published version: their paths."""
    version = root / "version"
    version.mkdir()
    for path, script in (
        (root / "warehouse.duckdb", BUILT),
        (version / "marts.duckdb", PUBLISHED),
    ):
        _run(path, script, PHONES)
    return root / "warehouse.duckdb", version


def _run(path: Path, script: str, people: Iterable[str]) -> None:
    with duckdb.connect(str(path)) as connection:
        for statement in script.split(";\n"):
            values = {"people": list(people)} if "$people" in statement else None
            connection.execute(statement, values)


def write_people(root: Path, *people: str) -> Path:
    """The zone of the world in ``root``, of these persons or of all: its folder."""
    folder = root / "contact"
    write_zone(
        folder,
        records(*people),
        warehouse=root / "warehouse.duckdb",
        version=root / "version",
    )
    return folder
