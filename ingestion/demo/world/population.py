"""Population: who the customers are before anything happens to them."""

from dataclasses import dataclass

import numpy as np

from ingestion.demo import config
from ingestion.demo.config import World
from ingestion.demo.randomness import Flags, Floats, Integers, Topic, chances, generator, pick

WAVE_DAYS = 91
INTERNAL_PERSONS = 3
PERSONS_PER_ACCOUNT = 4
REFUSES_MARKETING = 0.08
ACQUIRED_UNTIL = np.cumsum(config.ACQUISITION_SHARES)[:-1]


@dataclass(frozen=True, kw_only=True)
class Population:
    """One element per person, in the order of their numbers.

    ``account`` is −1 for a private person; ``shares_phone_with`` is the person whose number the
    family shares, else −1; ``second_record`` is the number of the duplicate CRM record, else −1.
    """

    market: Integers
    line: Integers
    segment: Integers
    language: Integers
    channel: Integers
    base: Floats
    call_factor: Floats
    order_factor: Floats
    response: Floats
    joined_at: Integers
    wave_offset: Integers
    account: Integers
    shares_phone_with: Integers
    role_mailbox: Flags
    internal: Flags
    second_record: Integers
    first_name: Integers
    last_name: Integers
    has_contract: Flags
    contract_day: Integers
    birth_year: Integers
    acquired: Integers
    refuses_marketing: Flags

    @property
    def size(self) -> int:
        """Number of persons."""
        return len(self.market)

    @property
    def duplicated(self) -> Integers:
        """The persons whom the CRM keeps twice, in the order of their second records."""
        return np.flatnonzero(self.second_record >= 0)


def populate(world: World) -> Population:
    """Draw the people of a world."""
    size = world.customers
    random = generator(world.seed, 0, Topic.POPULATION)
    market = pick(random, config.MARKET_SHARES, size)
    by_market = np.stack([pick(random, shares, size) for shares in config.MARKET_LANGUAGES])
    internal = np.zeros(size, dtype=bool)
    internal[size - INTERNAL_PERSONS :] = True
    accounts = max(1, size // 20)
    in_account = (random.random(size) < PERSONS_PER_ACCOUNT / 20) & ~internal
    joined_at = _joined(random, world)
    told = chances(world.seed, Topic.POPULATION, np.arange(size), 4)
    return Population(
        market=market,
        line=pick(random, config.LINE_SHARES, size),
        segment=pick(random, config.SEGMENT_SHARES, size),
        language=by_market[market, np.arange(size)],
        channel=pick(random, (0.3, 0.3, 0.2, 0.2), size),
        base=random.normal(0.0, 0.75, size),
        call_factor=random.gamma(2.0, 0.5, size),
        order_factor=random.gamma(1.6, 1 / 1.6, size),
        response=random.normal(0.0, 0.5, size),
        joined_at=joined_at,
        wave_offset=random.integers(0, WAVE_DAYS, size),
        account=np.where(in_account, random.integers(0, accounts, size), -1),
        shares_phone_with=_families(random, internal),
        role_mailbox=in_account & (random.random(size) < 0.08),
        internal=internal,
        second_record=_duplicates(random, internal),
        first_name=random.integers(0, 1 << 30, size),
        last_name=random.integers(0, 1 << 30, size),
        has_contract=(random.random(size) < world.rates.has_contract) & ~internal,
        contract_day=joined_at // 86_400 + random.integers(0, 60, size),
        birth_year=(1_945 + 60 * (told[0] + told[1]) / 2).astype(np.int64),
        acquired=np.searchsorted(ACQUIRED_UNTIL, told[2], side="right"),
        refuses_marketing=told[3] < REFUSES_MARKETING,
    )


def _joined(random: np.random.Generator, world: World) -> Integers:
    """When each person became a customer: most of them in the four years before the history."""
    size = world.customers
    first = (world.first_day.toordinal() - config.EPOCH_ORDINAL) * 86_400 - config.UTC_OFFSET
    before = first - random.integers(1, 4 * 365 * 86_400, size)
    during = first + random.integers(0, world.days * 86_400, size)
    return np.where(random.random(size) < world.rates.joined_before, before, during)


def _families(random: np.random.Generator, internal: Flags) -> Integers:
    """Couples that share a phone: the second of each names the first."""
    size = len(internal)
    shared = np.full(size, -1, dtype=np.int64)
    second = np.unique(random.integers(1, max(2, size // 4), max(1, size // 250)) * 4)
    second = second[second < size - INTERNAL_PERSONS]
    shared[second] = second - 1
    return shared


def _duplicates(random: np.random.Generator, internal: Flags) -> Integers:
    """Persons with a second CRM record."""
    size = len(internal)
    numbers = np.full(size, -1, dtype=np.int64)
    twice = np.unique(random.integers(0, size // 4, max(1, size // 120)) * 4 + 1)
    twice = twice[twice < size - INTERNAL_PERSONS]
    numbers[twice] = size + np.arange(len(twice))
    return numbers
