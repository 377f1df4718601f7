"""One look at a ticket that is known: what changed, and what that means.

For the group the record keeps three things: *desired* (what we want), *confirmed* (what the
helpdesk was last known to show after a write of ours or a person's move) and *observed* (what it
showed when last looked at). A group seen now is

    desired                          our write has landed, or nothing changed
    confirmed, not desired           our write is still to come
    superseded while one is to come  a write of ours that another decision has overtaken
    anything else                    a person moved it: their move wins

Tag and reason are the service's own marks: taken off while the group stands, they are put back
once (``desired.restored``).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from overflow.core.changes import Keep
from overflow.core.desired import RESTORED, owner_of, renamed, restored, revised
from overflow.core.handling import asked_of, ending, reopening
from overflow.core.model import HOME, Cause, Policy, Record, Snapshot, Status
from overflow.core.promise import due_of
from overflow.core.trace import Reason


def routing_tags(seen: Snapshot, policy: Policy) -> list[str]:
    """The tags by which people ask, in a fixed order."""
    words = policy.words
    return [word for word in (words.keep_here, words.to_partner) if word in seen.tags]


class Look:
    """Collects what one snapshot changes in a record."""

    def __init__(self, prior: Record, seen: Snapshot, policy: Policy, now: float) -> None:
        self.prior, self.seen, self.policy, self.now = prior, seen, policy, now
        self.group = seen.group or ""
        self.channel = seen.channel or policy.default_channel
        self.changes: dict[str, Any] = {}
        self.events: list[str] = []

    def change(self) -> Keep:
        """The new record, why it is to be decided if it is, and what happened."""
        self._facts()
        self._hands()
        self._status()
        self._where()
        cause = self._cause()
        record = replace(self.prior, **self.changes)
        if "desired_group" in self.changes or "team" in self.changes:
            record = revised(self.prior, record, self.policy)
        elif (marked := restored(record, self.seen, self.policy)) is not record:
            record = marked
            self.events.append("unmarked")
        return Keep(record, cause, tuple(self.events))

    def _facts(self) -> None:
        prior, seen, policy = self.prior, self.seen, self.policy
        language = seen.language or policy.default_language
        tags = routing_tags(seen, policy)
        said = prior.marks.split()
        is_new = not set(tags) <= set(said)  # and younger than what the API was asked
        kept = [mark for mark in said if mark == RESTORED or (mark[0] == "!" and not is_new)]
        self.changes |= {
            "channel": self.channel,
            "language": language,
            "topic": seen.topic,
            "priority": seen.priority,
            "queue": policy.queue_of(self.channel, language, seen.topic),
            "marks": " ".join([*kept, *tags]),
            "observed_group": self.group,
        }
        if seen.version is not None:
            self.changes["version"] = seen.version
        if self.channel != prior.channel and not prior.answered:
            self.changes["due"] = due_of(self.channel, prior.arrived, policy) or 0.0

    def _hands(self) -> None:
        """Who works on it: an assignee is a claim; the first answer is never taken back."""
        prior, assignee = self.prior, self.seen.assignee or ""
        if assignee != prior.assignee:
            self.changes["assignee"] = assignee
            self.events.append("assigned" if assignee else "unassigned")
        if self.seen.answered and not prior.answered:
            self.changes |= {"answered": self.seen.answered, "handled_by": prior.team}
            self.events.append("answered")

    def _status(self) -> None:
        prior, status = self.prior, self.seen.status
        if status is prior.status:
            return
        self.changes["status"] = status
        if status.is_ended:
            if not prior.status.is_ended:
                self.changes |= ending(prior, status)
                self.events.append("ended")
        elif prior.status.is_ended:
            self.changes |= reopening(prior, self.channel, self.policy, self.now)
            self.events.append("reopened")
        else:
            self.events.append("resumed" if status is Status.OPEN else "parked")

    def _where(self) -> None:
        prior = self.prior
        is_dirty = prior.desired_rev != prior.confirmed_rev
        is_ours = is_dirty and self.group in prior.superseded_group.splitlines()
        if self.group == prior.desired_group or is_ours:
            self.changes["confirmed_group"] = self.group
            self._taken_over()
        elif self._is_renamed(is_dirty=is_dirty):
            return
        elif self.group != prior.confirmed_group:
            self._moved_by_person()
            return
        if is_dirty and self._is_crossed():
            self._stays_where_it_was()

    def _taken_over(self) -> None:
        """The policy has given the group that it stands in to a partner since."""
        owner = owner_of(self.group, self.policy)
        if self.group == self.prior.desired_group and owner not in {HOME, self.prior.team}:
            self.changes["virtual"] = ""
            self._held_by(owner)
            self.events.append("accepted")

    def _is_renamed(self, *, is_dirty: bool) -> bool:
        """Whether the policy has another name for the holder's group, and the ticket shows it.

        While it is still to be written, it shall be written under the new name.
        """
        name = renamed(self.prior, self.policy)
        if name and self.group == name:
            self.changes |= {"desired_group": name, "confirmed_group": name}
            return True
        if name and is_dirty:
            self.changes["desired_group"] = name
        return False

    def _moved_by_person(self) -> None:
        team = owner_of(self.group, self.policy)
        self.changes |= {
            "desired_group": self.group,
            "confirmed_group": self.group,
            "manual": True,
            "reason": Reason.MANUAL.value,
            "note": "",
            "virtual": "",
        }
        if team == HOME:
            self.changes["origin_group"] = self.group
        if team != self.prior.team:
            self._held_by(team)
        self.events.append("moved_by_person")

    def _is_crossed(self) -> bool:
        """Whether somebody took the ticket up while a move of the service was being written.

        Before it has landed: the old holder answered it, took it or ended it. Just landed: the
        partner that it was taken back from had answered before (whoever answers at home is
        assigned). What a person asked for, or the old holder gave back, goes on all the same.
        """
        prior, source = self.prior, owner_of(self.prior.confirmed_group, self.policy)
        if source == prior.team or prior.manual or source in prior.refused_by.split():
            return False
        if asked_of(prior, self.policy):
            return False
        is_answered = "answered" in self.events
        if self.group == prior.confirmed_group:
            return is_answered or not {"assigned", "ended", "parked"}.isdisjoint(self.events)
        return is_answered and source != HOME and not self.seen.assignee

    def _stays_where_it_was(self) -> None:
        group = self.prior.confirmed_group
        team = owner_of(group, self.policy)
        self.changes |= {"desired_group": group, "reason": Reason.CROSSED.value, "note": ""}
        self._held_by(team)
        if "handled_by" in self.changes:
            self.changes["handled_by"] = team
        self.events.append("crossed")

    def _held_by(self, team: str) -> None:
        self.changes |= {
            "team": team,
            "held_since": self.now,
            "claimed_by": "",
            "claim_until": 0.0,
        }

    def _cause(self) -> Cause | None:
        status, events = self.seen.status, self.events
        if status.is_ended or "moved_by_person" in events or "crossed" in events:
            return None
        if "reopened" in events:
            return Cause.REOPENED if status is Status.OPEN else None
        if self._is_asked():
            events.append("asked")
            return Cause.ASKED
        if self._is_changed():
            events.append("changed")
            return Cause.CHANGED
        return None

    def _is_asked(self) -> bool:
        asked = asked_of(replace(self.prior, marks=self.changes["marks"]), self.policy)
        return bool(asked) and asked != asked_of(self.prior, self.policy)

    def _is_changed(self) -> bool:
        """Another channel, language or topic while nobody has answered or works on it."""
        prior = self.prior
        if all(self.changes[name] == getattr(prior, name) for name in _QUEUEING):
            return False
        if self.seen.answered or prior.answered or self.seen.assignee or prior.claimed_by:
            return False
        is_free = not prior.manual and asked_of(prior, self.policy) != "home"
        return is_free and self.seen.status is Status.OPEN


_QUEUEING = ("channel", "language", "topic")
