"""A company kept by a real Tryton: a program for Tryton's own Python, see ``.ci/tryton``.

Makes the database that the environment names, then does what each line on standard input asks
and answers with a line of JSON. The tables as they were exported once are in ``tryton``.
"""

import json
import sys
from decimal import Decimal

from proteus import Model
from trytond.modules.company.tests.tools import create_company
from trytond.tests.tools import activate_modules


def person(name: str, email: str, phone: str) -> str:
    """The number of a new party."""
    party = Model.get("party.party")(name=name)
    for kind, value in (("email", email), ("phone", phone)):
        way = party.contact_mechanisms.new()
        way.type, way.value = kind, value
    party.save()
    return str(party.code)


def party(code: str) -> Model:
    """The party of that number."""
    (found,) = Model.get("party.party").find([("code", "=", code)])
    return found


def deal(code: str, amount: str) -> str:
    """The number of a new opportunity of a party."""
    opportunity = Model.get("sale.opportunity")(party=party(code), description="Lamps")
    opportunity.amount = Decimal(amount)
    opportunity.save()
    return str(opportunity.number)


def lose(number: str) -> str:
    """An opportunity is lost."""
    (opportunity,) = Model.get("sale.opportunity").find([("number", "=", number)])
    opportunity.click("lost")
    return str(opportunity.state)


def write_to(code: str, email: str) -> str:
    """A party has another address; the party itself is not touched."""
    (way,) = [way for way in party(code).contact_mechanisms if way.type == "email"]
    way.value = email
    way.save()
    return str(way.value)


def forget(code: str) -> str:
    """A party is deleted."""
    party(code).delete()
    return code


DONE = {each.__name__: each for each in (person, deal, lose, write_to, forget)}

if __name__ == "__main__":
    activate_modules("sale_opportunity", create_company)
    print(json.dumps("ready"), flush=True)
    for line in sys.stdin:
        name, *values = json.loads(line)
        print(json.dumps(DONE[name](*values)), flush=True)
