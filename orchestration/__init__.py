"""The conductor: Dagster definitions that wire, schedule and report what the rooms do.

Here are assets, checks, jobs, schedules, sensors and the headless nightly run. No business
rule, no transformation and no reading of sources lives here: those belong in ``ingestion``,
``dbt_project`` and ``serving``, of which only the public faces are used.
"""
