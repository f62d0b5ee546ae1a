"""Scripts that measure what the README claims, one a claim."""
