"""Fills the room's HTML templates; whatever is put in is text, never markup."""

from pathlib import Path
from typing import Any


def rendered(template: str, **names: Any) -> str:
    """The template of this folder, filled in; a name that it lacks is an error."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(template).render(names)
