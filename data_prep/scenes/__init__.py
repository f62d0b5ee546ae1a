"""Pictures that the toolkit draws itself, with captions in English and Spanish."""
