"""Charts: where values stand, that everything is escaped, and that pages are whole."""

import math
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from overflow.simulate.drawing.axis import axis, clock, clock_axis
from overflow.simulate.drawing.bars import Bar, bars
from overflow.simulate.drawing.chart import chart
from overflow.simulate.drawing.marks import Band, Line, Rule
from overflow.simulate.drawing.page import page, paragraph, section, table

values = st.floats(-1e6, 1e6)


@given(st.lists(values, min_size=1), st.integers(2, 12))
def test_an_axis_holds_its_values_between_round_ticks(found, count):
    made = axis("€", found, low=None, count=count)
    hair = 1e-6 * (made.high - made.low)
    assert made.low - hair <= min(found) <= max(found) <= made.high + hair
    assert 1 <= len(made.ticks) <= count + 3
    assert all(made.low - hair <= tick <= made.high + hair for tick in made.ticks)


@given(values)
def test_what_is_beyond_an_axis_stands_at_its_edge(value):
    made = axis("€", [0, 10])
    assert 0 <= made.share(value) <= 1
    assert made.share(5) == pytest.approx(0.5)


@pytest.mark.parametrize("horizon", [30, 240, 480, 1440, 10_080])
def test_a_clock_axis_has_a_handful_of_ticks(horizon):
    assert 3 <= len(clock_axis(horizon).ticks) <= 10


def test_minutes_read_as_a_clock():
    assert [clock(m) for m in (0, 90, 605)] == ["0:00", "1:30", "10:05"]


def test_a_chart_draws_lines_steps_bands_and_rules():
    figure = chart(
        "Load",
        clock_axis(60),
        axis("slots", [0, 10]),
        [
            Line("work", [(0, 1.0), (30, None), (40, 3.0), (60, 4.0)], 1),
            Line("slots", [(0, 5.0), (30, 2.0), (60, 2.0)], 2, steps=True),
            Band("most", [(0, 1.0, 2.0), (60, 2.0, 3.0)], 3),
            Rule("target", 50.0),
        ],
        note="what it shows",
    )
    root = ET.fromstring(figure)
    texts = "".join(root.itertext())
    assert {"Load", "work", "slots", "most", "target", "what it shows"} <= set(root.itertext())
    assert "0:30" in texts
    paths = [node.get("d") for node in root.iter("path")]
    assert any(path.count("M") == 2 and "L" in path for path in paths), "a gap parts a line"
    assert any("H" in path and "V" in path for path in paths), "steps go along and up"


def test_a_bar_beyond_its_axis_ends_in_an_arrow():
    shown = [Bar("one", 1.0, "1.0", 0.9, 1.1), Bar("far", 9.0, "9.0")]
    root = ET.fromstring(bars("Cost", axis("ratio", [2]), shown, rule=(1.0, "optimum")))
    drawn = [node.get("d") for node in root.iter("path") if "bar" in node.get("class")]
    assert ["L" in path for path in drawn] == [False, True]
    assert "optimum" in set(root.itertext())


def test_all_text_is_escaped():
    name = "<b>&\"'"
    figure = chart(name, clock_axis(60), axis(name, [1]), [Line(name, [(0, 1.0)]), Rule(name, 1)])
    made = page(
        name,
        name,
        section(name, paragraph(name), figure, table([name], [[name]], note=name)),
        bars(name, axis(name, [1]), [Bar(name, 1, name)], rule=(1, name), note=name),
    )
    assert "<b>" not in made
    assert made.startswith("<!doctype html>")
    assert "http" not in made.replace("http-equiv", "")


def test_values_that_are_no_numbers_do_not_move_an_axis():
    made = axis("€", [math.nan, math.inf, 3.0])
    assert (made.low, made.high) == (0.0, 3.0)
    assert axis("€", []).high > 0
