"""When things run: jobs, the nightly schedule, and the sensors."""

from orchestration.defs.automation.jobs import EXTRACTION_JOB, NIGHTLY_JOB, automation

__all__ = ["EXTRACTION_JOB", "NIGHTLY_JOB", "automation"]
