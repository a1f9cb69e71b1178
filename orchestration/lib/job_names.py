"""Names of the jobs, which schedules, sensors, the lock and the command line share."""

NIGHTLY_JOB = "nightly_job"
EXTRACTION_JOB = "extraction_job"
REFRESH_JOB = "refresh_cases_job"
"""The short one: the others wait for its end."""
