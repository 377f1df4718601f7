"""What a helpdesk can do for us: one small ``Protocol``, one file a connector, one literal dict.

A connector turns the vendor's words into ours and back, and nothing more: it knows no store, no
policy beyond its own settings, and decides nothing. To add one: write ``NAME.py`` with a class
that satisfies ``Helpdesk``, put it into ``CONNECTORS``, record payloads for its test.
"""
