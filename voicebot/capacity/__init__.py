"""How many conversations can be held, and how much of the service is given: pure decisions."""
