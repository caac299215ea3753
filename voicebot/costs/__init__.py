"""What calls cost: usage by its prices. Pure."""
