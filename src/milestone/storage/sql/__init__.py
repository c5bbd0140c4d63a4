"""What every database that keeps a store has in common; the kinds beside it bring only a connection."""
