"""Truth: what happened, who is who, every planted flaw, and the KPI values that must come out.

Computed from the simulator's own events in plain NumPy, never with the warehouse's SQL.
"""

from ingestion.demo.truth.tables import write_truth

__all__ = ["write_truth"]
