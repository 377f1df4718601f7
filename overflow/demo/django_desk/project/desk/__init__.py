"""A small Django project around django-helpdesk; runs in an environment of its own."""
