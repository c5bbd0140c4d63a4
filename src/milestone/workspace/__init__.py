"""The opened `.milestones/`: store, settings, clock, actor, and the one way to write."""
