"""The journeys: what happens, in order, when something reaches the service.

One room a journey; each function takes ``services`` (``overflow.flows.services.Services``, made by
``overflow.wiring.build(settings)``) first, then the shop. Errors are those of
``overflow/errors.py`` and nothing else; times are epoch seconds.

Who acts is said by ``By(team, agent)`` (``flows.people.who``): ``team`` empty means the shop itself
or an operator; a partner sees and touches only tickets it holds, everything else is ``Unknown`` to
it.

Intake (``flows.routing.intake``)

    receive(services, shop, connector, token, headers, body) -> Received
        A webhook. ``headers`` has lower-case names. Raises Unknown (no such shop, or not its
        connector), Unauthorised, BadInput; NotNow when it could not be committed (answer 503 so
        that the sender tries again). Received is one of
          Routed(outcome, record, decision, entry)   full ticket, committed: 200
          Marked(ticket_id)                          a hint, written to the to-read set: 202
          Passed(why)                                nothing for us: 204
    submit(services, shop, seen, *, owner, key, body, render) -> Submitted(answer, is_replay)
        POST /tickets. ``seen`` a Snapshot, ``owner`` the API key's id, ``key`` the
        Idempotency-Key, ``body`` the raw request body (only its hash is kept),
        ``render(Routed) -> bytes`` makes the answer that is stored in the same commit. Raises
        Conflict(status 422: other body under this key; 409: in progress).

Routing (``flows.routing.route``, ``carry``)

    route(services, shop, seen, along, *, is_new=False) -> Routed
        ``along = Along(source, delivery="", tally="", ...)``. Routed.outcome: "decided",
        "updated", "accepted", "imported", "duplicate", "same", "older", "ignored", "read_again".
        ``record`` is what stands now (None: nothing is kept), ``decision`` the decision made here
        (None: only state was updated), ``entry`` the id of its journal entry.

Partner agents and people (``flows.people.work``); all return the Record as it stands afterwards

    claim(services, shop, ticket_id, by, *, seconds=None) -> Record
        Conflict(claimed_by=…, until=…) when another agent holds the claim; the same agent
        prolongs. ``seconds`` default 900, at most 28800.
    release(services, shop, ticket_id, by) -> Record
    give_back(services, shop, ticket_id, by, *, reason) -> Record
    reply(services, shop, ticket_id, by, *, text, status=None, key="") -> Record
    note(services, shop, ticket_id, by, *, text, key="") -> Record
    set_status(services, shop, ticket_id, by, *, status) -> Record
        Written through to the helpdesk and returned only when it confirms; NotNow otherwise.
        ``key`` (an Idempotency-Key) makes a retry after NotNow post once. Refused becomes
        Conflict.
    move(services, shop, ticket_id, by, *, to, reason="") -> Record
        A person's move to ``inhouse`` or a partner: not moved again by us unless reopened.
    ask(services, shop, ticket_id, by, *, to) -> Record
        "To the partner" (``to="partner"``, any that can take it) or "keep here"
        (``to="home"``); decided like the same wish said by a tag.

Staffing (``flows.people.staffing``)

    declare(services, shop, team, *, until, agents=None, capacity=None, hours="", paused=False,
            reason="") -> Declared
    withdraw(services, shop, team) -> None
    switch_off(services, shop, scope, *, until, reason, by) -> Switch
    switch_on(services, shop, scope) -> None
        ``scope`` is ``partner:NAME``, ``channel:NAME`` or ``queue:NAME``. Invalid for unknown
        teams, channels, an end in the past, a capacity above the contract's.

Policies (``flows.shops``)

    put_policy(services, shop, document, *, expected=None, origin="api") -> int
        Checks and stores; returns the version. Invalid with every fault; Conflict(status 412)
        when ``expected`` is not the present version (0: must not exist yet).
    get_policy(services, shop, version=None) -> tuple[int, dict]
    versions(services, shop) -> list[int]
    shops(services) -> list[str]

Views (``flows.views``), read-only

    ticket(services, shop, ticket_id, by) -> TicketView(record, policy, decision)
        ``decision`` the trace of its last decision as plain data, None when there was none.
    tickets(services, shop, by, *, cursor="", limit=50, team=None, standing=None, queue=None,
            channel=None, status=None, claimed=None) -> tuple[list[Record], str]
    decisions(services, shop, *, start=None, end=None, cursor="", limit=50)
        -> tuple[list[dict], str]
    decisions_of(services, shop, ticket_id, *, limit=50) -> list[dict]
    decision(services, shop, entry) -> dict
    situation(services, shop) -> SituationView(situation, policy)
    dead_letters(services, shop, *, cursor="", limit=50) -> tuple[list[DeadLetter], str]
    retry_dead_letters(services, shop, ticket_ids=None) -> int

What would be (``flows.foresight``); nothing is written to a ticket

    preview.preview(services, shop, given) -> Decision
        ``given`` as the API's schema loads it: a ticket, maybe parts of a situation and a time.
    replaying.redecide(services, shop, start, end) -> Redecided
        Every decision of the period made again by its own policy.
    replaying.compare(services, shop, (start, end), policy, seed) -> Compared
        The period under another policy, beside what happened.
    shadow.put(services, shop, document) -> dict, shadow.drop(services, shop)
    shadow.seen(services, shop, *, cursor="", limit=50) -> Seen(shadow, items, cursor)

A walk on demand (``flows.polling.audit``)

    ask(services, shop) -> Walk
        Compare all that is open in the helpdesk, from the next poll on; a walk under way will do.
    state(services, shop) -> Walk(standing, asked, begun, ended, pages, tickets, differences)

Connecting (``flows.roundtrip``, ``flows.polling.hearing``)

    roundtrip.RoundTrip(services, shop, setup, wait).run(ticket) -> Iterator[Step]
        On a test ticket; ``setup`` of ``helpdesks.setup``, ``ticket`` None: a new one.

What is wrong (``flows.checkup``)

    examine(services, shop, base, host) -> Iterator[Checked(check, outcome, seen, mend)]
        For ``overflow doctor``; nothing is written.

Health (``flows.health``)

    check(services) -> Health(is_healthy, details)
        For /healthz: store, workers (age of the last heartbeat), jobs that wait, per shop dirty,
        to-read and dead counts, lag, import done or not, missing groups, ages of inputs; and the
        totals of all shops.
    is_ready(services) -> bool
        For /readyz: the store answers.
    is_worker_alive(services) -> bool

Workers call (``flows.drain.sync``, ``flows.polling.reconcile``, ``imports``, ``flows.sweep``)

    sync.drain(services, shop, *, seconds, is_wanted) -> Drained(end, tickets, failed)
    reconcile.poll(services, shop) -> Polled(is_whole, seen, different)
    imports.walk(services, shop) -> Walked(is_whole, tickets)
    sweep.run(services, shop) -> Swept(is_whole, moved, expired)
    shadow.run(services, shop) -> Shadowed(is_whole, decided, different)

How a ticket changes: an ``Errand`` (``errand``) has a step made of ``core.lifecycle``; ``carry``
makes the decision that it asks for (``plan``), commits both at once, and begins again when somebody
was faster. ``look`` is the errand of a read, ``attend`` puts one ticket in step, ``attend_many``
several by bulk calls (``pieces`` says which), ``posting`` posts a note once, ``failing`` says what
becomes of a failure. Polls, walks and sweeps run ``alone``;
``audit`` walks over all that is open, unless ``groups`` finds that a group is missing;
``differences`` finds out why no webhook had told of what polling found.
"""
