"""Data Docs: what Great Expectations says of the loads that it checked last, as static pages.

One page per table and an index, in ``data_docs`` of the company's folder. They are rendered
from results that are there already, name rules and counts but no values, and need no network.
"""

import html
import json
import re
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from ingestion.settings import Home
from ingestion.writing import write_whole

STATE = "index.json"

OUTSIDE = re.compile(
    r"<script\b[^>]*>.*?</script>|<link\b[^>]*>|<img\b[^>]*>"
    r"|<a\b[^>]*href=\"https?://[^\"]*\"[^>]*>.*?</a>",
    re.DOTALL | re.IGNORECASE,
)
"""Scripts, style sheets and pictures that a browser would fetch from elsewhere."""
STYLE = (
    "<style>body{font-family:sans-serif;margin:2rem;max-width:70rem}"
    "table{border-collapse:collapse}td,th{border:1px solid #bbb;padding:.3rem .6rem;"
    "text-align:start}.fas.fa-check-circle::before{content:'✓'}"
    ".fas.fa-times::before{content:'✗'}</style>"
)


@dataclass(frozen=True, kw_only=True)
class Checked:
    """What the index tells of a table."""

    passed: bool
    count_rows: int
    count_expectations: int
    checked_at: str


def write_page(home: Home, table: str, validated: Any, *, count_rows: int, now: datetime) -> None:
    """Write the page of a table, and its line of the index.

    Args:
        home: the company's folders.
        table: the landed table.
        validated: result of Great Expectations; the values in it are removed.
        count_rows: rows looked at.
        now: when.
    """
    from great_expectations.render.renderer import ValidationResultsPageRenderer
    from great_expectations.render.view import DefaultJinjaPageView

    for result in validated.results:
        result.result = {
            name: value for name, value in result.result.items() if not _tells_values(name)
        }
    rendered = DefaultJinjaPageView().render(ValidationResultsPageRenderer().render(validated))
    folder = home.data_docs.parent
    folder.mkdir(parents=True, exist_ok=True)
    write_whole(
        folder / f"{table}.html", OUTSIDE.sub("", rendered).replace("</head>", f"{STYLE}</head>")
    )
    state = _read(folder) | {
        table: asdict(
            Checked(
                passed=bool(validated.success),
                count_rows=count_rows,
                count_expectations=len(validated.results),
                checked_at=f"{now:%Y-%m-%d %H:%M}",
            )
        )
    }
    write_whole(folder / STATE, json.dumps(state, indent=1, sort_keys=True))
    write_whole(home.data_docs, _index(state))


def _tells_values(name: str) -> bool:
    return "unexpected_list" in name or "unexpected_counts" in name or name == "details"


def _index(state: dict[str, Any]) -> str:
    lines = [
        f"<tr><td><a href='{html.escape(table)}.html'>{html.escape(table)}</a></td>"
        f"<td>{'✓' if found['passed'] else '✗'}</td><td>{found['count_rows']:,}</td>"
        f"<td>{found['count_expectations']}</td><td>{found['checked_at']} UTC</td></tr>"
        for table, found in sorted(state.items())
    ]
    head = "".join(
        f"<th>{name}</th>" for name in ("table", "kept", "rows", "expectations", "last checked")
    )
    return (
        f"<!doctype html><html lang='en'><head><meta charset='utf-8'><title>Source contracts"
        f"</title>{STYLE}</head><body><h1>Source contracts</h1><table><tr>{head}</tr>"
        f"{''.join(lines)}</table></body></html>"
    )


def _read(folder: Path) -> dict[str, Any]:
    path = folder / STATE
    if not path.exists():
        return {}
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content
