"""Random scenarios, as wild as a shop's days get: one a seed, in the format of scenario files.

Each is a channel (phone, chat, e-mail), a team of 1 to 200 agents, a profile of the day, costs,
and one thing that went otherwise than was foretold, or nothing. Even seeds are for development;
odd ones are held back and say how good it really is.
"""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

Scenario = dict[str, Any]
Chance = np.random.Generator

DEVELOP, HELD_BACK = 0, 1


def half(which: int, count: int, *, kinds: tuple[str, ...] = ()) -> Iterator[Scenario]:
    """So many scenarios of one half; ``kinds`` picks among ``WRONG``."""
    for number in range(count):
        yield scenario(2 * number + which, kinds or tuple(WRONG))


def scenario(seed: int, kinds: tuple[str, ...] = ()) -> Scenario:
    """The scenario of a seed: the same for ever."""
    chance = np.random.default_rng([20261122, seed])
    names = kinds or tuple(WRONG)
    wrong = names[(seed // 2) % len(names)]
    channel = ("phone", "chat", "email")[int(chance.integers(3))]
    made = {"phone": _phone, "chat": _chat, "email": _email}[channel](chance)
    agents = _agents(chance, wrong)
    made |= {"channel": channel, "roster": _roster(chance, agents, made["H"])}
    made["lam"] = _profile(chance, made)
    made |= _costs(chance, channel)
    made["n0"] = int(min(agents * made["conc"], made["lam"][0][1] * made["aht"]))
    WRONG[wrong](chance, made)
    made |= {"name": f"{wrong}-{channel}-{seed}", "note": wrong}
    return _rounded(made)


def _phone(chance: Chance) -> Scenario:
    return {
        "H": 600, "conc": 1, "aht": chance.uniform(3, 8), "theta": chance.uniform(0.15, 0.5),
        "T": chance.choice([1 / 3, 0.5, 1.0]), "late_wait": 0.2,
    }  # fmt: skip


def _chat(chance: Chance) -> Scenario:
    return {
        "H": 480, "conc": int(chance.integers(2, 7)), "aht": chance.uniform(6, 15),
        "theta": chance.uniform(0.05, 0.2), "T": chance.uniform(1, 5), "late_wait": 0.5,
        "end": chance.choice(["drain", "drain", "close"]),
    }  # fmt: skip


def _email(chance: Chance) -> Scenario:
    return {
        "H": int(chance.choice([480, 960, 1440])), "conc": 1, "aht": chance.uniform(4, 15),
        "theta": 0, "T": float(chance.choice([120, 240, 480])), "late_wait": 60,
    }  # fmt: skip


def _agents(chance: Chance, wrong: str) -> int:
    if wrong == "large":
        return 200
    return 1 if wrong == "alone" else int(np.exp(chance.uniform(np.log(2), np.log(40))))


def _roster(chance: Chance, agents: int, horizon: float) -> list[list[float]]:
    if agents < 4 or chance.random() < 0.4:
        return [[0, agents]]
    cuts = sorted(chance.choice(np.arange(1, 8), 2, replace=False) / 8 * horizon)
    steps = [[0.0, agents], *([cut, round(agents * chance.uniform(0.6, 1.1))] for cut in cuts)]
    return [[float(at), int(max(1, here))] for at, here in steps]


def _profile(chance: Chance, made: Scenario) -> list[list[float]]:
    """Four to seven points about a load of 0.65 to 1.1."""
    usual = np.mean([here for _, here in made["roster"]]) * made["conc"] / made["aht"]
    count = int(chance.integers(4, 8))
    times = np.linspace(0, made["H"], count)
    rates = usual * chance.uniform(0.65, 1.1) * chance.lognormal(0, 0.2, count)
    if made["channel"] == "email" and chance.random() < 0.5:
        made["batch0"] = int(usual * made["T"] * chance.uniform(0.3, 1.2))
    return [[float(at), float(rate)] for at, rate in zip(times, rates, strict=True)]


def _costs(chance: Chance, channel: str) -> Scenario:
    return {
        "p": chance.uniform(1.5, 8), "a": 0 if channel == "email" else chance.uniform(3, 8),
        "c_o": chance.uniform(3, 6), "c_i": chance.uniform(0.2, 0.8),
    }  # fmt: skip


def _as_told(_chance: Chance, _made: Scenario) -> None:
    """Nothing went wrong."""


def _step(chance: Chance, made: Scenario) -> None:
    """A step up or down that nobody foresaw, for a part of the day."""
    begin = made["H"] * chance.uniform(0.1, 0.6)
    end = begin + made["H"] * chance.uniform(0.15, 0.5)
    made["forecast"] = made["lam"]
    by = float(np.exp(chance.choice([-1, 1, 1]) * chance.uniform(0.3, 1.0)))
    made["lam"] = _lifted(made["lam"], begin, min(end, made["H"]), by)


def _level(chance: Chance, made: Scenario) -> None:
    """The whole day is busier or quieter than foretold."""
    by = float(np.exp(chance.uniform(-0.5, 0.5)))
    made["forecast"] = made["lam"]
    made["lam"] = [[at, rate * by] for at, rate in made["lam"]]


def _noise(chance: Chance, made: Scenario) -> None:
    """Each half hour is off by some 20 %, its neighbours likewise: a bank's real days."""
    made["forecast"] = made["lam"]
    xs, ys = zip(*made["lam"], strict=True)
    log, points = 0.0, []
    for at in np.arange(0, made["H"] + 1, 30.0):
        log = 0.7 * log + chance.normal(0, 0.15)
        points.append([float(at), float(np.interp(at, xs, ys) * np.exp(log))])
    made["lam"] = points


def _ill(chance: Chance, made: Scenario) -> None:
    """Some do not come, or leave during the day."""
    made["roster_plan"] = made["roster"]
    share, begin = chance.uniform(0.1, 0.4), made["H"] * chance.choice([0.0, 0.25, 0.5])
    moments = sorted({0.0, float(begin), *(float(at) for at, _ in made["roster"])})
    made["roster"] = [
        [at, _missing(_at(made["roster_plan"], at), share if at >= begin else 0.0)]
        for at in moments
    ]


def _missing(agents: int, share: float) -> int:
    return int(max(1, round(agents * (1 - share))))


def _slow(chance: Chance, made: Scenario) -> None:
    """Tickets take longer or shorter than configured."""
    made["aht_config"] = made["aht"] * float(np.exp(chance.uniform(-0.5, 0.5)))


def _impatient(chance: Chance, made: Scenario) -> None:
    """Customers wait longer or shorter than configured."""
    if made["theta"]:
        made["patience_config"] = float(np.exp(chance.uniform(-0.7, 0.7))) / made["theta"]
    _level(chance, made)


def _heavy(chance: Chance, made: Scenario) -> None:
    """Handle times with heavy tails."""
    made |= {"service": "lognormal", "service_cv": chance.uniform(1.3, 2.5)}


def _capped(chance: Chance, made: Scenario) -> None:
    """A partner of few slots."""
    work = made["lam"][-1][1] * made["aht"]
    made |= {
        "partner_slots": int(max(1, work * chance.uniform(0.05, 0.3))),
        "partner_aht": made["aht"] * chance.uniform(0.8, 1.5),
    }


WRONG: dict[str, Callable[[Chance, Scenario], None]] = {
    "told": _as_told,
    "step": _step,
    "level": _level,
    "noise": _noise,
    "ill": _ill,
    "slow": _slow,
    "impatient": _impatient,
    "heavy": _heavy,
    "capped": _capped,
    "large": _step,
    "alone": _level,
}
"""What went otherwise than was foretold."""


def _at(steps: list[list[float]], moment: float) -> Any:
    return [value for at, value in steps if at <= moment][-1]


def _lifted(points: list[list[float]], begin: float, end: float, by: float) -> list[list[float]]:
    """The profile times ``by`` from begin to end, with a jump at both."""
    xs, ys = (np.array(column) for column in zip(*points, strict=True))
    edges = [(float(at), float(np.interp(at, xs, ys))) for at in (begin, end)]
    made = [[at, rate] for at, rate in points if at < begin]
    made += [[begin, edges[0][1]], [begin, edges[0][1] * by]]
    made += [[at, rate * by] for at, rate in points if begin < at < end]
    made += [[end, edges[1][1] * by], [end, edges[1][1]]]
    return made + [[at, rate] for at, rate in points if at > end]


def _rounded(value: Any) -> Any:
    """Four digits and plain types, so that a file of it is readable."""
    match value:
        case dict():
            return {key: _rounded(part) for key, part in value.items()}
        case list():
            return [_rounded(part) for part in value]
        case np.integer():
            return int(value)
        case float() | np.floating():
            return float(f"{value:.5g}")
        case _:
            return str(value) if isinstance(value, np.str_) else value
