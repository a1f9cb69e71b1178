"""Campaigns: every four weeks a message to a part of the customers, personal or the same to all.

What becomes of a message belongs in ``messages``; here is only what moves the customer.
"""

import numpy as np

from ingestion.demo.randomness import Flags, Topic
from ingestion.demo.world.state import State

CAMPAIGN_DAYS = 28
SEND_AT = 11 * 3_600
E_MAIL, SMS, CHAT = range(3)
CHANNEL_OF_PREFERENCE = np.asarray((E_MAIL, E_MAIL, CHAT, SMS))
"""By index of ``config.CHANNELS``: nobody is called for a campaign."""
FORGOTTEN = (4, 7, 19)
"""Persons who unsubscribe from the first message, and whom nobody strikes off the list."""
DESPITE_REFUSAL = 0.01
PREFERRED_SHARE = 0.75


def campaign(state: State) -> None:
    """Send the campaign of today, if there is one."""
    if state.day % CAMPAIGN_DAYS:
        return
    random, people, rates = state.random(Topic.CAMPAIGNS), state.people, state.world.rates
    weights = state.world.coefficients
    forgotten = _forgotten(people.size)
    refused = state.unsubscribed | state.opted_out
    reached = random.random(people.size) < rates.campaign_reach * (1 + 0.4 * state.segment)
    despite = refused & ((random.random(people.size) < DESPITE_REFUSAL) | forgotten)
    person = np.flatnonzero(state.active() & ((reached & ~refused) | despite | forgotten))
    size = len(person)
    preferred = CHANNEL_OF_PREFERENCE[people.channel[person]]
    heeded = random.random(size) < PREFERRED_SHARE
    personal = random.random(size) < np.where(state.day // CAMPAIGN_DAYS % 2 == 0, 0.7, 0.1)
    unhappy = np.where(state.satisfaction[person] < -0.5, 3.0, 1.0)
    leaves = (random.random(size) < rates.unsubscribed * unhappy) | forgotten[person]
    leaves &= ~refused[person]
    state.recorder.add(
        "campaign_messages",
        person=person,
        at=state.midnight + SEND_AT + random.integers(0, 3_600, size),
        campaign=np.full(size, state.day // CAMPAIGN_DAYS),
        channel=np.where(heeded, preferred, E_MAIL),
        personal=personal,
        unsubscribes=leaves,
    )
    state.unsubscribed[person[leaves]] = True
    felt = weights.personal_message * personal + weights.preferred_channel * heeded
    state.moved(person, felt)


def _forgotten(size: int) -> Flags:
    return np.isin(np.arange(size), FORGOTTEN)
