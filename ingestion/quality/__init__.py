"""Source contracts: what a landed load must look like before a night may read it.

Suites are made from the stream specs, so that no rule is written twice. What the warehouse
promises is tested by dbt, not here.
"""

from ingestion.quality.runner import QualityResult, check_loads

__all__ = ["QualityResult", "check_loads"]
