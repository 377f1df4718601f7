"""The small parts: references, backoff, wording, policies and helpdesks kept by a process."""

import itertools
import string
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from overflow.core.decision import Reason
from overflow.core.hours import parse_hours
from overflow.core.model import HOME, HelpdeskConfig, Notes, Retries, Words
from overflow.errors import Unknown
from overflow.flows.desks import RETIRES, Desks
from overflow.flows.drain.backoff import delay
from overflow.flows.notes.notes import reference_of, render
from overflow.flows.notes.reasons import REASONS
from overflow.flows.notes.references import reference
from overflow.flows.notes.wording import LANGUAGES
from tests.core.make import NOON, partner, policy, record
from tests.flows.fake_desk import FakeDesk
from tests.flows.house import SHOP, MovableClock


class TestReferences:
    @given(st.lists(st.text(), min_size=1, max_size=4))
    def test_a_reference_is_short_and_readable(self, parts):
        name = reference(*parts)

        assert name == reference(*parts)
        assert name.startswith("ovf-")
        assert len(name) == 10
        assert set(name[4:]) <= set(string.digits + string.ascii_uppercase) - set("ILOU")

    def test_parts_do_not_run_together(self):
        assert reference("ab", "c") != reference("a", "bc")

    def test_thousands_of_them_hardly_ever_meet(self):
        assert len({reference("4711", str(n)) for n in range(5000)}) >= 4990


class TestBackoff:
    retries = Retries(attempts=8, first=1.0, longest=300.0)

    @given(st.integers(1, 60), st.text(max_size=20))
    def test_it_lies_between_nothing_and_the_ceiling(self, attempt, ticket_id):
        wait = delay(self.retries, ticket_id, attempt, None)

        assert 0.0 <= wait <= min(300.0, 2.0 ** (attempt - 1))

    @given(st.integers(1, 60), st.floats(0, 1e5))
    def test_what_the_helpdesk_asks_for_is_never_undercut(self, attempt, retry_after):
        wait = delay(self.retries, "1", attempt, retry_after)

        assert retry_after <= wait <= retry_after + 1.0

    def test_tickets_that_failed_together_do_not_come_back_together(self):
        waits = sorted(delay(self.retries, str(n), 5, None) for n in range(200))

        gaps = [later - earlier for earlier, later in itertools.pairwise(waits)]
        assert max(gaps) < 1.0
        assert waits[-1] - waits[0] > 14.0


def moved(**changes):
    given = {
        "team": "lumen",
        "note": "overflow inhouse",
        "reason": "backlog",
        "due": NOON + 600.0,
        "held_since": NOON,
        "decision": "1-0",
    }
    return record(**given | changes)


HERE = policy(partners=(partner(hours=parse_hours("24/7", "Europe/Amsterdam")),))


class TestNotes:
    def test_it_says_who_why_and_until_when_and_can_be_found_again(self):
        text = render(moved(), HERE)

        assert text == (
            "lumen takes over this ticket: the backlog of this queue is too long. "
            "First answer due 16 Sep 2026 12:10 (Europe/Amsterdam). "
            f"[{reference_of(moved())}]"
        )

    def test_the_time_is_on_the_clock_of_those_who_read_it(self):
        lisbon = partner(hours=parse_hours("24/7", "Europe/Lisbon"))

        assert "11:10 (Europe/Lisbon)" in render(moved(), policy(partners=(lisbon,)))

    def test_what_is_answered_is_no_longer_due(self):
        assert "due" not in render(moved(answered=NOON), policy())

    @pytest.mark.parametrize(
        ("language", "words"),
        [
            ("en", "Back from lumen"),
            ("de", "Zurück von lumen"),
            ("nl", "Terug van lumen"),
            ("fr", "Retour de lumen"),
            ("xx", "Back from lumen"),
        ],
    )
    def test_it_is_worded_in_the_shop_s_language(self, language, words):
        taken_back = moved(team=HOME, note="recall lumen", reason="untouched")

        assert words in render(taken_back, policy(notes=Notes(language)))

    def test_a_return_tells_what_the_partner_said(self):
        text = render(
            moved(team=HOME, note="returned lumen", reason="returned"), policy(), "needs a refund"
        )

        assert text.startswith("lumen returned this ticket to the shop's own team: needs a refund.")

    def test_a_shop_may_word_it_itself(self):
        own = Notes(overflow="{partner}/{ticket}/{reason}/{due}/{other}/{home.hours}")

        text = render(moved(due=0.0), policy(notes=own))

        assert text.startswith("lumen/7/the backlog of this queue is too long//{other}/{home")

    def test_its_reference_outlives_later_decisions(self):
        assert reference_of(moved(decision="2-0", reason="held")) == reference_of(moved())
        assert reference_of(moved(held_since=NOON + 1.0)) != reference_of(moved())

    @pytest.mark.parametrize("language", sorted(LANGUAGES))
    def test_every_language_says_the_same_things(self, language):
        words, english = LANGUAGES[language], LANGUAGES["en"]

        assert REASONS[language].keys() == {reason.value for reason in Reason}
        for mine, theirs in zip(words[:5], english[:5], strict=True):
            slots = {name for _, name, _, _ in string.Formatter().parse(mine) if name}
            assert slots == {name for _, name, _, _ in string.Formatter().parse(theirs) if name}


class TestDesks:
    def test_a_helpdesk_is_opened_once_and_anew_when_its_section_changes(self):
        opened, clock = [], MovableClock()

        def opener(config, words, gate):
            opened.append(FakeDesk())
            return opened[-1]

        desks, first = Desks(opener, clock, None), policy()
        assert desks.of(first) is desks.of(replace(first, version=2)) is opened[0]

        changed = replace(first, helpdesk=HelpdeskConfig("standard", {"url": "x"}, {}))
        assert desks.of(changed) is opened[1]
        assert not opened[0].is_closed  # calls may be under way

        clock.advance(RETIRES + 1.0)
        desks.of(replace(changed, words=Words(tag="other")))
        assert [desk.is_closed for desk in opened] == [True, False, False]

        desks.close()
        assert all(desk.is_closed for desk in opened)


class TestTheBook:
    def test_a_version_written_elsewhere_is_seen_within_seconds(self, shop):
        other = shop.another()
        book = shop.services.book
        assert book.policy(SHOP).version == 1
        other.change()
        assert book.policy(SHOP).version == 1

        shop.clock.advance(2.1)
        assert book.policy(SHOP).version == 2

    def test_a_named_version_is_had_at_once(self, shop):
        shop.another().change(untouched="5m")

        assert shop.services.book.policy(SHOP, 2).untouched == 300.0
        assert shop.services.book.policy(SHOP).version == 2

    def test_an_older_version_does_not_replace_the_current_one(self, shop):
        shop.change(untouched="5m")
        assert shop.services.book.policy(SHOP).version == 2

        assert shop.services.book.policy(SHOP, 1).version == 1
        assert shop.services.book.policy(SHOP).version == 2

    def test_there_is_no_policy_of_an_unknown_shop(self, house):
        with pytest.raises(Unknown):
            house.services.book.policy("nobody")
        with pytest.raises(Unknown):
            house.services.book.policy("nobody", 3)
