"""The demo company: a seeded simulator that writes what each of its systems would have written.

This package plays fictional people and events and knows every answer (``truth``). It reads
nothing of the lake and types nothing: production connectors read its files. The sources that
name those files are in ``sources.yaml`` beside this module.
"""

from ingestion.demo.generation import DemoReport, generate

__all__ = ["DemoReport", "generate"]
