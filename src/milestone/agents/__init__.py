"""Who works, and by what means."""
