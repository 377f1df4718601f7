"""The RQ jobs and the ticks that keep helpdesk, partner and service in step."""
