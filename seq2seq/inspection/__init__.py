"""Seeing inside: gates, states and attention over the tokens of an input, and gradients through time."""
