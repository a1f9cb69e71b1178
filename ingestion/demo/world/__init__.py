"""The causal world: people, a hidden satisfaction, and the events that move it.

Here events happen, as arrays without names or formats. How a system would have written them
belongs in ``writers``; what the answers are belongs in ``truth``.
"""

from ingestion.demo.world.history import History
from ingestion.demo.world.population import Population
from ingestion.demo.world.story import play

__all__ = ["History", "Population", "play"]
