"""A machine drives the real store and a small model through everything that happens to tickets.

After every step: what the store said is what the model said; every ticket is held by one team; no
commit of ours stands above a limit; whatever differs from the desired state is dirty; the service's
moves stay within the limit; and both the records and the journal alone give the same counters.
"""

from collections import Counter
from dataclasses import dataclass, field, replace

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from overflow.core.model import HOME, Declared, Mode, Pressure, Status, standing
from overflow.store.commits import (
    Basis,
    Changed,
    Commit,
    Committed,
    Full,
    Outdated,
    Seen,
)
from overflow.store.journal import Journal
from overflow.store.ledger import Ledger
from overflow.store.marks import Confirmation, Marks
from overflow.store.policies import Policies
from overflow.store.situation_codec import local_day
from overflow.store.tallies import Tallies
from overflow.store.tickets import Tickets
from overflow.store.upkeep import Upkeep
from tests.store.builders import NOW, SHOP, a_partner, a_policy, a_record

PARTNERS = ("acme", "bob")
CHANNELS = ("chat", "email")
MOVES = 2
OPEN = ("waiting", "wip")

limits = st.integers(0, 3)
teams = st.sampled_from((HOME, *PARTNERS))
partners = st.sampled_from(PARTNERS)


@dataclass
class Model:
    """Ten lines of truth: the records, what was handed over, and the limits."""

    records: dict = field(default_factory=dict)
    handed: dict = field(default_factory=dict)
    observed: dict = field(default_factory=dict)
    contract: dict = field(default_factory=dict)
    declared: dict = field(default_factory=dict)
    deliveries: set = field(default_factory=set)
    moved: dict = field(default_factory=dict)
    policy_version: int = 0
    pressure_rev: dict = field(default_factory=dict)

    def held(self, partner, channel=None):
        return sum(
            r.team == partner and standing(r) in OPEN and channel in (None, r.channel)
            for r in self.records.values()
        )

    def room(self, partner, channel, day, now):
        """Which limit has no room for one more, the first that commit.lua finds."""
        limits = self.contract[partner]
        declared, until = self.declared.get(partner, ({}, 0.0))
        declared = declared if until > now else {}
        if self.held(partner, channel) >= min(
            limits[channel], declared.get(channel, limits[channel])
        ):
            return "channel"
        total = min(limits["total"], declared.get("*", limits["total"]))
        if self.held(partner) >= total:
            return "total"
        if self.handed.get((partner, day), 0) >= limits["day"]:
            return "day"
        return None


