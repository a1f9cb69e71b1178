"""Presets: packaged settings of a connector that a source names and overrides.

A source with ``preset: bitrix24`` is read as if the settings of
``connectors/<connector>/presets/bitrix24.yaml`` stood in it. What settings mean is decided by
the connector.
"""

import copy
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from ingestion.errors import ConfigurationError

CONNECTORS = Path(__file__).resolve().parent / "connectors"


def preset_names(connector: str) -> tuple[str, ...]:
    """The presets of a connector, in order."""
    return tuple(sorted(path.stem for path in (CONNECTORS / connector / "presets").glob("*.yaml")))


def with_preset(source: Mapping[str, Any]) -> dict[str, Any]:
    """The settings of one source with those of its preset below them.

    Objects are merged key by key, everything else is replaced, and null takes a key of the
    preset away. A source that lists streams gets those; one that lists none gets all.

    Raises:
        ConfigurationError: there is no such preset.
    """
    own = dict(source)
    name = own.pop("preset", None)
    if name is None:
        return own
    connector, who = str(own.get("connector")), own.get("id")
    known = preset_names(connector) if connector.isidentifier() else ()
    if name not in known:
        raise ConfigurationError(
            f"source {who}: preset is {name!r}: connector {connector} has "
            f"{', '.join(known) or 'none'}"
        )
    preset = copy.deepcopy(_content(connector, name))
    streams = preset.pop("streams")
    merged = _merged(preset, {key: value for key, value in own.items() if key != "streams"})
    chosen = own.get("streams") or {stream: {} for stream in streams}
    merged["streams"] = {
        stream: _merged(streams.get(stream, {}), more or {}) for stream, more in chosen.items()
    }
    return merged


@cache
def _content(connector: str, name: str) -> dict[str, Any]:
    path = CONNECTORS / connector / "presets" / f"{name}.yaml"
    return dict(yaml.safe_load(path.read_text(encoding="utf-8")))


def _merged(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(below)
    for key, value in above.items():
        if value is None and key in merged:
            del merged[key]
        elif isinstance(value, Mapping) and isinstance(merged.get(key), Mapping):
            merged[key] = _merged(merged[key], value)
        else:
            merged[key] = value
    return merged
