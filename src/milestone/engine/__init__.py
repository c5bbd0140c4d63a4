"""How work runs: durable, resumable."""
