"""The outside world: git and others."""
