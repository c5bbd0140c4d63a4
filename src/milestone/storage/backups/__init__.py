"""Backups: what a project would need to come back, by content, in one folder; the same for every backend."""
