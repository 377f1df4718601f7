"""What is worked on first when more is due than can be begun."""

from hypothesis import given
from hypothesis import strategies as st

from overflow.flows.drain.due import Due
from overflow.flows.drain.queue_order import TURN, in_order
from overflow.store.marks import Mark

NOW = 10_000.0


def due(ticket_id, since=NOW - 5.0, *, is_read=False):
    mark = Mark(ticket_id, since, 0)
    return Due(ticket_id, None if is_read else mark, mark if is_read else None)


def order(dues, **answer_by):
    return [each.id for each in in_order(dues, answer_by, NOW)]


def test_reads_come_first_then_what_can_still_be_in_time_then_what_is_late():
    dues = [due("late"), due("later"), due("soon"), due("read", is_read=True)]

    assert order(dues, late=NOW - 60, later=NOW + 600, soon=NOW + 60) == [
        "read",
        "soon",
        "later",
        "late",
    ]


def test_what_is_due_for_nobody_comes_last_the_longest_waiting_first():
    dues = [due("new", NOW - 1), due("old", NOW - 9), due("late")]

    assert order(dues, late=NOW - 60) == ["late", "old", "new"]


tickets = st.lists(
    st.tuples(st.floats(0.0, NOW), st.one_of(st.none(), st.floats(1.0, 2 * NOW)), st.booleans()),
    max_size=40,
)


@given(tickets)
def test_each_is_there_once(given):
    dues = [due(str(n), since, is_read=read) for n, (since, _, read) in enumerate(given)]
    by = {str(n): at for n, (_, at, _) in enumerate(given) if at is not None}

    assert sorted(order(dues, **by)) == sorted(each.id for each in dues)


@given(tickets)
def test_whoever_waits_longest_is_among_the_first_few(given):
    dues = [due(str(n), 10.0 + since, is_read=read) for n, (since, _, read) in enumerate(given)]
    dues.append(due("oldest", 1.0))
    by = {str(n): at for n, (_, at, _) in enumerate(given) if at is not None}

    assert "oldest" in order(dues, **by)[:TURN]
