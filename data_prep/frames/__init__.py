"""Clips of moving shapes that the toolkit draws itself, with a label for each frame."""
