"""What goes in and out, as marshmallow schemas: they check, they shape, they describe."""
