"""Standard events: any helpdesk with a small adapter."""
