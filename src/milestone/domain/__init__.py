"""Milestones, tasks, phases, events and the rules about them: pure values, no I/O, no clock."""
