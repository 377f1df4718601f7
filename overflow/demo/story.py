"""Reads the journal through the API, and tells each decision as it falls."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

from rich.console import Console
from rich.text import Text

from overflow.demo.service import Json, Service

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
    "accept": "stays",
    "overflow": "overflow",
    "late_overflow": "late overflow",
    "recall": "taken back",
    "returned": "returned",
}
_LEVELS: Final = re.compile(r" \(starts at [^()]*\)")


class Story:
    """All decisions so far; ``began`` is when the play began, epoch seconds."""

    def __init__(self, service: Service, console: Console, began: float) -> None:
        self.decisions: list[Json] = []
        self._service = service
        self._console = console
        self._began = began
        self._since = datetime.fromtimestamp(began, UTC)
        self._told: set[str] = set()
        self._happened: deque[tuple[str, str]] = deque()

    def happened(self, ticket: str, sentence: str) -> None:
        """Something that is no decision; from any thread."""
        self._happened.append((ticket, sentence))

    def go_on(self, at: float) -> None:
        """Tell what is new. Raises ``Fault`` when the service does not answer."""
        new = [d for d in self._service.decisions(_iso(self._since)) if d["id"] not in self._told]
        for decision in new:
            self._told.add(decision["id"])
            self.decisions.append(decision)
            self._console.print(self._line(decision), no_wrap=True, crop=False, soft_wrap=True)
            self._since = max(self._since, _moment(decision["at"]) - OVERLAP)
        while self._happened:
            ticket, sentence = self._happened.popleft()
            self._print(at, "", ticket, Text(f"* {sentence}", "bold"))

    def heading(self, at: float, title: str) -> None:
        """A new phase."""
        self._console.print()
        self._console.print(Text(f"{at:5.1f}  {title}", "bold underline"), highlight=False)

    def _line(self, decision: Json) -> Text:
        at = _moment(decision["at"]).timestamp() - self._began
        return self._columns(at, decision["queue"], decision["ticket"], _told(decision))

    def _print(self, at: float, queue: str, ticket: str, rest: Text) -> None:
        self._console.print(self._columns(at, queue, ticket, rest), soft_wrap=True)

    def _columns(self, at: float, queue: str, ticket: str, rest: Text) -> Text:
        line = Text(f"{at:5.1f}  {ticket:>4} {queue:<12} ", style="dim")
        line.append_text(rest)
        line.truncate(self._console.width, overflow="ellipsis")
        return line


def _told(decision: Json) -> Text:
    """What becomes of the ticket, and the main reason without its levels."""
    outcome = decision["outcome"]
    style = STYLES[outcome]
    team = "" if decision["team"] == HOME else decision["team"]
    text = Text()
    text.append(f"{WORDS[outcome]:<13} ", style=f"bold {style}")
    text.append(f"{team:<9} ", style=style)
    why = decision["headline"].partition(": ")[2].rstrip(".")
    text.append(_LEVELS.sub("", why), style="dim" if outcome == "keep" else "default")
    return text


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _iso(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")
