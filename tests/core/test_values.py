"""Values that every request makes."""

import pickle
from dataclasses import replace

from tests.core import make


def test_values_are_compared_and_hashed_by_their_fields():
    one, same = make.ticket(), make.ticket()
    other = replace(one, id="another")

    assert one == same
    assert hash(one) == hash(same)
    assert len({one, same, other}) == 2


def test_values_have_no_other_fields_and_can_be_carried_to_another_process():
    one = make.ticket()

    assert not hasattr(one, "__dict__")
    assert pickle.loads(pickle.dumps(one)) == one
