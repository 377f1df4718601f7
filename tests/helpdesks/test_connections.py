"""Calls share a helpdesk's connections; what moves a ticket goes first."""

import threading

import pytest

from overflow.errors import Throttled
from overflow.helpdesks.connections import Connections
from tests.serve.procs import until


def test_there_are_no_more_at_once_and_each_is_given_back():
    connections = Connections(2)
    for _ in range(3):
        with connections.one("a", 1.0, is_first=False), connections.one("b", 1.0, is_first=False):
            for is_first in (False, True):
                with (
                    pytest.raises(Throttled, match="busy") as caught,
                    connections.one("c", 0.0, is_first=is_first),
                ):
                    pass
                assert caught.value.is_undone


def test_a_move_goes_before_those_that_came_sooner():
    connections, served = Connections(1), []

    def serve(is_first):
        with connections.one("a", 10.0, is_first=is_first):
            served.append(is_first)

    waiting = [threading.Thread(target=serve, args=[n == 4]) for n in range(5)]
    with connections.one("a", 1.0, is_first=False):
        for thread in waiting:
            thread.start()
        until(lambda: connections._first)
    for thread in waiting:
        thread.join()

    assert served == [True, False, False, False, False]


def test_a_move_that_gave_up_holds_up_nobody():
    connections, served = Connections(1), threading.Event()

    def serve():
        with connections.one("a", 10.0, is_first=False):
            served.set()

    with (
        connections.one("a", 1.0, is_first=False),
        pytest.raises(Throttled),
        connections.one("a", 0.01, is_first=True),
    ):
        pass
    threading.Thread(target=serve).start()
    assert served.wait(5.0)
