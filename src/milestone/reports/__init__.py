"""What can be said: pure views over rows and documents."""
