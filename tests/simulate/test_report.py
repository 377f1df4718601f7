"""The report: every scenario, every policy, whole on its own."""

from html.parser import HTMLParser

import numpy as np
import pytest

from overflow.simulate.measure import run
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
