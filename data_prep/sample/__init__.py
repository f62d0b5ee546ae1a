"""The corpus that comes with the toolkit: a phrasebook and a grammar of Spanish and English."""
