"""Names: invented people of three markets, their addresses and numbers.

E-mail addresses end in example domains; phone numbers lie in blocks that are written down
here so that nobody's real number is meant.
"""

from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ingestion.demo import config, text
from ingestion.demo.randomness import Flags, Integers
from ingestion.demo.text import Strings
from ingestion.demo.world import Population

FIRST_NAMES = (
    ("علی", "مریم", "رضا", "زهرا", "حسین", "فاطمه", "مهدی", "نرگس", "امیر", "سارا", "پویا", "لیلا"),
    ("Иван", "Анна", "Пётр", "Ольга", "Сергей", "Мария", "Дмитрий", "Елена", "Алексей", "Юлия"),
    ("Omar", "Aisha", "John", "Priya", "Khalid", "Sara", "David", "Noor", "Rahul", "Emma", "Yusuf"),
)
LAST_NAMES = (
    ("محمدی", "احمدی", "کریمی", "رضایی", "موسوی", "جعفری", "صادقی", "نوری", "کاظمی", "یوسفی"),
    ("Петренко", "Смирнов", "Кузнец", "Волков", "Лебедь", "Соколов", "Мороз", "Орлов", "Белый"),
    ("Haddad", "Smith", "Khan", "Patel", "Farouk", "Jones", "Nasser", "Verma", "Brown", "Rahman"),
)
LATIN_FIRST_NAMES = (
    *("Ali", "Maryam", "Reza", "Zahra", "Hossein", "Fatemeh", "Mehdi", "Narges", "Amir", "Sara"),
    *("Pouya", "Leila"),
)
ROLES = ("info", "office", "sales", "reception")
PHONE_PREFIXES = ("98900", "7900", "97150")
NATIONAL_DIGITS = 7
STRANGER_BLOCK = 5_000_000


class Directory:
    """The names and addresses of a population, one element per person."""

    def __init__(self, people: Population) -> None:
        self._people = people
        owner = np.where(
            people.shares_phone_with >= 0, people.shares_phone_with, np.arange(people.size)
        )
        self.phone_number = owner + 1_000
        self.phone_market = people.market[owner]

    @cached_property
    def full_names(self) -> Strings:
        """Names in the script of the market."""
        people = self._people
        names = self._by_market(
            [
                text.joined(
                    text.chosen(first, people.first_name % len(first)),
                    " ",
                    text.chosen(last, people.last_name % len(last)),
                )
                for first, last in zip(FIRST_NAMES, LAST_NAMES, strict=True)
            ]
        )
        return text.where(people.internal, "TEST test account", names)

    @cached_property
    def latin_names(self) -> Strings:
        """Another spelling of the name, for the second record of a Persian customer."""
        first = text.chosen(LATIN_FIRST_NAMES, self._people.first_name % len(LATIN_FIRST_NAMES))
        return text.where(self._people.market == 0, first, pc.utf8_upper(self.full_names))

    @cached_property
    def emails(self) -> Strings:
        """Personal addresses, and role mailboxes that colleagues of an account share."""
        people = self._people
        personal = text.joined("person", text.number(np.arange(people.size)), "@example.org")
        role = text.chosen(ROLES, people.account % len(ROLES))
        shared = text.joined(role, "@firm", text.number(people.account), ".example.com")
        testing = text.joined("test", text.number(np.arange(people.size)), "@simorgh.example")
        return text.where(
            people.internal, testing, text.where(people.role_mailbox, shared, personal)
        )

    @cached_property
    def phones(self) -> Strings:
        """Numbers in international form."""
        return international(self.phone_market, self.phone_number)

    @cached_property
    def written_phones(self) -> Strings:
        """Numbers as clerks typed them into the CRM, in several forms."""
        forms = self.phone_forms
        shapes = [
            self.phones,
            text.joined("00", digits(self.phone_market, self.phone_number)),
            _spaced(self.phones),
            local(self.phone_number),
            text.persian(local(self.phone_number)),
        ]
        stacked = pa.concat_arrays(shapes)
        return stacked.take(pa.array(forms * self._people.size + np.arange(self._people.size)))

    @cached_property
    def phone_forms(self) -> Integers:
        """Which form each number has: 0–2 for all, 3 local and 4 Persian digits for Iran."""
        draw = self._people.last_name // 64
        return np.where(self.phone_market == 0, draw % 5, draw % 3)

    def _by_market(self, choices: list[Strings]) -> Strings:
        size = self._people.size
        return pa.concat_arrays(choices).take(
            pa.array(self._people.market * size + np.arange(size))
        )


def digits(market: Integers, value: Integers) -> Strings:
    """Country code and national number without a plus sign."""
    return text.joined(text.chosen(PHONE_PREFIXES, market), text.number(value, NATIONAL_DIGITS))


def international(market: Integers, value: Integers) -> Strings:
    """Numbers with a plus sign and the country code."""
    return text.joined("+", digits(market, value))


def local(value: Integers) -> Strings:
    """Iranian numbers as they are dialed at home."""
    return text.joined("0900", text.number(value, NATIONAL_DIGITS))


def caller_numbers(market: Integers, value: Integers, at_home: Flags) -> Strings:
    """What the trunk says: Iranian calls partly in the local form."""
    return text.where(at_home & (market == 0), local(value), international(market, value))


def _spaced(phones: Strings) -> Strings:
    return pc.replace_substring_regex(phones, r"(\d{3})(\d{2})(\d{2})$", r" \1 \2-\3")


def agent_numbers(queue: Integers, agent: Integers) -> Integers:
    """Numbers of agents: hundreds by queue."""
    return 100 * (queue + 1) + agent + 1


def queue_index(market: Integers, kind: Integers) -> Integers:
    """Index into ``config.QUEUES``."""
    return market * len(config.QUEUE_KINDS) + kind


def client_numbers(record: Integers) -> Strings:
    """Numbers of CRM records: persons first, then the duplicates."""
    return text.joined("C-", text.number(100_001 + record))
