"""What the lake holds already of a source: rows that come again or otherwise, keys that went.

Pure SQL over the landed files; ``landing`` decides what to do with it.
"""

from ingestion.sql import literal, parquet
from ingestion.stream import StreamSpec

NEWEST_FIRST = "order by source_version desc, _load_seq desc, _row_hash desc"


def known_rows(spec: StreamSpec, files: list[str], source_id: str, *, since: int | None) -> str:
    """A relation of the rows (``source_id, source_version, _row_hash``) not to land again.

    A versioned stream is compared with every version from ``since`` on, which Parquet
    statistics prune; one without versions, with the latest row of each key. A key whose
    latest row is a delete is not known: its row may come back as it was.
    """
    recent = "" if since is None else f"and source_version >= {since} "
    rows = (
        "select source_id, source_version, _row_hash, _op, "
        f"first_value(_op) over versions as last_op, row_number() over versions as age "
        f"from {parquet(files)} where _source_id = {literal(source_id)} {recent}"
        f"window versions as (partition by source_id {NEWEST_FIRST})"
    )
    only_latest = "" if spec.version else "and age = 1 "
    return f"(from ({rows}) where _op = 'upsert' and last_op = 'upsert' {only_latest})"


IS_KNOWN = (
    "known.source_id = arrived.source_id and known._row_hash = arrived._row_hash "
    "and known.source_version = coalesce(arrived.source_version, known.source_version)"
)
"""Whether row ``arrived`` is row ``known``; a row without version compares by content."""


def living_keys(files: list[str], source_id: str) -> str:
    """A relation of the keys whose latest row is no delete, with that row's version."""
    return (
        f"(from (select source_id, source_version, _op from {parquet(files)} "
        f"where _source_id = {literal(source_id)} "
        f"qualify row_number() over (partition by source_id {NEWEST_FIRST}) = 1) "
        "where _op = 'upsert')"
    )


def conflicting_keys(rows: str, files: list[str], source_id: str, *, since: int) -> str:
    """A relation of the keys of which two rows have one version and different contents.

    Args:
        rows: the relation of those that are about to land.
        files: what has landed, of which they may contradict a row.
        source_id: where they come from.
        since: their oldest version, below which Parquet statistics prune.
    """
    news = f"(select source_id, source_version, _row_hash from {rows} where _op = 'upsert')"
    among_themselves = (
        f"select source_id from {news} group by source_id, source_version "
        "having min(_row_hash) <> max(_row_hash)"
    )
    if not files:
        return f"({among_themselves})"
    against_landed = (
        f"select news.source_id from {news} as news inner join {parquet(files)} as held "
        "on held.source_id = news.source_id and held.source_version = news.source_version "
        f"and held._row_hash <> news._row_hash where held._source_id = {literal(source_id)} "
        f"and held._op = 'upsert' and held.source_version >= {since}"
    )
    return f"({among_themselves} union {against_landed})"
