"""What is asked of every verifier of webhooks: "verified" or "refused", and nothing else."""

import pytest
from hypothesis import strategies as st

from overflow.errors import BadInput, Unauthorised
from overflow.helpdesks.port import Full, Hint, Nothing

anything = st.text(max_size=60)


def is_refused(desk, headers, body, now, token=""):
    """Whether it was not verified; a verified body may make no sense."""
    try:
        desk.receive(headers, body, token, now)
    except Unauthorised:
        return True
    except BadInput:
        return False
    return False


def makes_an_event_or_bad_input(desk, headers, body, now, token=""):
    """Of what was proved well."""
    try:
        event = desk.receive(headers, body, token, now)
    except Unauthorised:
        pytest.fail("it was proved well")
    except BadInput:
        return True
    return isinstance(event, Full | Hint | Nothing)


def documents(keys, words):
    """Anything that JSON can say, with a vendor's names of fields and some of its words."""
    leaves = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | anything
    nested = st.recursive(
        leaves | st.sampled_from(words),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(keys), inner),
        max_leaves=15,
    )
    return nested | st.dictionaries(st.sampled_from(keys), nested)


def named(vector):
    """A vector's name in a test's id."""
    return f"{vector['vendor']}-{vector['name']}"
