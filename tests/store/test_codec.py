"""A record survives the store, field by field, and a usual one stays small."""

from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from overflow.core.model import Record, Status
from overflow.errors import BadInput
from overflow.store import codec
from tests.store.builders import NOW, a_record

texts = st.text(st.characters(codec="utf-8", exclude_categories=("C",)), max_size=20)
names = st.from_regex(r"[a-z][a-z0-9_.-]{0,10}", fullmatch=True)
times = st.integers(0, 4_000_000_000_000_000).map(lambda micro: micro / 1_000_000)
counts = st.integers(0, 10_000)

BY_TYPE = {"str": texts, "float": times, "int": counts, "bool": st.booleans()}
SPECIAL = {
    "id": st.from_regex(r"[A-Za-z0-9#-]{1,20}", fullmatch=True),
    "status": st.sampled_from(Status),
    "version": st.integers(-1, 10_000),
    "channel": names,
    "team": names,
    "queue": names,
}
records = st.builds(
    Record,
    **{f.name: SPECIAL[f.name] if f.name in SPECIAL else BY_TYPE[f.type] for f in fields(Record)},
)


def stored(record, rev):
    flat = [x if isinstance(x, bytes) else str(x).encode() for x in codec.encode(record, rev)]
    return codec.unflat(flat)


@given(records, counts)
def test_every_field_of_a_record_survives(record, rev):
    found = codec.decode(record.id, stored(record, rev))

    # The script alone says since when it is wip.
    assert found == replace(record, rev=rev, wip_since=0.0)


def test_what_is_usual_is_not_stored():
    fields_stored = stored(a_record(), 1)

    assert set(fields_stored) == {b"r", b"t", b"k", b"q", b"c", b"a", b"l", b"G", b"d"}


def test_a_queue_that_is_not_named_is_that_of_channel_and_language():
    assert codec.decode("7", stored(a_record(), 1)).queue == "email.de"
    assert codec.decode("7", stored(a_record(language=""), 1)).queue == "email.-"


def test_what_is_not_there_is_no_record():
    assert codec.decode("7", {}) is None


@pytest.mark.parametrize("team", ["a:b", "a|b", "a@1", "*", "{x}", "a\nb", "x" * 201])
def test_a_name_that_the_store_joins_names_with_is_refused(team):
    with pytest.raises(BadInput):
        codec.encode(a_record(team=team), 1)


@pytest.mark.parametrize("ticket_id", ["", "a\0b", "x" * 201])
def test_an_id_that_cannot_be_kept_is_refused(ticket_id):
    with pytest.raises(BadInput):
        codec.encode(a_record(ticket_id), 1)


def test_microseconds_are_kept_exactly():
    at = NOW + 0.123457

    assert codec.decode("7", stored(a_record(answered=at), 1)).answered == at
