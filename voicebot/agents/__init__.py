"""Asyncio drivers: they feed the decisions and carry out what those return."""
