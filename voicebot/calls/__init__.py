"""One call, from INVITE to CDR: pure decisions."""
