"""``python -m orchestration add calls.xlsx calls``: how a file of one's own could be loaded.

Writes the proposal beside the file and starts no run. What is proposed belongs in
``ingestion.proposing``.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

from ingestion import IngestionError, Language, load_sources

USAGE = """usage: make add FILE=calls.xlsx AS=crm|calls|survey [OUT=calls.sources.yaml]
AS may also be a unified entity, such as orders or tickets. Nothing is loaded."""


WRITTEN = """Written: {files}. Confirm the answers there; nothing is loaded.
Once its block stands in sources.yaml, `make check` says what it unlocks."""


def show_proposal(arguments: Sequence[str]) -> int:
    """Print the proposal and write its YAML; exit code 1 says why there is none."""
    from ingestion.proposing import propose, said, worded

    file, kind, out = [*(word.strip() for word in arguments), "", "", ""][:3]
    if not file or not kind:
        print(USAGE, file=sys.stderr)
        return 2
    path, language = Path(file), _language()
    target = Path(out) if out else path.with_name(f"{path.name.partition('.')[0]}.sources.yaml")
    try:
        proposal = propose(path, kind, language)
        written = {target: proposal.yaml}
        if proposal.companion:
            written[proposal.companion.path] = proposal.companion.text
        there = [str(place) for place in written if place.exists()]
        if there:
            print(f"{', '.join(there)}: exists already: move it away first.", file=sys.stderr)
            return 1
        for place, text in written.items():
            place.write_text(text, encoding="utf-8")
    except (IngestionError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    print(proposal.text)
    print(worded(said(WRITTEN, files=", ".join(map(str, written))), language))
    return 0


def _language() -> Language:
    """The company's; English while its settings are none yet."""
    try:
        return load_sources().company.language
    except IngestionError:
        return "en"
