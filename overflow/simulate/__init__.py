"""Discrete-event simulation of the decision: what a policy would do, before it does it.

A *scenario* (``scenario.py``) is one queue's day as it really is; what a service is *told* of it
(``told.py``) may be wrong. A *contender* (``contender.py``) is a policy under test: it sees what it
is told and the events, nothing else. ``engine.py`` plays a day, ``measure.py`` many of them.
Times are minutes from opening, money is euros.
"""
