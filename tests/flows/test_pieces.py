"""What of all that is due is begun, and what of it together."""

from hypothesis import given
from hypothesis import strategies as st

from overflow.flows.drain.due import NOBODY, Due
from overflow.flows.drain.pieces import LOOKED_FOR, Gathering
from overflow.store.marks import Mark
from tests.flows.bulk_desk import BulkDesk

BULK = BulkDesk().bulk
IDS = st.lists(st.integers(1, 200).map(str), unique=True, max_size=150)


def due(ticket_id):
    return Due(ticket_id, None, Mark(ticket_id, float(ticket_id), 0))


def begun(ids, alone=(), lanes=0):
    gathering = Gathering()
    gathering.alone |= set(alone)
    return gathering.pieces([due(i) for i in ids], BULK, lanes, 0.0)


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
    assert together <= set(ids[: BULK.most * BULK.lanes])
    assert len(together) >= min(len(ids), BULK.most)


@given(IDS, st.integers(0, BULK.lanes))
def test_those_that_changed_one_after_the_other_go_together(ids, lanes):
    marked = [float(due.id) for piece in begun(ids, (), lanes) for due in piece]
    assert marked == sorted(marked)


def test_one_that_no_list_shows_is_asked_for_by_itself_at_last():
    gathering = Gathering()
    for _ in range(LOOKED_FOR - 1):
        gathering.parted(NOBODY._replace(unfound=frozenset({"7"})))
        assert gathering.alone == set()
    gathering.parted(NOBODY._replace(unfound=frozenset({"7"}), alone=frozenset({"8"})))
    assert gathering.alone == {"7", "8"}


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
    gathering.pieces([due("1")], BULK, 0, 10.0)
    soon, later = 10.0 + BULK.gathers / 2, 10.0 + BULK.gathers
    assert not gathering.is_on(BULK, 0, is_busy=False, now=soon)
    assert gathering.is_on(BULK, 1, is_busy=True, now=soon)
    assert not gathering.is_on(BULK, 1, is_busy=True, now=later)
    assert gathering.is_on(BULK, BULK.lanes, is_busy=True, now=later)
