"""What a ticket that joined a queue at home now would have to expect."""

from __future__ import annotations

from overflow.core import forecast
from overflow.core.forecast import AtHome
from overflow.core.model import Cause, Policy, Situation, Ticket
from overflow.core.roster import Staff


def newcomer(queue: str, now: float, due: float | None) -> Ticket:
    """A ticket that joins the queue of that name now."""
    channel, _, rest = queue.partition(".")
    language, _, topic = rest.partition(".")
    return Ticket(
        id="",
        channel=channel,
        language="" if language == "-" else language,
        topic=topic,
        arrived=now,
        due=due,
        cause=Cause.NEW,
    )


def joining(
    queue: str, situation: Situation, policy: Policy, people: Staff, now: float
) -> AtHome | None:
    """The forecast for the next ticket of a queue; None where the policy has no such channel.

    ``people`` is ``roster.staff(policy, situation, now)``. Whether the ticket would be late is
    not asked: its ``breach`` is unknown.
    """
    ticket = newcomer(queue, now, None)
    channel = policy.channels.get(ticket.channel)
    if channel is None:
        return None
    return forecast.at_home(ticket, channel, situation, policy, people, now)
