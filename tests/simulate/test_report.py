"""The report: every scenario, every policy, whole on its own."""

from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pytest

from overflow.simulate.measure import run
from overflow.simulate.partners import Contract
from overflow.simulate.report import REFERENCES, report
from tests.simulate.make import public

VOID = {"meta", "path", "rect", "br", "!doctype"}


class Balance(HTMLParser):
    """Notes what is open when it should not be."""

    def __init__(self):
        super().__init__()
        self.open, self.text, self.links = [], [], []

    def handle_starttag(self, tag, attrs):
        self.links += [value for name, value in attrs if name in {"href", "src"}]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        pass

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)


@pytest.fixture(scope="module")
def shown():
    runs = []
    for name in ("micro_shop", "evening_close"):
        scenario = public(name)
        moments = tuple(np.linspace(0, scenario.horizon, 30))
        runs += [
            run(scenario, policy, days=3, moments=moments)
            for policy in ("threshold:9", *REFERENCES)
        ]
    page = Balance()
    page.feed(report(runs, ["threshold:9"]))
    return page


def test_a_report_is_whole_and_needs_nothing_from_elsewhere(shown):
    assert shown.open == []
    assert shown.links == []


def test_a_report_names_every_scenario_and_policy(shown):
    text = "".join(shown.text)
    for name in ("micro_shop", "evening_close", "threshold:9", *REFERENCES):
        assert name in text


def test_a_report_has_its_pictures(shown):
    for title in (
        "Cost of each policy",
        "Load against capacity",
        "Thresholds over the day",
        "Waits of the tickets kept",
    ):
        assert shown.text.count(title) == 2


def test_a_report_of_a_policy_that_keeps_nothing_has_no_waits():
    assert "Waits" not in report([run(public("micro_shop"), "always", days=1)], ["always"])


def test_a_report_by_goal_holds_service_levels_against_it_and_names_the_partners():
    near = Contract("near", 2.0, 4, 12.0, 0.5, opening=((0.0, 1), (60.0, 0)))
    scenario = replace(public("micro_shop"), goal=0.9, is_by_goal=True, partners=(near,))
    text = report([run(scenario, "no-free-slot", days=2)], ["no-free-slot"])
    assert "Service level of each policy" in text
    assert "Cost of each policy" not in text
    assert ">near<" in text
