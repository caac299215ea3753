"""Reads a business file: YAML in, a validated Business out."""
