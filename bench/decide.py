"""``core.decide`` on generated policies and situations: 3 teams, 12 queues, 200 agents."""

import random
from dataclasses import replace
from time import perf_counter_ns, thread_time_ns

from bench.figures import quantile, table, verdict
from bench.shop import CHANNELS, GROUPS, LANGUAGES, QUEUES, document
from overflow.clock import SystemClock
from overflow.core.decide import decide
from overflow.core.decision import trace_of
from overflow.core.model import HOME, Cause, Load, Policy, Pressure, Sample, Situation, Ticket
from overflow.policies import build

GOAL = 1.0
TEAMS = tuple(GROUPS)
OFFICE = "Mo-Su 08:00-20:00"


def run(*, is_full: bool) -> None:
    """Each decision timed by itself."""
    policies, each = (40, 2_500) if is_full else (20, 1_000)
    chance, now = random.Random(7), SystemClock().now()
    costs: list[float] = []
    worked: list[float] = []
    traced: list[float] = []
    reasons: dict[str, int] = {}
    for _ in range(policies):
        policy = _policy(chance)
        cases = [_case(policy, chance, now) for _ in range(each)]
        for ticket, situation, moment in cases[:50]:  # opening hours are worked out once a month
            decide(ticket, situation, policy, moment)
        for ticket, situation, moment in cases:
            begun, ran = perf_counter_ns(), thread_time_ns()
            made = decide(ticket, situation, policy, moment)
            worked.append((thread_time_ns() - ran) / 1e6)
            costs.append((perf_counter_ns() - begun) / 1e6)
            trace_of(made)
            traced.append((perf_counter_ns() - begun) / 1e6)
            name = f"{made.outcome.value} {made.reason.value}"
            reasons[name] = reasons.get(name, 0) + 1
    rows = [
        ("core.decide", *_of(costs)),
        ("of that on the processor", *_of(worked)),
        ("with its trace as plain data", *_of(traced)),
    ]
    table(f"{len(costs):,} decisions", ("", "p50 ms", "p99 ms", "worst ms"), rows)
    print(f"goal for p99 {verdict(rows[0][2], GOAL)}")
    print(", ".join(f"{name} {n}" for name, n in sorted(reasons.items(), key=lambda i: -i[1])))


def _of(costs: list[float]) -> tuple[float, float, float]:
    ordered = sorted(costs)
    return quantile(ordered, 0.5), quantile(ordered, 0.99), ordered[-1]


def _policy(chance: random.Random) -> Policy:
    """200 agents in five shifts that overlap; every measure on every channel."""
    starts = sorted(chance.randrange(0, 14) for _ in range(4))
    shifts = [{"hours": f"{h:02}:00-{h + 9:02}:00", "agents": 40} for h in starts]
    hours = chance.choice(["24/7", "24/7", OFFICE])
    wait = chance.choice([20, 60, 300])
    given = document(
        inhouse={
            "group": GROUPS[HOME],
            "hours": hours,
            "shifts": [*shifts, {"hours": "24/7", "agents": 40}],
            "concurrency": {"chat": chance.randint(2, 6), "whatsapp": chance.randint(2, 6)},
            "languages": list(LANGUAGES),
        },
        pressure={
            "backlog": {"start": chance.choice([50, 200, 500]), "stop": 40},
            "expected_wait": {"start": wait, "stop": wait // 2},
            "breach": {"start": 0.35, "stop": 0.15},
            "hold": "5m",
        },
        breach_margin=0.05,
    )
    for name, channel in given["channels"].items():
        channel.pop("pressure", None)
        if name in {"phone", "chat", "whatsapp"} and chance.random() < 0.8:
            channel["patience"] = chance.choice([60, 180, 600])
    return build(given, "lamps")


def _case(policy: Policy, chance: random.Random, now: float) -> tuple[Ticket, Situation, float]:
    """From an idle to an overloaded house, at any hour of the week."""
    moment = now + chance.random() * 7 * 86_400
    busy = chance.choice([0.2, 1.0, 1.0, 3.0])
    queues = [f"{channel}.{language}" for channel, language in QUEUES]
    loads = {
        (team, queue): Load(int(chance.expovariate(1 / (20 * busy))), chance.randrange(20))
        for team in TEAMS
        for queue in queues
    }
    situation = Situation(
        at=moment - 0.1,
        seq=chance.randrange(10**6),
        policy_version=policy.version,
        loads=loads,
        held={(team, c): chance.randrange(300) for team in TEAMS[1:] for c in (*CHANNELS, "*")},
        today={team: chance.randrange(1000) for team in TEAMS[1:]},
        handed={team: chance.randrange(10**5) for team in TEAMS[1:]},
        pressure={
            queue: Pressure(
                on=chance.random() < 0.5, since=moment - 900.0, measure="backlog", rev=3
            )
            for queue in queues
        },
        handle_time={
            (HOME, c): Sample(50.0, chance.uniform(120, 900), moment - 60.0) for c in CHANNELS
        },
        declared={},
        switched_off={},
        seen={"helpdesk": moment - 1.0, "import": moment - 10**6},
        virtual={},
    )
    return _ticket(chance, moment), situation, moment


def _ticket(chance: random.Random, moment: float) -> Ticket:
    channel, language = chance.choice(QUEUES)
    arrived = moment - chance.choice([0.5, 0.5, 600.0])
    target = {"phone": 30.0, "chat": 60.0, "whatsapp": 1_800.0, "instagram": 3_600.0}
    ticket = Ticket(
        id="4711",
        channel=channel,
        language=language,
        topic="",
        arrived=arrived,
        due=arrived + target.get(channel, 14_400.0),
        cause=Cause.NEW,
    )
    if chance.random() < 0.2:  # as the sweep looks at it
        return replace(ticket, cause=Cause.LATE, ahead=chance.randrange(60))
    return ticket
