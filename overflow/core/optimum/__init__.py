"""When to overflow in a course that is known: the optimum, exactly, and what missing it costs."""
