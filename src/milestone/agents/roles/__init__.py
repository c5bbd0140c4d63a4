"""Small classes that react to events."""
