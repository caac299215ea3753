"""A day of callers in seconds: the decisions of the queue, played over a virtual clock."""
