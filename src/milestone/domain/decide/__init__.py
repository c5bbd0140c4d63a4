"""Requests and documents in, events out: every rule that can say no, a file a noun."""
