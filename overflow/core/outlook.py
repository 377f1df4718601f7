"""What a ticket that joined a queue at home now would have to expect."""

from __future__ import annotations

from overflow.core import forecast
from overflow.core.forecast import AtHome
from overflow.core.model import Cause, Policy, Situation, Ticket
from overflow.core.roster import Staff


def joining(
    queue: str, situation: Situation, policy: Policy, people: Staff, now: float
) -> AtHome | None:
    """The forecast for the next ticket of a queue; None where the policy has no such channel.

    ``people`` is ``roster.staff(policy, situation, now)``. Whether the ticket would be late is
    not asked: its ``breach`` is unknown.
    """
    name, _, rest = queue.partition(".")
    language, _, topic = rest.partition(".")
    channel = policy.channels.get(name)
    if channel is None:
        return None
    ticket = Ticket(
        id="",
        channel=name,
        language="" if language == "-" else language,
        topic=topic,
        arrived=now,
        due=None,
        cause=Cause.NEW,
    )
    return forecast.at_home(ticket, channel, situation, policy, people, now)
