"""Public contract suites, builders and fakes; nothing in the product imports it."""
