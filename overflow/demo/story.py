"""Reads the journal through the API, and tells each decision as it falls."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Final

from rich.console import Console
from rich.text import Text

from overflow.demo.service import Json, Service
from overflow.errors import Fault

HOME: Final = "inhouse"
OVERLAP: Final = timedelta(seconds=2)
"""Entries may be written a little later than their time."""
STYLES: Final[Mapping[str, str]] = {
    "keep": "green",
    "accept": "green",
    "overflow": "yellow",
    "late_overflow": "magenta",
    "recall": "cyan",
    "returned": "blue",
}
WORDS: Final[Mapping[str, str]] = {
    "keep": "kept",
    "accept": "stays at {team}",
    "overflow": "to {team}",
    "late_overflow": "late to {team}",
    "recall": "taken back",
    "returned": "back home",
}
_SHORTER: Final = tuple(
    (re.compile(pattern), short)
    for pattern, short in (
        (r" \(starts at [^()]*\)", ""),
        (r"its chance of a late answer (at home|there) is", r"chance of a late answer \1"),
        (r"\(chance of a late answer (.*)\)", r"(chance to be late \1)"),
        (r"no partner would answer in time more probably", "no partner would be in time sooner"),
    )
)


class Story:
    """All decisions so far; ``began`` is when the play began, epoch seconds."""

    def __init__(self, service: Service, console: Console, began: float) -> None:
        self.decisions: list[Json] = []
        self._service = service
        self._console = console
        self._began = began
        self._since = datetime.fromtimestamp(began, UTC)
        self._told: set[str] = set()
        self._happened: deque[tuple[float, Text]] = deque()

    def happened(self, at: float, ticket: str, sentence: str) -> None:
        """Something that is no decision, so many seconds after the beginning; from any thread."""
        self._happened.append((at, _line(at, ticket, "", Text(f"* {sentence}", "bold"))))

    def heading(self, at: float, title: str) -> None:
        """A new phase has begun: how it stands now."""
        line = Text.assemble("\n", (f"{at:5.1f} {title}", "bold underline"))
        with suppress(Fault):  # it may not answer for a moment
            line.append_text(Text(f"\n      {_standing(self._service.situation())}", "dim"))
        self._happened.append((at, line))

    def go_on(self) -> None:
        """Tell what is new. Raises ``Fault`` when the service does not answer."""
        lines = [self._happened.popleft() for _ in range(len(self._happened))]
        new = self._service.decisions(_iso(self._since))
        lines += [self._of(decision) for decision in new if decision["id"] not in self._told]
        for _, line in sorted(lines, key=lambda one: one[0]):
            self._console.print(line, no_wrap=True, overflow="ellipsis")

    def _of(self, decision: Json) -> tuple[float, Text]:
        self._told.add(decision["id"])
        self.decisions.append(decision)
        moment = _moment(decision["at"])
        self._since = max(self._since, moment - OVERLAP)
        at = moment.timestamp() - self._began
        return at, _line(at, decision["ticket"], decision["queue"], _told(decision))


def _standing(situation: Json) -> str:
    """Who has how much, and where there is pressure."""
    loads = [
        load for queue in situation["queues"] for load in queue["teams"] if load["team"] == HOME
    ]
    waiting, wip = (sum(load[name] for load in loads) for name in ("waiting", "wip"))
    rooms = {
        one["partner"]: (
            sum(room["held"] for room in one["channels"]),
            sum(room["capacity"] for room in one["channels"]),
        )
        for one in situation["partners"]
    }
    on = [queue["queue"] for queue in situation["queues"] if queue["pressure"]["on"]]
    pressed = dict.fromkeys(name.partition(".")[0] for name in on)
    parts = [
        f"home: {waiting} waiting, {wip} in work",
        *(f"{partner}: {held} of {room}" for partner, (held, room) in rooms.items()),
        f"pressure: {', '.join(pressed) or 'none'}",
    ]
    return "; ".join(parts)


def _line(at: float, ticket: str, queue: str, rest: Text) -> Text:
    return Text.assemble((f"{at:5.1f} {ticket:>4} {queue:<13}", "dim"), rest)


def _told(decision: Json) -> Text:
    """What becomes of the ticket, and the main reason without its levels."""
    outcome = decision["outcome"]
    where = WORDS[outcome].format(team="home" if decision["team"] == HOME else decision["team"])
    what, _, why = decision["headline"].rstrip(".").partition(": ")
    return Text.assemble(
        (f"{where:<17}", f"bold {STYLES[outcome]}"),
        (_short(why or what), "dim" if outcome == "keep" else "default"),
    )


def _short(why: str) -> str:
    """Without the levels, which the policy has, and in fewer words."""
    for pattern, short in _SHORTER:
        why = pattern.sub(short, why)
    return why


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _iso(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")
