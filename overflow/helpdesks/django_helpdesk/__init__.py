"""django-helpdesk 2.6."""
