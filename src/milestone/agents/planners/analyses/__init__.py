"""The analyses of a goal: separate functions, each reporting what it found and why."""
