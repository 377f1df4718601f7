"""The whole play: stage, actors, story, and the check at its end."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from rich.console import Console

from overflow.clock import Clock, monotonic
from overflow.demo import agreement, summary
from overflow.demo.actors import Cast
from overflow.demo.desks import Seen
from overflow.demo.incidents import LOST, Incidents
from overflow.demo.inhouse import Customers, Inhouse
from overflow.demo.partner import Partner
from overflow.demo.peak import OPENS, Peak
from overflow.demo.service import Json, Service
from overflow.demo.shop import DAYTIME, NIGHTOWL, SHOP, agents
from overflow.demo.stage import Stage, staged
from overflow.demo.story import Story
from overflow.errors import Fault

LOOK: Final = 0.4
"""Seconds between two looks into the journal."""
IN_STEP_WITHIN: Final = 90.0
"""Seconds: a lost webhook is found within a minute."""
INTRO: Final = """\
One second stands for a minute: {count} customers write to a shop with two partners.
A chat wants its answer within 8 s, an e-mail within 60 s.
As long as it plays: the API at {address}/docs, the live board at
{address}/board with the key {key}\
"""
READINGS: Final = 6
"""Tries to read both sides while nothing happens; the sweep comes every 15 s."""
NEGLECTED: Final = 3
"""Tickets that the first partner leaves lying."""
PARTNER_AGENTS: Final = {DAYTIME: 14, NIGHTOWL: 8}


def play(
    helpdesk: str,
    peak: Peak,
    console: Console,
    clock: Clock,
    glasses: Callable[[list[Seen]], list[Seen]] = lambda seen: seen,
) -> bool:
    """Play it against a helpdesk; whether it and the service agree on every ticket in the end.

    ``glasses``: what the helpdesk shows at the end is seen through them. Raises ``NotNow`` when
    something does not start or does not come in step, ``Stopped`` when somebody wants it to end.
    """
    console.print(f"starting store, API, worker and helpdesk ({helpdesk}) ...", style="dim")
    with staged(helpdesk, peak.speed, clock) as stage:
        intro = INTRO.format(
            count=len(peak.arrivals), address=stage.address, key=stage.tokens["operator"]
        )
        console.print(intro, style="dim", highlight=False)
        return _Play(peak, console, stage).run(glasses)


@dataclass
class _Play:
    """One evening."""

    peak: Peak
    console: Console
    stage: Stage

    def run(self, glasses: Callable[[list[Seen]], list[Seen]]) -> bool:
        self.operator = self.stage.service("operator")
        self.desk = self.stage.helpdesk.open()
        try:
            return self._run(glasses)
        finally:
            self.operator.close()
            self.desk.close()

    def _run(self, glasses: Callable[[list[Seen]], list[Seen]]) -> bool:
        self._close_until_it_opens()
        self.began = monotonic()
        self.story = Story(self.operator, self.console, self.stage.clock.now())
        self.lost = ""
        setbacks = self._act()
        ended = monotonic()
        self._come_in_step()
        in_step_after = monotonic() - ended
        seen, told = self._read_both()
        result = summary.Result(
            decisions=self.story.decisions,
            tickets=[ticket for ticket in told.values() if ticket is not None],
            differences=agreement.differences(glasses(seen), told),
            dead_letters=len(self.operator.dead_letters()),
            in_step_after=in_step_after,
            lost=self.lost,
            setbacks=setbacks,
            delays=agreement.delays(seen, self.story.decisions),
        )
        summary.show(result, self.console)
        return not result.differences and not result.dead_letters

    def _close_until_it_opens(self) -> None:
        """The shop's team says by the API that it comes later."""
        until = self.stage.clock.now() + OPENS * self.peak.seconds
        text = datetime.fromtimestamp(until, UTC).isoformat()
        self.operator.declare_staffing(hours="off", until=text, reason="We open later today.")

    def _act(self) -> int:
        """Let all play, and tell of it, until the time is over; how often something failed."""
        cast = Cast(self._at)
        try:
            self._enter(cast)
            coming = list(self.peak.phases())
            while self._at() < self.peak.seconds:
                while coming and coming[0][0] <= self._at():
                    self.story.heading(*coming.pop(0))
                self.stage.wait(LOOK)
                self._tell()
                cast.check()
        finally:
            cast.leave()
        cast.check()
        return len(cast.setbacks)

    def _enter(self, cast: Cast) -> None:
        stage, peak, seed = self.stage, self.peak, self.peak.seed
        opens, count = OPENS * peak.seconds, agents(peak.speed)
        people = [stage.helpdesk.agents[n % len(stage.helpdesk.agents)] for n in range(count)]
        cast.enter(Customers(stage.helpdesk.open(), peak.arrivals), 0.02)
        beat = stage.helpdesk.beat
        cast.enter(Inhouse(stage.helpdesk.open(), people, opens, seed), beat)
        for name, full in PARTNER_AGENTS.items():
            team = max(2, round(full * peak.speed))
            neglects = NEGLECTED if name == DAYTIME else 0
            cast.enter(Partner(stage.service(name), name, team, neglects, seed))
        desk, partner = stage.helpdesk.open(), stage.service(DAYTIME)
        cast.enter(Incidents(desk, partner, stage.kill_store, peak.seconds, self._happened), beat)

    def _happened(self, at: float, ticket: str, sentence: str) -> None:
        if sentence == LOST:
            self.lost = ticket
        self.story.happened(at, ticket, sentence)

    def _tell(self) -> None:
        with suppress(Fault):  # it will answer the next time
            self.story.go_on()

    def _at(self) -> float:
        return monotonic() - self.began

    def _is_in_step(self) -> bool:
        """Webhooks are through, the lost one is found, nothing is left to write or read."""
        self._tell()
        if not self.desk.is_quiet():
            return False
        if self.lost and self.operator.ticket(self.lost) is None:
            return False
        shop = self.operator.health()["shops"][SHOP]
        return bool(shop["dirty"] == 0 and shop["to_read"] == 0)

    def _come_in_step(self) -> None:
        self.stage.wait_for(self._is_in_step, "not in step", IN_STEP_WITHIN)
        self._tell()

    def _read_both(self) -> tuple[list[Seen], dict[str, Json | None]]:
        """Both sides at one moment: read again until the service did nothing meanwhile."""
        seen: list[Seen] = []
        told: dict[str, Json | None] = {}
        for _ in range(READINGS):
            before, seen = told, self.desk.tickets()
            told = _as_told(self.operator, seen)
            if told == before and self._is_in_step():
                break
            self._come_in_step()
        return seen, told


def _as_told(service: Service, seen: list[Seen]) -> dict[str, Json | None]:
    """Every ticket that either side knows, as the service tells it one by one."""
    ids = {ticket.id: None for ticket in seen} | {t["id"]: None for t in service.tickets()}
    return {id_: service.ticket(id_) for id_ in ids}
