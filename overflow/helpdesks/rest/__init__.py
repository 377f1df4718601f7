"""Any helpdesk with a REST API, described by one file."""
