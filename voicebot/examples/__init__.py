"""Agents to begin from; see docs/agents.md."""
