"""Phone numbers outside a batch: the same reading of them as at the door.

What the door makes of a number, and what it refuses, belongs in ``personal`` and ``phones``.
"""

import unicodedata
from collections.abc import Sequence

from ingestion.conform.expressions import names_of
from ingestion.conform.personal import phone_layers
from ingestion.settings import Conventions
from ingestion.sql import connect, identifier, literal

LONGEST = 64
"""Characters that a written number may have, with everything that people put between."""


def with_digits(rows: str, written: str, conventions: Conventions, kept: Sequence[str] = ()) -> str:
    """A ``select`` of ``rows`` with ``phone_digits``: the E.164 digits of a written number.

    Args:
        rows: what is selected from; its text is in the form NFKC.
        written: the column of the written numbers.
        conventions: of the source that wrote them.
        kept: the columns of ``rows`` that are selected too.
    """
    names = names_of("_phone", raw=identifier(written), kind="text")
    selected = f"select * from {rows}"
    # The last step makes the pseudonym.
    for layer in phone_layers(names, conventions, names.text)[:-1]:
        added = ", ".join(f"{value} as {identifier(name)}" for name, value in layer.items())
        selected = f"select *, {added} from ({selected})"
    columns = [*map(identifier, kept), f"{identifier(names.normal)} as phone_digits"]
    return f"select {', '.join(columns)} from ({selected})"


class PhoneReader:
    """Reads one number after the other as people type them; keeps a connection open.

    Args:
        regions: countries whose habits of writing apply, the likeliest first.

    Raises:
        ConfigurationError: an unknown region.
    """

    def __init__(self, regions: Sequence[str]) -> None:
        self._connection = connect(threads=1)
        self._statements = [f"region_{position}" for position, _ in enumerate(regions)]
        for statement, region in zip(self._statements, regions, strict=True):
            given = "(select cast($1 as varchar) as written)"
            query = with_digits(given, "written", Conventions(phone_region=region))
            self._connection.execute(f"prepare {statement} as {query}")

    def digits(self, written: str) -> list[str]:
        """The international numbers that ``written`` may mean; none when it is no number.

        More than one where two countries write different numbers alike.
        """
        if "\0" in written or len(written) > LONGEST:
            return []
        # EXECUTE takes no bound parameters.
        text = literal(unicodedata.normalize("NFKC", written))
        found = [
            self._connection.execute(f"execute {statement}({text})").fetchall()[0][0]
            for statement in self._statements
        ]
        return list(dict.fromkeys(filter(None, found)))

    def close(self) -> None:
        """Let the connection go."""
        self._connection.close()
