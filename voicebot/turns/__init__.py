"""Who may speak: end of speech and barge-in, counted in media time. Pure decisions."""
