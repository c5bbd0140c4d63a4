"""The means by which a task is done."""
