"""What the end of a ticket's wait at home tells of customers' patience.

Only a live channel tells it: a call is hung up, a chat is left, and the helpdesk ends a ticket that
nobody has answered or taken. On other channels a ticket that ends so was cleared away by an agent,
and how long its customer would have waited is never seen.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from overflow.core.model import HOME, Policy, Record, Status, standing

LONGEST: Final = 2 * 3600.0
"""Seconds of waiting on a live channel above which a ticket was forgotten, not waited for."""
_LEFT: Final = frozenset({Status.SOLVED, Status.CLOSED})
_NOT_ASKED: Final = frozenset({Status.SPAM, Status.MERGED, Status.DELETED})


class WaitOver(NamedTuple):
    """A customer waits no more."""

    seconds: float
    gave_up: bool
    """Otherwise somebody took it up, or it was moved: until then the customer had stayed."""


def wait_over(prior: Record | None, record: Record, policy: Policy, now: float) -> WaitOver | None:
    """The wait that this change of a ticket ends, of a live channel's at home; None: none.

    Left out: who came while home was closed (nobody served the line they stood in), what was
    forgotten in it, and what was no request at all.
    """
    if prior is None or not _waits(prior, policy) or _waits(record, policy):
        return None
    since = max(prior.arrived, prior.held_since)
    until = min(now, record.answered) if record.answered else now
    seconds = until - since
    if record.status in _NOT_ASKED or not tells_patience(since, seconds, policy):
        return None
    is_left = record.status in _LEFT and not record.is_touched
    return WaitOver(seconds, gave_up=is_left and record.team == HOME)


def tells_patience(since: float, seconds: float, policy: Policy) -> bool:
    """Whether a wait at home from then on, so long, says anything of patience."""
    return 0.0 < seconds <= LONGEST and policy.home.hours.is_open(since)


def _waits(record: Record, policy: Policy) -> bool:
    channel = policy.channels.get(record.channel)
    is_live = channel is not None and channel.live
    return is_live and record.team == HOME and standing(record) == "waiting"
