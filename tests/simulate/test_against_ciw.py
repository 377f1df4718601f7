"""The simulator against ciw, an independent one, where no closed form exists as well.

Stationary queues, whose times need not be exponential: shares and mean waits of both agree within
what chance does to them.
"""

import math

import ciw
import numpy as np
import pytest

from overflow.simulate.chances import draw
from overflow.simulate.contenders import maker
from overflow.simulate.engine import play
from overflow.simulate.scenario import Law
from tests.simulate.make import scenario

SERVERS = 5
ARRIVALS = 3000
RUNS = 8

CASES = {
    "exponential": {"load": 4.2},
    "impatient": {"load": 5.5, "theta": 0.4},
    "heavy work": {"load": 4.0, "service": Law("lognormal", 2.0)},
    "heavy patience": {"load": 5.5, "theta": 0.4, "patience": Law("lognormal", 1.8)},
    "bounded": {"load": 5.0, "level": 9},
    "bounded, all heavy": {
        "load": 6.0,
        "theta": 0.3,
        "level": 11,
        "service": Law("lognormal", 1.5),
        "patience": Law("lognormal", 0.6),
    },
}


def ours(load, level, **rest):
    """Share that overflows, share that gives up, mean wait of those served; a row a run."""
    day = scenario(
        roster=((0.0, SERVERS),),
        handle_time=1.0,
        rate=((0.0, load),),
        horizon=ARRIVALS / load,
        **rest,
    )
    policy = maker(f"threshold:{level}" if level else "never")
    found = []
    for number in range(RUNS):
        outcome = play(day, policy(day.told()), draw(day, 9, number))
        shares = outcome.overflowed / outcome.offered, outcome.abandoned / outcome.offered
        found.append((*shares, np.mean(outcome.waits)))
    return np.array(found)


def theirs(load, level, theta=0.0, service=None, patience=None):
    network = ciw.create_network(
        arrival_distributions=[ciw.dists.Exponential(load)],
        service_distributions=[law(service, 1.0)],
        number_of_servers=[SERVERS],
        queue_capacities=[level - SERVERS if level else math.inf],
        reneging_time_distributions=[law(patience, 1 / theta)] if theta else None,
    )
    found = []
    for number in range(RUNS):
        ciw.seed(number)
        simulation = ciw.Simulation(network)
        simulation.simulate_until_max_time(ARRIVALS / load)
        records = simulation.get_all_records()
        kinds = [record.record_type for record in records]
        offered = len({record.id_number for record in records})
        waits = [record.waiting_time for record in records if record.record_type == "service"]
        shares = kinds.count("rejection") / offered, kinds.count("renege") / offered
        found.append((*shares, np.mean(waits)))
    return np.array(found)


def law(of, mean):
    if of is None or of.kind == "exp":
        return ciw.dists.Exponential(1 / mean)
    spread = math.log1p(of.cv**2)
    return ciw.dists.Lognormal(math.log(mean) - spread / 2, math.sqrt(spread))


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_both_simulators_agree(case):
    case = {"level": None, **case}
    one, other = ours(**case), theirs(**case)
    error = np.sqrt((one.var(axis=0, ddof=1) + other.var(axis=0, ddof=1)) / RUNS)
    assert (np.abs(one.mean(axis=0) - other.mean(axis=0)) <= 4.5 * error + 1e-3).all()
