"""When things run: jobs, schedules, and the sensors."""

from orchestration.defs.automation.jobs import automation

__all__ = ["automation"]
