"""What holds for any history of a ticket: order, echoes, people's moves, limits, one holder."""

from contextlib import suppress
from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from overflow.core.decide import decide
from overflow.core.decision import Outcome, Reason
from overflow.core.desired import RESTORED
from overflow.core.lifecycle import (
    Drop,
    Keep,
    ReadAgain,
    claim,
    desired_of,
    give_back,
    moved_by_person,
    observe,
    owner_of,
    settle,
    shows,
    ticket_of,
)
from overflow.core.model import HOME, Cause, Load, Mode, Status, standing
from overflow.core.review import review
from overflow.errors import Conflict
from tests.core import make
from tests.core.make import NOON, policy, record, situation
from tests.core.strategies import GROUPS, histories, policies, snapshots

wide = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
RULES = policy()
TAG = frozenset({RULES.words.tag})
FACTS = (
    "status",
    "assignee",
    "team",
    "observed_group",
    "desired_group",
    "channel",
    "language",
    "topic",
    "answered",
    "version",
    "marks",
)


def facts(of):
    return {name: getattr(of, name) for name in FACTS}


def followed(prior, seen, *, authoritative=False):
    change = observe(prior, seen, RULES, NOON + 60, authoritative=authoritative)
    return change.record if isinstance(change, Keep) else prior


@wide
@given(snapshots, policies(mode=Mode.LIVE))
def test_the_same_look_twice_is_the_same(seen, rules):
    first = observe(None, seen, rules, NOON, authoritative=True)
    if isinstance(first, Drop):
        assert first.why == "ignored"
        return
    again = observe(first.record, seen, rules, NOON + 1, authoritative=True)
    assert again == Drop("same")


@wide
@given(st.lists(snapshots, min_size=2, max_size=6))
def test_any_look_repeated_at_once_changes_nothing_more(looks):
    prior = record(version=0)
    for seen in looks:
        prior = followed(prior, seen, authoritative=True)
        again = observe(prior, seen, RULES, NOON + 90, authoritative=True)
        assert isinstance(again, Drop)


@wide
@given(histories(), st.randoms(use_true_random=False))
def test_whatever_the_order_the_newest_state_stands_at_the_end(history, chance):
    start = record(version=-1)
    start = followed(start, replace(history[0], version=0), authoritative=True)
    straight = shuffled = start
    for seen in history:
        straight = followed(straight, seen)
    mixed = list(history)
    chance.shuffle(mixed)
    for seen in mixed:
        shuffled = followed(shuffled, seen)
    straight = followed(straight, history[-1], authoritative=True)
    shuffled = followed(shuffled, history[-1], authoritative=True)
    assert facts(straight) == facts(shuffled)


@wide
@given(snapshots, st.sampled_from(("grp-lumen", "grp-castor", "inhouse")))
def test_an_echo_never_makes_work(seen, group):
    prior = record(
        team=owner_of(group, RULES),
        desired_group=group,
        confirmed_group=group,
        observed_group="inhouse",
        version=0,
    )
    echo = replace(seen, group=group, version=1)
    assert not followed(prior, echo).is_dirty


@wide
@given(snapshots, st.sampled_from(("grp-lumen", "grp-castor")), st.booleans())
def test_our_tag_is_put_back_once_for_each_state_and_only_with_a_partner(seen, group, is_tagged):
    prior = record(
        team=owner_of(group, RULES),
        desired_rev=3,
        confirmed_rev=3,
        desired_group=group,
        confirmed_group=group,
        observed_group=group,
        version=0,
    )
    tags = (seen.tags | TAG) if is_tagged else seen.tags
    first = followed(prior, replace(seen, tags=tags, version=1))
    is_wanted = seen.group == group and not seen.status.is_ended and not is_tagged
    assert (first.desired_rev == 4 and first.team == prior.team) is is_wanted
    written = replace(first, confirmed_rev=first.desired_rev)
    again = followed(written, replace(seen, group=written.desired_group, version=2))
    assert not (is_wanted and again.is_dirty), "what takes it off again is not fought"


