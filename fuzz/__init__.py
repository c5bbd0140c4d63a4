"""Programs that look for inputs that break a reader; each prints the input it broke on."""
