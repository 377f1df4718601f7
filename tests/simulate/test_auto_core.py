"""What is simulated is what is decided: ``core.decide`` with the plan says the same as ``auto``."""

from dataclasses import replace

from overflow.core.decide import decide
from overflow.core.decision import headline
from overflow.core.hours import ALWAYS_OPEN
from overflow.core.model import HOME, Cause, Declared, Load, QueuePlan
from overflow.core.review import review
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
        self.looks = []
        self.headlines = []

    def __getattr__(self, name):
        return getattr(self.auto, name)

    def situation(self, t, gone=0):
        """What the service would see, so many of those that wait being gone."""
        now, lane = make.NOON + t * MINUTE, self.auto.lane
        late = self.auto.late_levels(t)
        plan = QueuePlan(
            made=now,
            until=now + MINUTE,
            method="rolling",
            times=(now,),
            levels=(self.auto.level(t),),
            late=late and late.in_units(MINUTE),
        )
        return make.situation(
            now,
            loads={(HOME, "chat.-"): Load(lane.line - gone, len(lane.wip))},
            plans={"chat": plan},
            declared={HOME: Declared(now, now + 3600.0, agents=lane.agents)},
        )

    def arrival(self, t, ticket):
        now = make.NOON + t * MINUTE
        arriving = make.ticket(
            id=str(ticket), language="", arrived=now, due=now + 120.0, cause=Cause.NEW
        )
        made = decide(arriving, self.situation(t), POLICY, now)
        overflow = self.auto.arrival(t, ticket)
        self.outcomes.append(((made.team != HOME), overflow, made.reason.value))
        return overflow

    def look(self, t):
        """The sweep goes over what waits, one after the other."""
        now, lane, gone = make.NOON + t * MINUTE, self.auto.lane, []
        for number, (ticket, since) in enumerate(lane.waiting.items()):
            came = make.NOON + since * MINUTE
            waiting = make.ticket(
                id=str(ticket),
                language="",
                arrived=came,
                due=came + 120.0,
                ahead=len(lane.back) + number - len(gone),
            )
            made = review(waiting, self.situation(t, len(gone)), POLICY, now)
            if made is not None:
                gone.append(ticket)
                self.headlines.append(headline(made))
        named = list(self.auto.look(t))
        self.looks.append((gone, named))
        return named


def test_the_core_decides_every_ticket_of_a_day_as_the_simulated_service_does():
    scenario = replace(CHAT, rate=((0.0, 0.9), (120.0, 0.9)))
    asked = Decided(contender(scenario.told()))
    play(scenario, asked, draw(scenario, 7, 0))
    assert {overflow for _, overflow, _ in asked.outcomes} == {True, False}
    assert [core for core, _, _ in asked.outcomes] == [auto for _, auto, _ in asked.outcomes]
    assert {reason for core, _, reason in asked.outcomes if core} == {"plan"}


def test_the_sweep_names_the_tickets_that_the_simulated_service_does():
    scenario = replace(CHAT, n0=0, rate=((0.0, 0.9), (120.0, 0.9)), late_wait=0.5)
    asked = Decided(contender(scenario.told(late=True)))
    for day in range(3):
        asked.auto = contender(scenario.told(late=True))
        play(scenario, asked, draw(scenario, 7, day), late=True)
    assert [core for core, _ in asked.looks] == [auto for _, auto in asked.looks]
    assert sum(len(gone) for gone, _ in asked.looks) > 5
    assert all("in the line with" in told for told in asked.headlines)
    assert all("and the plan hands over from" in told for told in asked.headlines)