class Life(RuleBasedStateMachine):
    """A ticket in a helpdesk, its webhooks in any order, people, and a drain whose write lags."""

    @initialize(has_versions=st.booleans(), is_busy=st.booleans())
    def begin(self, *, has_versions, is_busy):
        self.has_versions, self.is_busy = has_versions, is_busy
        self.now = NOON
        self.shown = make.snapshot(version=1)
        self.mail = []
        self.record = None
        self.writing = None
        self.wish = None
        """The group that a person put it in last, and that nothing since may change."""
        self.outs = self.backs = self.read = 0
        self.look(self.seen(), authoritative=True)

    # The helpdesk.

    def seen(self):
        return self.shown if self.has_versions else replace(self.shown, version=None)

    def changed(self, **changes):
        if all(getattr(self.shown, name) == value for name, value in changes.items()):
            return
        self.shown = replace(self.shown, version=self.shown.version + 1, **changes)
        self.mail.append(self.seen())

    # The service.

    def look(self, seen, *, authoritative):
        if authoritative:
            self.read = self.shown.version
        change = observe(self.record, seen, RULES, self.now, authoritative=authoritative)
        if isinstance(change, ReadAgain):
            self.look(self.seen(), authoritative=True)
        if not isinstance(change, Keep):
            return
        if "reopened" in change.events:
            self.outs = self.backs = 0
        before, self.record = self.record, change.record
        if before is not None and before.manual and self.record.manual:
            assert change.cause in {None, Cause.ASKED}
        if change.cause is not None:
            self.decided(change.cause, decide)

    def decided(self, cause, by):
        load = {(HOME, "chat.de"): Load(20, 12)} if self.is_busy else {}
        made = by(
            ticket_of(self.record, cause, RULES, ahead=9 if by is review else None),
            situation(self.now, loads=load),
            RULES,
            self.now,
        )
        if made is None:
            return
        if made.is_move and made.reason not in {Reason.PINNED_PARTNER, Reason.REOPENED}:
            self.outs += made.outcome in {Outcome.OVERFLOW, Outcome.LATE}
            self.backs += made.outcome is Outcome.RECALL
        after = settle(self.record, made, RULES, self.now)
        assert after.team == made.team
        self.record = replace(after, note="")  # notes are posted at once here

    def is_known(self):
        """What the helpdesk shows has been looked at, our own last write too.

        Nothing tells a person who undoes a write of ours before anybody saw it from one who did
        nothing.
        """
        return self.read == self.shown.version

    # What happens.

    @rule(seconds=st.sampled_from((60, 1801)), is_busy=st.booleans())
    def time_passes(self, seconds, *, is_busy):
        self.now += seconds
        self.is_busy = is_busy

    @rule(group=st.sampled_from(GROUPS))
    def a_person_moves_it(self, group):
        is_next = self.is_known() and self.writing is None and group != self.shown.group
        # The one thing a look cannot tell: a person doing what a write of ours may be doing.
        ours = {self.record.desired_group, *self.record.superseded_group.splitlines()}
        is_told = not self.record.is_dirty or group not in ours
        self.changed(group=group)
        self.wish = group if is_next and is_told else None

    @rule(agent=st.sampled_from((None, "ann", "bob")))
    def somebody_is_assigned(self, agent):
        self.changed(assignee=agent)

    @rule()
    def somebody_answers(self):
        self.changed(answered=NOON + 5)

    @rule(status=st.sampled_from((Status.OPEN, Status.PENDING, Status.SOLVED)))
    def its_status_changes(self, status):
        self.wish = None
        self.changed(status=status)

    @rule(tags=st.sampled_from(((), ("to-partner",), ("keep-here",))))
    def it_is_tagged(self, tags):
        self.wish = None
        self.changed(tags=self.shown.tags & TAG | frozenset(tags))

    @rule()
    def somebody_takes_our_tag_off(self):
        self.changed(tags=self.shown.tags - TAG)

    @precondition(lambda self: self.mail)
    @rule(chance=st.randoms(use_true_random=False))
    def a_webhook_comes_in_any_order(self, chance):
        self.look(self.mail.pop(chance.randrange(len(self.mail))), authoritative=False)

    @precondition(lambda self: self.mail)
    @rule()
    def a_webhook_is_lost(self):
        self.mail.pop()

    @rule()
    def it_is_read(self):
        self.look(self.seen(), authoritative=True)

    @precondition(lambda self: self.writing is None)
    @rule()
    def a_write_begins(self):
        self.look(self.seen(), authoritative=True)
        if self.record.is_dirty:
            differs = self.record.desired_group != self.shown.group
            group = self.record.desired_group if differs else None  # only what differs
            self.writing = group, self.record.desired_rev, self.record.team != HOME

    @precondition(lambda self: self.writing is not None)
    @rule()
    def the_write_lands(self):
        rev = self.writing[1]
        self.landed()
        self.confirm(rev)

    @precondition(lambda self: self.writing is not None)
    @rule()
    def the_write_lands_and_the_worker_dies(self):
        self.landed()

    def landed(self):
        group, _, is_tagged = self.writing
        if group not in {None, self.shown.group}:
            self.changed(group=group, assignee=None)
        self.changed(tags=self.shown.tags - TAG | (TAG if is_tagged else frozenset()))
        self.writing = None

    def confirm(self, rev):
        self.look(self.seen(), authoritative=True)
        if self.record.desired_rev == rev and shows(self.shown, desired_of(self.record, RULES)):
            self.record = replace(self.record, confirmed_rev=rev, confirmed_group=self.shown.group)

    @precondition(lambda self: standing(self.record) == "waiting" and not self.record.manual)
    @rule()
    def it_is_reviewed(self):
        cause = Cause.LATE if self.record.team == HOME else Cause.UNTOUCHED
        self.decided(cause, review)

    @precondition(lambda self: self.record.team != HOME and self.record.is_open)
    @rule()
    def the_partner_gives_it_back(self):
        self.wish = None
        self.record = give_back(self.record, self.record.team)
        self.decided(Cause.RETURNED, decide)

    @rule(team=st.sampled_from((HOME, "lumen", "castor")))
    def a_person_moves_it_by_the_api(self, team):
        if self.record.status.is_ended:
            return
        after = moved_by_person(self.record, team, RULES, self.now)
        self.record = replace(after, note="")
        self.wish = self.record.desired_group if self.is_known() else None

    @rule(agent=st.sampled_from(("ann", "pia")))
    def an_agent_claims_it(self, agent):
        with suppress(Conflict):
            self.record = claim(self.record, agent, self.now + 900, self.now)

    # What always holds.

    @invariant()
    def one_team_holds_it(self):
        assert self.record.team in {HOME, "lumen", "castor"}

    @invariant()
    def the_move_limits_hold(self):
        assert self.outs <= RULES.moves.out
        assert self.backs <= RULES.moves.back
        assert self.record.moves_out <= RULES.moves.out
        assert self.record.moves_back <= RULES.moves.back

    @rule()
    def faults_end(self):
        """Everything is delivered, and the drain runs until nothing is dirty."""
        for _ in range(6):
            while self.mail:
                self.look(self.mail.pop(), authoritative=False)
            if self.writing is not None:
                self.the_write_lands()
            self.a_write_begins()
            if self.writing is None:
                break
        self.in_step()

    def teardown(self):
        if hasattr(self, "record"):
            self.faults_end()

    def in_step(self):
        assert not self.record.is_dirty
        assert self.record.desired_group == self.record.confirmed_group == self.shown.group
        assert owner_of(self.shown.group, RULES) == self.record.team
        assert self.record.status is self.shown.status
        if self.record.desired_rev and not self.shown.status.is_ended:
            is_shown = shows(self.shown, desired_of(self.record, RULES))
            assert is_shown or RESTORED in self.record.marks.split(), "put back once at least"
        if self.wish is not None:
            assert self.shown.group == self.wish, "a person's move wins"


TestLife = Life.TestCase
TestLife.settings = settings(max_examples=150, stateful_step_count=30, deadline=None)
