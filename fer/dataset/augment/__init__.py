"""Augmentations of faces: seeded functions and the chains that trainings use."""
