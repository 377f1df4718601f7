"""What is simulated is what is decided: ``core.decide`` with the plan says the same as ``auto``."""

from dataclasses import replace

from overflow.core.decide import decide
from overflow.core.hours import ALWAYS_OPEN
from overflow.core.model import HOME, Cause, Declared, Load, QueuePlan
from overflow.simulate.chances import draw
from overflow.simulate.contenders.auto import Auto, contender
from overflow.simulate.engine import play
from tests.core import make
from tests.simulate.test_auto import CHAT

MINUTE = 60.0
POLICY = replace(
    make.policy(
        home=make.home(hours=ALWAYS_OPEN, concurrency={"chat": 2}, channels=frozenset({"chat"})),
        partners=(make.partner(),),
    ),
    planning="cost",
)


class Decided:
    """Asks the service's own decision, and ``auto`` beside it."""

    def __init__(self, auto: Auto) -> None:
        self.auto = auto
        self.outcomes = []

    def __getattr__(self, name):
        return getattr(self.auto, name)

    def arrival(self, t, ticket):
        now = make.NOON + t * MINUTE
        lane = self.auto.lane
        plan = QueuePlan(now, now + MINUTE, "rolling", (now,), (self.auto.level(t),))
        situation = make.situation(
            now,
            loads={(HOME, "chat.-"): Load(lane.line, len(lane.wip))},
            plans={"chat": plan},
            declared={HOME: Declared(now, now + 3600.0, agents=lane.agents)},
        )
        arriving = make.ticket(
            id=str(ticket), language="", arrived=now, due=now + 120.0, cause=Cause.NEW
        )
        made = decide(arriving, situation, POLICY, now)
        overflow = self.auto.arrival(t, ticket)
        self.outcomes.append(((made.team != HOME), overflow, made.reason.value))
        return overflow


def test_the_core_decides_every_ticket_of_a_day_as_the_simulated_service_does():
    scenario = replace(CHAT, rate=((0.0, 0.9), (120.0, 0.9)))
    asked = Decided(contender(scenario.told()))
    play(scenario, asked, draw(scenario, 7, 0))
    assert {overflow for _, overflow, _ in asked.outcomes} == {True, False}
    assert [core for core, _, _ in asked.outcomes] == [auto for _, auto, _ in asked.outcomes]
    assert {reason for core, _, reason in asked.outcomes if core} == {"plan"}
