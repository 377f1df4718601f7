"""Routes a shop's surplus of care tickets to a partner team, inside the shop's own helpdesk."""

__version__ = "0.1.0"
