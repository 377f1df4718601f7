"""The internal note that goes along with a moved ticket: why, until when, and a reference.

Written from the record, the policy and the decision's reason; no word of the customer's is in it.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo

from overflow.core.decision import Outcome, Reason
from overflow.core.model import HOME, Partner, Policy, Record
from overflow.flows.notes.reasons import REASONS
from overflow.flows.notes.references import reference
from overflow.flows.notes.wording import LANGUAGES, Words

_SLOT: Final = re.compile(r"\{(\w+)\}")


def reference_of(record: Record) -> str:
    """The reference under which the note that the record owes is found again.

    Made of what the move that owes it has set and later decisions leave alone.
    """
    return reference(record.id, record.note, str(round(record.held_since * 1_000_000)))


def render(record: Record, policy: Policy, told: str = "") -> str:
    """The text of the note the record owes, with its reference.

    ``told`` is what a partner gave as its reason for returning, empty where it gave none. A
    template of the shop's own may name ``{partner} {home} {reason} {due} {ticket} {reference}``;
    other braces are left as they stand.
    """
    outcome, _, other = record.note.partition(" ")
    language = policy.notes.language if policy.notes.language in LANGUAGES else "en"
    words, reasons = LANGUAGES[language], REASONS[language]
    own = policy.notes.overflow if record.team != HOME else policy.notes.recall
    due = _due(record, policy, words)
    values = {
        "partner": other if record.team == HOME else record.team,
        "home": words.home,
        "reason": told or reasons.get(record.reason, record.reason),
        "due": due,
        "ticket": record.id,
        "reference": reference_of(record),
    }
    template = own if own is not None else _built_in(words, outcome, record, has_due=bool(due))
    text = _SLOT.sub(lambda slot: values.get(slot[1], slot[0]), template)
    return f"{text} [{values['reference']}]"


def _built_in(words: Words, outcome: str, record: Record, *, has_due: bool) -> str:
    if record.team != HOME:
        sentence = words.late_overflow if outcome == Outcome.LATE else words.overflow
    else:
        is_given_back = record.reason == Reason.RETURNED
        sentence = words.returned if is_given_back else words.recall
    return f"{sentence} {words.due}" if has_due else sentence


def _due(record: Record, policy: Policy, words: Words) -> str:
    """When the first answer is due, on the clock of those who read it; empty: it is not owed."""
    if not record.due or record.answered:
        return ""
    reader = policy.team(record.team)
    zone = reader.hours.zone if isinstance(reader, Partner) else policy.zone
    moment = datetime.fromtimestamp(record.due, UTC).astimezone(ZoneInfo(zone))
    return f"{moment.strftime(words.date)} ({zone})"
