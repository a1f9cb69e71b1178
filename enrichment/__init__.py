"""Enrichment: statistics that SQL should not do, as pure functions from frame to frame.

Reads and writes nothing: who hands frames in and lands what comes out is ``orchestration``,
what the results mean for a KPI is decided in ``dbt_project``. Each part beyond the base
installation has an extra of its own.
"""
