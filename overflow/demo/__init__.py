"""What `make demo` plays: a peak, the sandbox helpdesk it falls on, a partner team that helps."""
