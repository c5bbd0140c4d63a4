"""Views as text: sentences first, then tables."""
