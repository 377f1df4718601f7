"""The helpdesk's own time, by which walks go."""

import pytest

from overflow.clock import SystemClock
from overflow.helpdesks.http import Reply
from overflow.helpdesks.keyset import sent_at


def test_an_answer_was_sent_when_it_says():
    answer = Reply(200, {"date": "Fri, 20 Nov 2026 09:15:02 GMT"}, b"")
    assert sent_at(answer) == 1_795_166_102


@pytest.mark.parametrize("headers", [{}, {"date": ""}, {"date": "yesterday"}])
def test_an_answer_that_does_not_say_was_sent_now(headers):
    assert sent_at(Reply(200, headers, b"")) == pytest.approx(SystemClock().now(), abs=5)
