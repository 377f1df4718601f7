"""Scenario files: what they say is read whole, and every fault is named."""

import math
from pathlib import Path

import orjson
import pytest

from overflow.errors import BadInput, Invalid
from overflow.simulate.scenario import Law
from overflow.simulate.scenario_file import read_scenarios, unknown_fields

PUBLIC = Path(__file__).parent / "data" / "public.json"
SMALL = {
    "name": "small",
    "H": 60,
    "roster": [[0, 2]],
    "aht": 5,
    "theta": 0.1,
    "T": 2,
    "lam": [[0, 0.5]],
    "p": 1,
    "a": 1,
    "c_o": 2,
    "c_i": 0.1,
}


@pytest.fixture
def read(tmp_path):
    def of(*documents):
        file = tmp_path / "scenarios.json"
        file.write_bytes(orjson.dumps(list(documents)))
        return read_scenarios(file)

    return of


def small(**changes):
    return SMALL | changes


def test_the_public_scenarios_are_read():
    scenarios = {scenario.name: scenario for scenario in read_scenarios(PUBLIC)}
    assert len(scenarios) == 6
    email = scenarios["email_weekend"]
    assert (email.batch0, email.target, email.theta, email.late_wait) == (420, 480, 0, 60)
    assert email.stated.optimum == 1218.73
    assert unknown_fields(PUBLIC) == []


def test_a_service_is_told_the_truth_where_nothing_else_is_said(read):
    (scenario,) = read(small())
    told = scenario.told()
    assert (told.roster, told.forecast) == (scenario.roster, scenario.rate)
    assert (told.handle_time, told.patience, told.theta) == (5, 10, 0.1)


def test_a_service_is_told_what_the_file_says_it_is_told(read):
    (scenario,) = read(
        small(
            forecast=[[0, 0.2]], roster_plan=[[0, 3]], aht_config=7, patience_config=4, late_wait=1
        )
    )
    told = scenario.told(late=True)
    assert (told.forecast, told.roster) == (((0, 0.2),), ((0, 3),))
    assert (told.handle_time, told.patience, told.late) == (7, 4, True)
    assert scenario.theta == 0.1


def test_nobody_gives_up_where_theta_is_nothing(read):
    assert read(small(theta=0))[0].told().patience == math.inf


def test_times_may_spread_otherwise_than_exponentially(read):
    (scenario,) = read(small(service="lognormal", service_cv=1.5))
    assert (scenario.service, scenario.patience) == (Law("lognormal", 1.5), Law())
    assert not scenario.is_exponential


def test_what_is_null_is_not_said(read):
    nothing = dict.fromkeys(("partner_slots", "forecast", "optimum_eur", "end", "n0", "service_cv"))
    assert read(small(**nothing)) == read(small())
    with pytest.raises(Invalid) as found:
        read(small(aht=None))
    assert found.value.faults == {"small.aht": ["is missing"]}


@pytest.mark.parametrize("value", [2.5, "2", True])
def test_what_is_counted_is_a_whole_number(read, value):
    assert read(small(conc=2.0, n0=3.0)) == read(small(conc=2, n0=3))
    with pytest.raises(Invalid) as found:
        read(small(conc=value))
    assert set(found.value.faults) == {"small.conc"}


def test_every_fault_is_named_with_its_path(read):
    del (wrong := small(roster=[[5, 2]], conc=0, lam=[[0, -1]]))["aht"]
    with pytest.raises(Invalid) as found:
        read(small(), wrong | {"name": "wrong"}, small(name="spread", service="lognormal"))
    assert set(found.value.faults) == {
        "wrong.roster",
        "wrong.conc",
        "wrong.lam",
        "wrong.aht",
        "spread.service_cv",
    }


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("H", 0),
        ("H", "60"),
        ("roster", []),
        ("roster", [[0, 1.5]]),
        ("roster", [[0, 1], [30]]),
        ("lam", [[30, 1], [0, 1]]),
        ("theta", True),
        ("T", -1),
        ("end", "fade"),
        ("patience", "normal"),
        ("partner_slots", 3),
        ("name", ""),
    ],
)
def test_a_value_out_of_order_is_a_fault(read, field, value):
    with pytest.raises(Invalid):
        read(small(**{field: value}))


def test_a_day_without_an_end_is_a_fault(read):
    with pytest.raises(Invalid):
        read(small(theta=0, roster=[[0, 2], [30, 0]]))
    assert read(small(theta=0, roster=[[0, 2], [30, 0]], end="close"))


def test_a_name_may_stand_once(read):
    with pytest.raises(Invalid):
        read(small(), small())


@pytest.mark.parametrize("text", ["", "{}", "[]", '"a"', '{"time_unit": "hour", "scenarios": [1]}'])
def test_a_file_without_scenarios_is_refused(tmp_path, text):
    file = tmp_path / "scenarios.json"
    file.write_text(text)
    with pytest.raises(BadInput):
        read_scenarios(file)
    with pytest.raises(BadInput):
        read_scenarios(tmp_path / "missing.json")


def test_fields_that_are_not_read_are_named(tmp_path):
    file = tmp_path / "scenarios.json"
    file.write_bytes(orjson.dumps([small(colour="red")]))
    assert unknown_fields(file) == ["small.colour"]
