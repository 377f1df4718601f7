"""Serving on one machine: the embedded store and the processes that ``overflow run`` keeps alive.

A production that brings its own store, API server and process manager needs nothing of this.
"""
