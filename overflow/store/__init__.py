"""The store: Valkey or Redis holds what routing needs, and scripts hold what must never break.

    keys.py           every key, named          connect.py     a client; is the store durable?
    tickets.py        Tickets: commit, find     commits.py     Commit and what it comes to
    situations.py     Situations                policies.py    Policies
    journal.py        Journal                   tallies.py     Tallies
    marks.py          Marks: dirty, to be read, dead letters
    leases.py         Leases, Lease             keyring.py     Keyring: API keys
    requests.py       Requests under an Idempotency-Key
    progress.py       Progress: cursors, heartbeats
    upkeep.py         Upkeep: audit, rebuild, prune

Every class is made from a client (``connect``) and raises ``StoreAway`` when the store cannot be
used. ``lua/`` holds the scripts; each opens with its contract, which a test holds against the body.
"""
