"""What dbt's tests are called in Dagster, and what each of them says.

dbt names a generic test after all its arguments; an engineer reads a check by its rule. How a
test is run, and which blocks, is not changed here.
"""

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from orchestration.lib.manifest import Manifest

Arguments = Mapping[str, Any]
COMMENT = re.compile(r"^-- ?(.*)$", re.MULTILINE)
REFERENCE = re.compile(r"ref\(['\"](\w+)['\"]\)")


def with_plain_checks(manifest: Manifest) -> Manifest:
    """The manifest with short names and a description for each data test.

    Two tests of one rule on one model are told apart by a number.
    """
    nodes: dict[str, Any] = dict(manifest["nodes"])
    counted: Counter[tuple[str | None, str]] = Counter()
    for unique_id, node in sorted(nodes.items()):
        if node["resource_type"] != "test":
            continue
        name = _name(node)
        key = node.get("attached_node"), name
        counted[key] += 1
        meta = {"description": _description(node), **node.get("meta", {})}
        number = f"_{counted[key]}" if counted[key] > 1 else ""
        nodes[unique_id] = {**node, "name": f"{name}{number}", "meta": meta}
    return {**manifest, "nodes": nodes}


def _name(node: Mapping[str, Any]) -> str:
    rule = (node.get("test_metadata") or {}).get("name")
    if rule is None:
        return str(node["name"])
    column = node.get("column_name")
    return "_".join(filter(None, (NAMES.get(rule, rule), column)))


def _description(node: Mapping[str, Any]) -> str:
    """Dbt's own description, the sentence of the rule, or the comment above the query."""
    if node.get("description"):
        return str(node["description"])
    metadata = node.get("test_metadata")
    if metadata is None:
        head = node.get("raw_code", "").partition("\nwith\n")[0].partition("\nselect")[0]
        return " ".join(COMMENT.findall(head)).strip()
    said = SENTENCES.get(metadata["name"])
    return said(metadata["kwargs"]) if said else ""


def _of_table(arguments: Arguments) -> str:
    accepted: Mapping[str, Sequence[str]] = arguments.get("accepted_values", {})
    ranges: Mapping[str, Sequence[object]] = arguments.get("ranges", {})
    parts = [f"One row per {', '.join(arguments['key'])}, which are never empty."]
    if arguments.get("not_null"):
        parts.append(f"Never empty: {', '.join(arguments['not_null'])}.")
    parts += [f"{name} is one of {', '.join(values)}." for name, values in accepted.items()]
    parts += [f"{name} {_bounds(*bounds)}." for name, bounds in ranges.items()]
    return " ".join(parts)


def _bounds(lowest: object, highest: object) -> str:
    if highest is None:
        return f"is at least {lowest}"
    return f"is at most {highest}" if lowest is None else f"is from {lowest} to {highest}"


def _of_reference(arguments: Arguments) -> str:
    referred = REFERENCE.search(arguments["to"])
    table = referred[1] if referred else arguments["to"]
    among = f" where {arguments['among']}" if arguments.get("among") else ""
    return f"Every {arguments['column_name']} is found in {table}.{arguments['field']}{among}."


def _of_counts(arguments: Arguments) -> str:
    return f"{' + '.join(arguments['parts'])} make {arguments['total']} in every row."


NAMES = {
    "assert_table": "key_and_values",
    "assert_counts_add_up": "counts_add_up",
    "has_known_codes": "known_codes",
    "relationships": "refers",
}
SENTENCES: Mapping[str, Callable[[Arguments], str]] = {
    "assert_table": _of_table,
    "assert_counts_add_up": _of_counts,
    "has_known_codes": _of_reference,
    "relationships": _of_reference,
    "unique": lambda arguments: f"No {arguments['column_name']} stands twice.",
}