class StoreMachine(RuleBasedStateMachine):
    tickets_seen = Bundle("tickets")
    snapshots = Bundle("snapshots")
    commits = Bundle("commits")

    client = None

    def __init__(self):
        super().__init__()
        self.client.flushall()
        self.tickets = Tickets(self.client)
        self.policies = Policies(self.client)
        self.marks = Marks(self.client)
        self.upkeep = Upkeep(self.client)
        self.journal = Journal(self.client)
        self.tallies = Tallies(self.client)
        self.model = Model()
        self.now = NOW
        self.count = 0
        self.ledger = Ledger()
        self.read_up_to = "-"

    # --- what happens -----------------------------------------------------------------------

    @initialize()
    def a_shop_is_made(self):
        self._put({p: {"chat": 2, "email": 2, "total": 3, "day": 3} for p in PARTNERS}, Mode.LIVE)

    @rule(
        target=tickets_seen,
        team=teams,
        channel=st.sampled_from(CHANNELS),
        decided=st.booleans(),
    )
    def a_ticket_arrives(self, team, channel, decided):
        self.count += 1
        record = a_record(f"t{self.count}", team, channel=channel, arrived=self.now)
        takes = team if decided and team != HOME else ""
        if takes:
            record = replace(record, desired_rev=1, desired_group=team, moves_out=1)
        self._commit(record, None, takes=takes)
        return record.id

    @rule(target=snapshots, ticket=tickets_seen)
    def somebody_looks_at_a_ticket(self, ticket):
        situation = self.tickets.situations.get(SHOP, self.now)
        return ticket, self.tickets.get(SHOP, ticket), situation

    @rule(target=commits, snapshot=snapshots, team=teams, turns_pressure=st.booleans())
    def the_service_moves_it(self, snapshot, team, turns_pressure):
        """Made from what was seen, which may be long ago."""
        _, seen, situation = snapshot
        if seen is None or seen.team == team or not seen.is_open or seen.moves_out >= MOVES:
            return multiple()
        record = replace(
            seen,
            team=team,
            desired_rev=seen.desired_rev + 1,
            desired_group=team,
            moves_out=seen.moves_out + 1,
            held_since=self.now,
        )
        pressure = Pressure(on=True, since=self.now, measure="backlog") if turns_pressure else None
        takes = "" if team == HOME else team
        return self._commit(record, seen, takes=takes, situation=situation, pressure=pressure)

    @rule(ticket=tickets_seen, team=teams)
    def a_person_moves_it(self, ticket, team):
        seen = self.model.records.get(ticket)
        if seen is not None:
            self._commit(
                replace(seen, team=team, manual=True, claimed_by="", claim_until=0.0), seen
            )

    @rule(ticket=tickets_seen, agent=st.sampled_from(("ann", "ben", "")))
    def an_agent_claims_or_releases_it(self, ticket, agent):
        seen = self.model.records.get(ticket)
        if seen is not None:
            until = self.now + 900 if agent else 0.0
            self._commit(replace(seen, claimed_by=agent, claim_until=until), seen)

    @rule(ticket=tickets_seen, status=st.sampled_from(list(Status)), answered=st.booleans())
    def its_status_changes(self, ticket, status, answered):
        seen = self.model.records.get(ticket)
        if seen is not None:
            record = replace(seen, status=status, answered=self.now if answered else 0.0)
            self._commit(record, seen)

    @rule(ticket=tickets_seen, channel=st.sampled_from(CHANNELS))
    def its_channel_changes(self, ticket, channel):
        seen = self.model.records.get(ticket)
        if seen is not None:
            self._commit(replace(seen, channel=channel, queue=""), seen)

    @rule(ticket=tickets_seen, outcome=st.sampled_from(("", "overflow")))
    def a_note_is_owed_or_no_more(self, ticket, outcome):
        seen = self.model.records.get(ticket)
        if seen is not None:
            self._commit(replace(seen, note=outcome), seen)

    @rule(ticket=tickets_seen, partner=st.sampled_from((*PARTNERS, "")), named=st.booleans())
    def it_is_decided_while_only_observing(self, ticket, partner, named):
        seen = self.model.records.get(ticket)
        if seen is not None:
            run = self.tickets.situations.get(SHOP, self.now).epoch
            virtual = f"{partner}@{run}" if partner and named else partner
            self._commit(replace(seen, virtual=virtual), seen)

    @rule(ticket=tickets_seen, delivery=st.sampled_from(("d1", "d2", "d3")))
    def a_sender_delivers_again(self, ticket, delivery):
        seen = self.model.records.get(ticket)
        if seen is not None:
            self._commit(replace(seen, version=seen.version + 1), seen, delivery=delivery)

    @rule(snapshot=snapshots, status=st.sampled_from((Status.OPEN, Status.SOLVED)))
    def an_event_comes_out_of_order(self, snapshot, status):
        _, seen, _ = snapshot
        if seen is not None:
            self._commit(replace(seen, status=status), seen)

    @rule(commit=commits)
    def a_commit_is_sent_again_whole(self, commit):
        self._send(commit)

    @rule(channel=st.sampled_from(CHANNELS), on=st.booleans(), late=st.integers(0, 1))
    def a_sweep_changes_the_pressure_of_a_queue(self, channel, on, late):
        queue, known = f"{channel}.de", self.model.pressure_rev.get(f"{channel}.de", 0)
        pressure = Pressure(on=on, since=self.now, measure="backlog")
        changed = self.tickets.situations.press(SHOP, queue, pressure, known - late)
        assert changed is (late == 0)
        if changed:
            self.model.pressure_rev[queue] = known + 1

    # --- what people say --------------------------------------------------------------------

    @rule(channel=limits, total=limits, day=limits, mode=st.sampled_from(list(Mode)))
    def the_policy_changes(self, channel, total, day, mode):
        some = {"chat": channel, "email": 3 - channel, "total": total, "day": day}
        self._put({"acme": some, "bob": self.model.contract["bob"]}, mode)

    @rule(partner=partners, capacity=limits, paused=st.booleans(), seconds=st.integers(-60, 7200))
    def a_partner_declares_its_capacity(self, partner, capacity, paused, seconds):
        until = self.now + seconds
        said = Declared(self.now, until, capacity={"email": capacity}, paused=paused)
        self.tickets.situations.declare(SHOP, partner, said)
        self.model.declared[partner] = ({"email": capacity} | ({"*": 0} if paused else {}), until)

    @rule(partner=partners)
    def a_partner_withdraws_what_it_declared(self, partner):
        self.tickets.situations.declare(SHOP, partner, None)
        self.model.declared.pop(partner, None)

    @rule(hours=st.integers(1, 9))
    def time_passes(self, hours):
        self.now += hours * 3600
        self.upkeep.prune(SHOP, self.now)

    # --- what the helpdesk does ---------------------------------------------------------------

    @rule(ticket=tickets_seen, late=st.integers(0, 1))
    def a_write_is_confirmed(self, ticket, late):
        seen = self.model.records.get(ticket)
        if seen is None:
            return
        rev = seen.desired_rev - late
        came_to = self.marks.confirm(
            SHOP, ticket, desired_rev=rev, group=seen.desired_group, now=self.now
        )
        if late:
            assert came_to is Confirmation.OTHER
        else:
            assert came_to is (Confirmation.STILL_DIRTY if seen.note else Confirmation.CLEAN)
            shown = dict.fromkeys(("confirmed_group", "observed_group"), seen.desired_group)
            self.model.records[ticket] = replace(
                seen,
                confirmed_rev=rev,
                rev=seen.rev + 1,
                **(shown if rev != seen.confirmed_rev else {}),
            )

    # --- what must always hold ----------------------------------------------------------------

    @invariant()
    def the_store_holds_what_the_model_holds(self):
        found = {record.id: record for record in self.upkeep.records(SHOP)}
        assert found == self.model.records

    @invariant()
    def every_open_ticket_is_held_by_exactly_one_team(self):
        listed, _ = self.tickets.list_open(SHOP, limit=1000)
        unended = [i for i, r in self.model.records.items() if not r.status.is_ended]
        assert sorted(r.id for r in listed) == sorted(unended)

    @invariant()
    def counters_index_claims_and_dirty_marks_are_what_the_tickets_say(self):
        assert self.upkeep.audit(SHOP) == []

    @invariant()
    def the_journal_alone_rebuilds_the_counters(self):
        for entry in self.journal.read(SHOP, self.read_up_to, limit=1000):
            self.ledger.read(entry)
            self.read_up_to = f"({entry.id}"
        situation = self.tickets.situations.get(SHOP, self.now)
        of_records = Ledger.of_records(self.model.records.values())
        assert self.ledger.counters(situation.epoch) == of_records.counters(situation.epoch)
        assert {f[2:]: n for f, n in self.ledger.handed.items() if f[0] == "f"} == situation.handed
        assert self.ledger.totals == self.tallies.totals(SHOP)

    @invariant()
    def what_was_handed_over_is_counted_by_partner_and_day(self):
        situation = self.tickets.situations.get(SHOP, self.now)
        day = local_day(self.now, "Europe/Berlin")
        handed = self.model.handed
        counted = Counter(handed) + Counter(self.model.observed)
        assert situation.today == {p: n for (p, on), n in counted.items() if on == day}
        assert situation.handed == {
            partner: sum(n for (p, _), n in handed.items() if p == partner)
            for partner in {p for p, _ in handed}
        }

    @invariant()
    def the_service_moves_a_ticket_no_more_often_than_allowed(self):
        assert all(times <= MOVES for times in self.model.moved.values())

    # --- how it is compared -------------------------------------------------------------------

    def _put(self, contract, mode):
        given = [
            a_partner(name, {c: at[c] for c in CHANNELS}, total=at["total"], day=at["day"])
            for name, at in contract.items()
        ]
        expected = self.model.policy_version
        version = self.policies.put(SHOP, {}, a_policy(*given, mode=mode), expected)
        assert version == expected + 1
        self.model.policy_version = version
        self.model.contract = contract
        if mode is not getattr(self, "mode", None):
            self.model.pressure_rev.clear()
            self.model.observed.clear()
        self.mode = mode

    def _commit(self, record, prior, *, takes="", delivery="", situation=None, pressure=None):
        queue = f"{record.channel}.{record.language}"
        commit = Commit(
            record,
            prior.rev if prior else 0,
            self.now,
            basis=Basis.of(situation, queue) if situation else None,
            situation=situation,
            takes=takes,
            pressure=pressure,
            delivery=delivery,
            tallies=("commits", f"to.{record.team}"),
        )
        self._send(commit)
        return commit

    def _send(self, commit):
        queue = f"{commit.record.channel}.{commit.record.language}"
        expected = self._expected(commit, queue)
        done = self.tickets.commit(SHOP, commit)
        assert _outcome(done) == expected
        if isinstance(done, Committed):
            self._follow(commit, done, queue)

    def _expected(self, commit, queue):
        """What the model says the store will answer."""
        record, standing_now = commit.record, self.model.records.get(commit.record.id)
        if (standing_now.rev if standing_now else 0) != commit.prior_rev:
            return Changed
        if commit.delivery in self.model.deliveries:
            return Seen
        if commit.basis and (
            commit.basis.policy_version != self.model.policy_version
            or commit.basis.pressure_rev != self.model.pressure_rev.get(queue, 0)
        ):
            return Outdated
        if commit.takes and standing(record) in OPEN:
            day = local_day(self.now, "Europe/Berlin")
            lacks = self.model.room(commit.takes, record.channel, day, self.now)
            if lacks:
                return Full, commit.takes, lacks
        return Committed

    def _follow(self, commit, done, queue):
        record, model = done.record, self.model
        before = model.records.get(record.id)
        assert record.rev == commit.prior_rev + 1
        assert done.situation.policy_version == model.policy_version
        model.records[record.id] = record
        if commit.delivery:
            model.deliveries.add(commit.delivery)
        if commit.pressure:
            model.pressure_rev[queue] = model.pressure_rev.get(queue, 0) + 1
        came_by_hand = before and record.team not in (before.team, HOME)
        if commit.takes or (came_by_hand and not record.status.is_ended):
            at = (record.team, local_day(self.now, "Europe/Berlin"))
            model.handed[at] = model.handed.get(at, 0) + 1
        partner, _, run = record.virtual.partition("@")
        is_given = record.virtual != (before.virtual if before else "")
        if is_given and run == str(done.situation.epoch):
            at = (partner, local_day(self.now, "Europe/Berlin"))
            model.observed[at] = model.observed.get(at, 0) + 1
        if commit.situation is not None:
            assert record.decision == done.entry != ""
            model.moved[record.id] = model.moved.get(record.id, 0) + 1
        elif before is None and commit.takes:
            model.moved[record.id] = 1


def _outcome(done):
    return (Full, done.team, done.limit) if isinstance(done, Full) else type(done)


@pytest.mark.slow
def test_whatever_happens_the_store_keeps_its_promises(store_client):
    StoreMachine.client = store_client
    run_state_machine_as_test(
        StoreMachine,
        settings=settings(
            max_examples=70,
            print_blob=True,
            stateful_step_count=40,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
