"""When to overflow, worked out beside the requests; the forecast that it rests on."""
