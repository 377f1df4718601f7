"""What of all that is due is begun, and what of it together."""

from hypothesis import given
from hypothesis import strategies as st

from overflow.flows.drain.attend import Due
from overflow.flows.drain.pieces import Gathering
from tests.flows.bulk_desk import BulkDesk

BULK = BulkDesk().bulk
IDS = st.lists(st.integers(1, 200).map(str), unique=True, max_size=150)


def begun(ids, alone=(), lanes=0):
    gathering = Gathering()
    gathering.alone |= set(alone)
    return gathering.pieces([Due(i, None, None) for i in ids], BULK, lanes, 0.0)


@given(IDS, IDS, st.integers(0, BULK.lanes))
def test_nobody_is_begun_twice_and_nothing_is_larger_than_a_call_takes(ids, alone, lanes):
    pieces = begun(ids, alone, lanes)
    everyone = [due.id for piece in pieces for due in piece]
    assert len(everyone) == len(set(everyone))
    assert set(everyone) <= set(ids)
    assert all(1 <= len(piece) <= BULK.most for piece in pieces)
    company = [piece for piece in pieces if piece[0].id not in alone]
    assert lanes + len(company) <= BULK.lanes


@given(IDS)
def test_where_nothing_is_under_way_the_first_are_begun_at_once(ids):
    together = {due.id for piece in begun(ids) for due in piece}
    assert set(ids[: BULK.most]) <= together


@given(IDS, IDS)
def test_those_that_have_to_be_are_alone(ids, alone):
    pieces = begun(ids, alone)
    assert [(i,) for i in ids if i in alone] == [
        (piece[0].id,) for piece in pieces if piece[0].id in alone
    ]


@given(IDS, IDS)
def test_however_many_are_alone_company_is_begun_first(ids, alone):
    is_alone = [piece[0].id in alone for piece in begun(ids, alone)]
    assert is_alone == sorted(is_alone)


def test_company_gathers_only_while_others_are_under_way():
    gathering = Gathering()
    gathering.pieces([Due("1", None, None)], BULK, 0, 10.0)
    soon, later = 10.0 + BULK.gathers / 2, 10.0 + BULK.gathers
    assert not gathering.is_on(BULK, 0, is_busy=False, now=soon)
    assert gathering.is_on(BULK, 1, is_busy=True, now=soon)
    assert not gathering.is_on(BULK, 1, is_busy=True, now=later)
    assert gathering.is_on(BULK, BULK.lanes, is_busy=True, now=later)
