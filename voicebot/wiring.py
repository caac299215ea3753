"""Which adapter fulfils which port? The only place that knows both."""
