"""Ratios of start-up and verb times beside a bare interpreter and the peers."""
