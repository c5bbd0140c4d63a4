"""Events folded into bodies: `evolve(document, recorded)` makes the next document and never refuses."""
