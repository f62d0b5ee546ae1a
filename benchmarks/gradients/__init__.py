"""Gradients through time: where they vanish and explode, and what is done about it."""
