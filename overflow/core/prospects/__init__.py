"""What is foretold of a channel, in the form that the planner takes."""
