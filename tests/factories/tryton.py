"""The CRM tables of a Tryton, as its own database holds them, in a Postgres of the tests."""

from pathlib import Path

import psycopg
import sqlalchemy as sa

TABLES = {
    "party_party": "id int, active bool, code text, code_alnum text, code_digit int, "
    "create_date timestamp, create_uid int, name text, replaced_by int, write_date timestamp, "
    "write_uid int",
    "party_contact_mechanism": "id int, active bool, address int, comment text, "
    "create_date timestamp, create_uid int, name text, party int, sequence int, type text, "
    "value text, value_compact text, write_date timestamp, write_uid int, delivery bool, "
    "invoice bool",
    "sale_opportunity": "id int, address int, amount numeric, comment text, company int, "
    "contact int, conversion_probability float, converted_by int, create_date timestamp, "
    "create_uid int, currency int, description text, employee int, end_date date, "
    "lost_reason text, number text, party int, payment_term int, reference text, "
    "start_date date, state text, write_date timestamp, write_uid int",
}


def load_tryton(url: str, folder: Path) -> None:
    """Make the tables anew and fill them from the exported CSV files of ``folder``."""
    plain = sa.make_url(url).set(drivername="postgresql")
    with psycopg.connect(plain.render_as_string(hide_password=False)) as connection:
        for name, columns in TABLES.items():
            path = folder / f"{name}.csv"
            header = path.read_text().splitlines()[0]
            connection.execute(f"drop table if exists {name}")
            connection.execute(f"create table {name} ({columns})")
            with connection.cursor().copy(
                f"copy {name} ({header}) from stdin (format csv, header)"
            ) as copy:
                copy.write(path.read_bytes())
