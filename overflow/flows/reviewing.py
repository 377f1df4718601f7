"""The review of everything that waits: at home in queue order, then at each partner."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import islice
from typing import Final

from overflow.clock import monotonic
from overflow.core.lifecycle import Change, Drop, Keep, virtual_team
from overflow.core.model import HOME, Cause, Mode, Record, standing
from overflow.core.review import review
from overflow.errors import Busy
from overflow.flows.routing.carry import carry
from overflow.flows.routing.errand import IMPORTED, Along, Errand, Step, View
from overflow.flows.services import Services
from overflow.store.index import Place

CHUNK: Final = 200
"""Records fetched at once."""
POSITION: Final = "sweep"
"""Under this name the number of tickets that an unfinished review has behind it is kept."""


class Reviewing:
    """One review of a shop, until it is through or ``until`` (monotonic) has come."""

    def __init__(self, services: Services, shop: str, until: float) -> None:
        self._services = services
        self._shop = shop
        self._until = until
        self._gone: Counter[str] = Counter()
        """Queue -> tickets met in it that no longer wait there, or only seem to."""
        self._situation = services.situations.get(shop, services.clock.now())
        self.moved = 0

    def run(self) -> bool:
        """Whether it got through."""
        policy = self._services.book.policy(self._shop, self._situation.policy_version)
        if policy.mode is Mode.OFF or IMPORTED not in self._situation.seen:
            return True
        behind = int(self._services.progress.get(self._shop, POSITION) or 0)
        places = islice(self._places(), behind, None)
        while chunk := list(islice(places, CHUNK)):
            moved = self.moved
            behind += self._review(chunk)
            behind -= self.moved - moved  # these wait there no more
            if monotonic() >= self._until:
                self._services.progress.put(self._shop, POSITION, str(behind))
                return False
        self._services.progress.drop(self._shop, POSITION)
        return True

    def _places(self) -> Iterator[tuple[str, Place]]:
        """What waits, home first; a partner that the policy names no more keeps what it holds."""
        partners = sorted({team for team, _ in self._situation.loads} - {HOME})
        for team in (HOME, *partners):
            for place in self._services.tickets.waiting(self._shop, team):
                yield team, place

    def _review(self, chunk: list[tuple[str, Place]]) -> int:
        """How many of the chunk were looked at."""
        records = self._services.tickets.get_many(self._shop, [place.id for _, place in chunk])
        for number, (team, place) in enumerate(chunk):
            if monotonic() >= self._until:
                return number
            record = records.get(place.id)
            if record is not None:
                self._look_at(record, team, place)
        return len(chunk)

    def _look_at(self, record: Record, team: str, place: Place) -> None:
        is_home = team == HOME
        errand = Errand(
            ticket_id=record.id,
            step=_waiting(team, Cause.LATE if is_home else Cause.UNTOUCHED),
            along=Along("sweep"),
            decide=review,
            ahead=max(0, place.ahead - self._gone[place.queue]) if is_home else None,
        )
        try:
            routed = carry(self._services, self._shop, errand, record)
        except Busy:
            return  # looked at again within seconds
        is_moved = routed.decision is not None and routed.decision.is_move
        self.moved += is_moved
        if is_home and (is_moved or virtual_team(record, self._situation.epoch)):
            self._gone[place.queue] += 1


def _waiting(team: str, cause: Cause) -> Step:
    """Reviewed as long as it waits there and no person put it there."""

    def step(view: View) -> Change:
        prior = view.prior
        if prior is None or prior.team != team or prior.manual or standing(prior) != "waiting":
            return Drop("same")
        return Keep(prior, cause, ())

    return step
