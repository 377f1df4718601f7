"""What no webhook told: the helpdesk is asked, and walked over."""
