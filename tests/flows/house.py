"""A whole house for one test: a real store, a helpdesk in memory, a clock that can be moved."""

from overflow.clock import SystemClock
from overflow.flows import shops
from overflow.flows.desks import Desks
from overflow.flows.polling import imports
from overflow.flows.services import Pace
from overflow.jobs import connect as connect_jobs
from overflow.settings import Settings
from overflow.store.throttle import Throttle
from overflow.wiring import assemble
from tests.flows.fake_desk import FakeDesk

SHOP = "lamps"
HOME_GROUP, NEAR_GROUP, FAR_GROUP = "shop", "near", "far"

QUICK = Pace(threads=8, slice=5.0, linger=0.05, lease=3.0, import_pause=0.0)


class MovableClock(SystemClock):
    """The machine's clock, moved by hand."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def now(self) -> float:
        return super().now() + self.ahead

    def advance(self, seconds: float) -> None:
        self.ahead += seconds


class HastyClock(MovableClock):
    """One that goes on instead of keeping anybody waiting."""

    def sleep(self, seconds: float) -> None:
        self.advance(seconds)
        super().sleep(0.001)  # others have their turn


def document(**changes) -> dict:
    """Home answers e-mail and chat; with three in its backlog two partners take over."""
    given = {
        "zone": "Europe/Amsterdam",
        "mode": "live",
        "helpdesk": {
            "connector": "standard",
            "options": {"url": "http://desk.test"},
            "secrets": {"webhook": "env:DESK_SECRET"},
        },
        "inhouse": {"hours": "24/7", "agents": 2, "group": HOME_GROUP},
        "partners": [
            partner("near", NEAR_GROUP, price=2.0),
            partner("far", FAR_GROUP, price=3.0),
        ],
        "channels": {
            "email": {"target": {"time": "4h"}, "handle_time": "10m"},
            "chat": {"target": {"time": "2m"}, "handle_time": "10m"},
        },
        "pressure": {
            "backlog": {"start": 3, "stop": 1},
            "expected_wait": "off",
            "breach": "off",
            "hold": "1m",
        },
        "untouched": "30m",
        "retries": {"attempts": 4, "first": "0.05s", "longest": "0.2s", "in_doubt": "1s"},
    }
    return given | changes


def partner(name: str, group: str, **changes) -> dict:
    given = {
        "name": name,
        "group": group,
        "hours": "24/7",
        "languages": ["en", "nl"],
        "capacity": {"email": 10, "chat": 4},
        "price": 2.0,
        "answer_time": "10s",
    }
    return given | changes


class House:
    """Services of one process; ``another()`` are those of a second one on the same store."""

    def __init__(self, url, client, desk, pace: Pace = QUICK, clock=None) -> None:
        self._url, self._client, self.desk, self._pace = url, client, desk, pace
        self.clock = clock or MovableClock()
        self.queue = connect_jobs(url)
        throttle = Throttle(client, self.clock.now)
        self.services = assemble(
            Settings(redis_url=url),
            store=client,
            queue=self.queue,
            clock=self.clock,
            throttle=throttle,
            desks=Desks(lambda config, words, gate: _behind(desk, gate), self.clock, throttle),
            pace=pace,
        )

    def another(self) -> "House":
        return House(self._url, self._client, self.desk, self._pace, self.clock)

    def open(self, **changes) -> None:
        """Create the shop, its first walk done."""
        shops.put_policy(self.services, SHOP, document(**changes))
        imports.finish(self.services, SHOP)
        self.queue.delete("rq:queue:overflow")

    def change(self, **changes) -> None:
        """Another version of the policy, in force at once."""
        shops.put_policy(self.services, SHOP, document(**changes))

    def later(self, seconds: float) -> None:
        """Time passes, and the helpdesk was heard of a moment ago."""
        self.clock.advance(seconds)
        self.services.situations.heard(SHOP, "helpdesk", self.clock.now())
        self.services.situations.forget(SHOP)

    def record(self, ticket_id: str):
        return self.services.tickets.get(SHOP, ticket_id)

    def totals(self) -> dict[str, int]:
        return self.services.tallies.totals(SHOP)

    def jobs(self) -> list[str]:
        """What stands on the job queue, as ``drain lamps``."""
        ids = [job_id.decode() for job_id in self.queue.lrange("rq:queue:overflow", 0, -1)]
        found = [self.queue.hget(f"rq:job:{job_id}", "description") for job_id in ids]
        return [description.decode() for description in found if description]

    def faults(self) -> list[str]:
        """What does not fit together in the store."""
        return self.services.upkeep.audit(SHOP)


def _behind(desk, gate):
    """A helpdesk in memory asks the shop's gate as a real one's client does."""
    if isinstance(desk, FakeDesk):
        desk.gate = gate
    return desk
