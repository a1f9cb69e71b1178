"""Settings of retention: for how many days each zone keeps what came.

What goes when a period is over belongs in ``retention``.
"""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Days = Annotated[int, Field(gt=0)] | None


class Periods(BaseModel):
    """For how many days clear values and refused rows are kept; for ever where nothing is said."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    restricted: Days = None
    quarantine: Days = None


class Retention(Periods):
    """For how many days each zone keeps what came, with the periods of single tables."""

    archive: Days = None
    rejected: Days = None
    tables: dict[str, Periods] = Field(default_factory=dict)

    def of_table(self, table: str) -> Periods:
        """The periods of one table such as ``mapped__tickets``: its own, else everybody's."""
        own = self.tables.get(table, Periods())
        return Periods(
            restricted=own.restricted or self.restricted,
            quarantine=own.quarantine or self.quarantine,
        )
