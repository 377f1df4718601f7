"""What happened in a recorded period, ticket by ticket, from its journal entries.

A *case* is one request of a customer: from its arrival, or its reopening, until it is answered and
done. What became of it is read off where it counted (``team|class|queue|channel``), off the tallies
that were counted with it, and off the decisions.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, Final

from overflow.core.model import HOME, Cause, Situation
from overflow.simulate.replay.case import Case, Deed, Done, Past
from overflow.simulate.replay.entries import BY_PERSON, IMPORTED, arrival, recorded
from overflow.store.journal import Entry

DROPPED: Final = frozenset({"spam", "merged", "deleted"})
"""Statuses of tickets that nobody had to answer."""
_WAITS, _WIP = "w", "i"

LEFT_DROPPED: Final = "spam, merged or deleted"
LEFT_BEFORE: Final = "events of tickets that came before the period"

FRAME: Final = 300.0
"""Seconds between two situations that are remembered, where nothing was said between them."""
_SAID: Final = ("declared", "switched_off", "signals")


class Reader:
    """Reads entries, oldest first."""

    def __init__(self, start: float, end: float, live: frozenset[str]) -> None:
        """``live``: the channels on which a customer waits on the line."""
        self.past = Past(start, end)
        self._live = live
        self._open: dict[str, Case] = {}
        """Ticket -> its latest case."""

    def read(self, entries: Iterable[Entry]) -> Past:
        """All of it."""
        for entry in entries:
            if entry.ticket:
                self._entry(entry)
        kept = [case for case in self.past.cases if not case.is_dropped]
        if dropped := len(self.past.cases) - len(kept):
            self.past.left_out[LEFT_DROPPED] = dropped
        self.past.cases = kept
        return self.past

    def _entry(self, entry: Entry) -> None:
        one = recorded(entry)
        if not isinstance(one, str):
            self.past.versions[one.version] += 1
            self._frame(one.at, one.situation)
            self._decided(entry, one.told, one.ticket.arrived, one.ticket.handled_by)
        elif one == BY_PERSON:
            self._moved(entry)
        else:
            if one not in {"", IMPORTED}:
                self.past.left_out[one] += 1
            self._taken_over(entry)
        case = self._open.get(entry.ticket)
        if case is None:
            self.past.left_out[LEFT_BEFORE] += 1
        else:
            self._what_became(entry, case)

    def _frame(self, at: float, situation: Situation) -> None:
        """Kept now and then, and whenever somebody has said something; the first one whole."""
        frames = self.past.frames
        if not frames:
            frames.append((at, situation))
            return
        last_at, last = frames[-1]
        is_news = any(getattr(situation, name) != getattr(last, name) for name in _SAID)
        if is_news or at - last_at >= FRAME:
            bare = replace(situation, loads={}, held={}, virtual={}, plans={}, raw=())
            frames.append((at, bare))

    def _decided(
        self, entry: Entry, told: Mapping[str, Any], arrived: float, handled_by: str
    ) -> None:
        cause, case = Cause(told["cause"]), self._open.get(entry.ticket)
        if cause in {Cause.NEW, Cause.HANDOVER, Cause.REOPENED}:
            case = self._add(entry, told, cause, arrived, handled_by)
        elif case is None:
            return
        elif cause in {Cause.ASKED, Cause.CHANGED}:
            what: Deed = "asked" if cause is Cause.ASKED else "changed"
            case.done.append(Done(told["at"], what, told=_said(told)))
        elif cause is Cause.RETURNED:
            case.done.append(Done(told["at"], "returned", told["holder"]))
        if told["mode"] != "live":
            return
        if told["team"] != case.team or not case.headline:
            case.headline = told["headline"]
        if told["team"] not in {HOME, case.team}:
            case.handed.append((told["at"], told["team"]))
        case.team = told["team"]

    def _add(
        self, entry: Entry, told: Mapping[str, Any], cause: Cause, arrived: float, handled_by: str
    ) -> Case:
        before = self._open.get(entry.ticket)
        case = Case(
            ticket=entry.ticket,
            number=0 if before is None else before.number + 1,
            at=told["at"],
            arrived=told["at"] if cause is Cause.REOPENED else arrived,
            channel=told["channel"],
            language=told["language"],
            topic=told["topic"],
            cause=cause,
            due=told["due"],
            is_live=told["channel"] in self._live,
            asked=told["asked"],
            handled_by=handled_by,
            team=told["holder"],
        )
        self._open[entry.ticket] = case
        self.past.cases.append(case)
        return case

    def _moved(self, entry: Entry) -> None:
        told, case = entry.data["decision"], self._open.get(entry.ticket)
        if case is not None:
            case.done.append(Done(told["at"], "moved", told["team"]))
            if told["team"] not in {HOME, case.team}:
                case.handed.append((told["at"], told["team"]))
            case.team, case.headline = told["team"], told["headline"]

    def _taken_over(self, entry: Entry) -> None:
        """A ticket that was never decided: held where it stood when it was first seen."""
        after = entry.fields.get("a", b"-").decode()
        if entry.ticket in self._open or ("b" in entry.fields and entry.fields["b"] != b"-"):
            return
        if after == "-":
            return
        team, letter, queue, channel, _ = after.split("|")
        if letter not in {_WAITS, _WIP}:
            return
        language, _, topic = queue.partition(".")[2].partition(".")
        case = Case(
            ticket=entry.ticket,
            number=0,
            at=entry.at,
            arrived=arrival(entry) or entry.at,
            channel=channel,
            language="" if language == "-" else language,
            topic=topic,
            cause=Cause.NEW,
            due=None,
            is_live=channel in self._live,
            taken_over=team,
            is_touched=letter == _WIP,
            team=team,
        )
        self._open[entry.ticket] = case
        self.past.cases.append(case)

    def _what_became(self, entry: Entry, case: Case) -> None:
        fields = entry.fields
        if measured := fields.get("m"):
            case.work = float(measured)
        before, after = (fields.get(name, b"-").decode().split("|") for name in ("b", "a"))
        is_taken_up = len(after) > 1 and after[1] == _WIP
        if is_taken_up and case.taken_up is None:
            case.taken_up = entry.at
        for tally in fields.get("q", b"").decode().split()[1:]:
            self._counted(tally.split("/"), entry, case, was=before[1] if len(before) > 1 else "")

    def _counted(self, tally: list[str], entry: Entry, case: Case, was: str) -> None:
        match tally:
            case ["answered", team, _, timely]:
                case.answered, case.is_late = entry.at, timely == "late"
                case.team = team
            case ["ended", status, _, _]:
                case.ended = entry.at
                case.is_dropped = status in DROPPED
                is_waiting = was == _WAITS and case.response is None
                case.is_abandoned = is_waiting and case.is_live
            case _:
                pass


def _said(told: Mapping[str, Any]) -> dict[str, Any]:
    return {name: told[name] for name in ("channel", "language", "topic", "asked")}
