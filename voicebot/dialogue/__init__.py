"""What to say: history, prompt, phrases, and the business's own facts. Pure decisions."""
