"""The HTTP API: Flask, flask-smorest and marshmallow; one group of operations a file.

A view is three lines: schema in, one flow, schema out. ``access`` says who may, ``problems`` turns
exceptions into HTTP, ``edge`` gives every answer its id, headers, line in the log and count.
"""
