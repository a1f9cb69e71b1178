"""State: what changes from day to day, and the clock of a day."""

from dataclasses import dataclass
from datetime import date

import numpy as np

from ingestion.demo import config
from ingestion.demo.config import Incident, World
from ingestion.demo.randomness import Flags, Floats, Integers, Topic, generator
from ingestion.demo.recording import Recorder
from ingestion.demo.world.population import Population

DAY = 86_400


def midnight(ordinal: int) -> int:
    """Epoch second at which a business day begins."""
    return (ordinal - config.EPOCH_ORDINAL) * DAY - config.UTC_OFFSET


@dataclass(kw_only=True)
class State:
    """The people as they are on ``day`` (a proleptic ordinal).

    ``need`` is the chance that a person contacts the company today because of ``need_reason``;
    ``contract_since`` is the ordinal of the running contract's first day, 0 without one;
    ``recovery_on`` is the day on which an error will be put right, 0 for none.
    """

    world: World
    people: Population
    recorder: Recorder
    day: int
    satisfaction: Floats
    segment: Integers
    opted_out: Flags
    gone: Flags
    need: Floats
    need_reason: Integers
    contract_since: Integers
    recovery_on: Integers
    surveyed_at: Integers
    unsubscribed: Flags

    @classmethod
    def first(cls, world: World, people: Population) -> "State":
        """The people on the eve of the first day."""
        size = people.size
        return cls(
            world=world,
            people=people,
            recorder=Recorder(),
            day=world.first_day.toordinal(),
            satisfaction=people.base.copy(),
            segment=people.segment.copy(),
            opted_out=np.zeros(size, dtype=bool),
            gone=np.zeros(size, dtype=bool),
            need=np.zeros(size),
            need_reason=np.zeros(size, dtype=np.int64),
            contract_since=np.zeros(size, dtype=np.int64),
            recovery_on=np.zeros(size, dtype=np.int64),
            surveyed_at=np.zeros(size, dtype=np.int64),
            unsubscribed=people.refuses_marketing.copy(),
        )

    @property
    def midnight(self) -> int:
        """Epoch second at which today begins."""
        return midnight(self.day)

    @property
    def weekday(self) -> int:
        """Monday = 0."""
        return (self.day - 1) % 7

    def active(self) -> Flags:
        """Who is a customer today."""
        return (self.people.joined_at < self.midnight) & ~self.gone

    def random(self, topic: Topic) -> np.random.Generator:
        """Today's generator of a topic."""
        return generator(self.world.seed, self.day, topic)

    def during(self, incident: Incident) -> bool:
        """Whether an incident lasts today."""
        return incident.first_day <= date.fromordinal(self.day) <= incident.last_day

    def quiet(self) -> Floats:
        """Factor of today's activity per market: closed weekdays are slow."""
        closed = [self.weekday in days for days in config.CLOSED_WEEKDAYS]
        return np.where(closed, 0.55, 1.08)

    def moved(self, persons: Integers, by: Floats | float) -> None:
        """Move the hidden satisfaction of some persons; one may stand there twice."""
        np.add.at(self.satisfaction, persons, by)

    def needs(self, persons: Integers, chance: float, reason: int) -> None:
        """Give persons a reason to contact the company from tomorrow on."""
        self.need[persons] = np.maximum(self.need[persons], chance)
        self.need_reason[persons] = reason
