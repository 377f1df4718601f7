"""Secrets of a set-up: found, made, kept where the policy looks for them, and told to nobody."""

import stat

import pytest
from hypothesis import given
from hypothesis import strategies as st

from overflow import log
from overflow.errors import Refused
from overflow.helpdesks.setup import Outcome, Vault
from overflow.settings import resolve_secret

SECRETS = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=8, max_size=60)


def vault(*references, **how):
    return Vault({"webhook": references}, resolve_secret, **how)


@given(first=SECRETS, second=SECRETS)
def test_a_file_is_written_over_only_when_that_was_asked_for(tmp_path_factory, first, second):
    path = tmp_path_factory.mktemp("vault") / "deep" / "secret"
    found = vault(f"file:{path}")

    assert found.keep("webhook", first).outcome is Outcome.MADE
    assert found.keep("webhook", first).outcome is Outcome.THERE
    other = found.keep("webhook", second)
    assert other.outcome is (Outcome.THERE if first == second else Outcome.BY_HAND)
    assert found.values("webhook") == [first]

    vault(f"file:{path}", may_replace=True).keep("webhook", second)
    assert found.values("webhook") == [second]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [left.name for left in path.parent.iterdir()] == ["secret"]


def test_what_is_kept_is_never_logged_again(tmp_path):
    found = vault(f"file:{tmp_path / 'secret'}")
    found.make("webhook")
    [secret] = found.values("webhook")
    assert len(secret) >= 43, "32 bytes as text"
    assert secret not in log.masked(f"it is {secret}")


def test_while_one_replaces_another_the_empty_file_takes_the_new_one(tmp_path):
    old, new = tmp_path / "old", tmp_path / "new"
    old.write_text("the-old-one\n")
    found = vault(f"file:{new}", f"file:{old}")
    found.keep("webhook", "the-new-one")
    assert found.values("webhook") == ["the-new-one", "the-old-one"]


@pytest.mark.parametrize("is_open", [False, True])
def test_a_variable_is_set_by_people_and_its_value_shown_only_when_asked_for(is_open, monkeypatch):
    monkeypatch.delenv("DESK_WEBHOOK", raising=False)
    step = vault("env:DESK_WEBHOOK", is_open=is_open).keep("webhook", "s3cret-value", "Reveal")
    assert step.outcome is Outcome.BY_HAND
    assert "DESK_WEBHOOK" in step.text
    assert ("s3cret-value" in step.text, "Reveal" in step.text) == (is_open, not is_open)


def test_where_it_is_found_is_said_in_place_of_it(monkeypatch):
    monkeypatch.setenv("DESK_WEBHOOK", "s3cret-value")
    assert vault("env:DESK_WEBHOOK").shown("webhook") == "<what is in $DESK_WEBHOOK>"
    assert vault("env:DESK_WEBHOOK", is_open=True).shown("webhook") == "s3cret-value"


def test_a_place_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(Refused, match="cannot be written"):
        vault(f"file:{tmp_path / 'file' / 'below'}").make("webhook")


def test_what_needs_a_secret_that_is_not_there_waits_for_it(tmp_path):
    with pytest.raises(Refused, match="waits for the secret `webhook`"):
        vault(f"file:{tmp_path / 'none'}").value("webhook")
    with pytest.raises(Refused, match=r"names no helpdesk\.secrets\.other"):
        vault(f"file:{tmp_path / 'none'}").make("other")
