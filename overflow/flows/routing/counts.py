"""The names of tallies, so that what counts and what is shown agree.

Parts are joined by ``/``; the first says what is counted:

    decision/OUTCOME/REASON/TEAM/CHANNEL   made and carried out
    observed/OUTCOME/REASON/TEAM/CHANNEL   made while observing
    event/EVENT/TEAM/CHANNEL               what became of a ticket (``lifecycle``'s events)
    flap/CHANNEL                           a move of ours that undoes one of ours
    webhook/CONNECTOR/RESULT               a delivery
    reconcile/differs                      a ticket that polling found to differ
    difference/CAUSE                       why no webhook had told of it (``differences``)
    sync/RESULT                            ``failed`` (to be tried again), ``buried``
    contended/TEAM/LIMIT                   a partner's last slot went to another ticket

    wait/CHANNEL/METHOD/OUTCOME            an expected wait: answered ``sooner`` or ``later``,
                                           ``moved`` before, ended ``unanswered``
    wait_promised/CHANNEL/METHOD           those answered, in milliseconds: expected,
    wait_taken/CHANNEL/METHOD              taken,
    wait_error/CHANNEL/METHOD              and by how much one differed from the other

    handled/CHANNEL                        work on a ticket that was measured at home,
    handled_time/CHANNEL                   and how long it was, in milliseconds
    waited/CHANNEL                         milliseconds that customers of a live channel waited
    gave_up/CHANNEL                        those of them who left before anybody was there

Those of a cohort are counted where the ticket arrived:

    offered/CHANNEL                        arrived
    arrived/QUEUE                          the same by queue: the history of the forecast
    answered/TEAM/CHANNEL/late|in_time     first answer; ``in_time`` too where nothing is promised
    ended/STATUS/TEAM/CHANNEL              solved, closed, spam, ...; again after each reopening
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from overflow.core.decision import Decision, Outcome
from overflow.core.learning.counted import AtHome
from overflow.core.learning.ends import WaitOver
from overflow.core.model import HOME, Mode, Record
from overflow.core.waits import ending
from overflow.store.index import queue_of

_ARRIVED: Final = "arrived/"


def decision(made: Decision, channel: str) -> str:
    """A decision."""
    what = "observed" if made.trace.mode is Mode.OBSERVE else "decision"
    return f"{what}/{made.outcome.value}/{made.reason.value}/{made.team}/{word(channel)}"


def flaps(made: Decision, prior: Record | None) -> list[str]:
    """A move of ours on a ticket that we had moved the other way before."""
    if prior is None or made.trace.mode is Mode.OBSERVE or not made.is_move:
        return []
    is_back, is_out = (
        made.outcome is Outcome.RECALL,
        made.outcome in {Outcome.OVERFLOW, Outcome.LATE},
    )
    is_flap = (is_back and prior.moves_out > 0) or (is_out and prior.moves_back > 0)
    return [f"flap/{word(prior.channel)}"] if is_flap else []


def event(name: str, record: Record) -> str:
    """Something that became of a ticket."""
    return f"event/{name}/{record.team}/{word(record.channel)}"


def offered(record: Record) -> str:
    """It arrived."""
    return f"offered/{word(record.channel)}"


def waits(prior: Record | None, record: Record) -> list[str]:
    """What came of an expected wait, if anything did now."""
    found = ending(prior, record)
    if found is None:
        return []
    place = f"{word(record.channel)}/{found.method}"
    names = [f"wait/{place}/{found.outcome}"]
    if found.waited is not None:
        error = abs(found.waited - found.promised)
        names += [
            f"wait_promised/{place}={_milliseconds(found.promised)}",
            f"wait_taken/{place}={_milliseconds(found.waited)}",
            f"wait_error/{place}={_milliseconds(error)}",
        ]
    return names


def _milliseconds(seconds: float) -> int:
    return round(seconds * 1000)


def arrived(record: Record) -> str:
    """It arrived in its queue."""
    return f"{_ARRIVED}{word(queue_of(record))}"


def arrivals(tallies: Mapping[str, int]) -> dict[str, int]:
    """Queue -> tickets that arrived, of the tallies of a cohort."""
    return {
        name.removeprefix(_ARRIVED): count
        for name, count in tallies.items()
        if name.startswith(_ARRIVED)
    }


def came(tallies: Mapping[str, int]) -> dict[str, int]:
    """Channel -> tickets that came since the beginning, of the totals; without imported ones."""
    found: dict[str, int] = {}
    for name, count in tallies.items():
        kind, _, rest = name.partition("/")
        if kind == "event" and rest.startswith(("arrived/", "accepted/")):
            channel = rest.rpartition("/")[2]
            found[channel] = found.get(channel, 0) + count
    return found


def handled(prior: Record | None, seconds: float | None) -> list[str]:
    """Work that was measured, if home did it."""
    if prior is None or seconds is None or prior.team != HOME:
        return []
    channel = word(prior.channel)
    return [f"handled/{channel}", f"handled_time/{channel}={_milliseconds(seconds)}"]


def waited(prior: Record | None, over: WaitOver | None) -> list[str]:
    """A wait that is over."""
    if prior is None or over is None:
        return []
    channel = word(prior.channel)
    names = [f"waited/{channel}={_milliseconds(over.seconds)}"]
    return [*names, f"gave_up/{channel}"] if over.gave_up else names


def at_home(tallies: Mapping[str, int], channel: str) -> AtHome:
    """Of the totals."""
    named = word(channel)
    return AtHome(
        tallies.get(f"handled/{named}", 0),
        tallies.get(f"handled_time/{named}", 0) / 1000,
        tallies.get(f"gave_up/{named}", 0),
        tallies.get(f"waited/{named}", 0) / 1000,
        tallies.get(f"event/answered/{HOME}/{named}", 0),
    )


def answered(record: Record) -> str:
    """It has its first answer."""
    is_late = 0.0 < record.due < record.answered
    timely = "late" if is_late else "in_time"
    return f"answered/{record.team}/{word(record.channel)}/{timely}"


def ended(record: Record) -> str:
    """Nobody has to do anything any more."""
    return f"ended/{record.status.value}/{record.team}/{word(record.channel)}"


def word(text: str) -> str:
    """A part: without what joins parts and tallies."""
    return text.replace(" ", "_").replace("/", "_").replace("=", "_")
