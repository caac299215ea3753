"""Who waits, how long, and for what: pure decisions."""
