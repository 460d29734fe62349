"""Readers of labelled faces: FER2013 in its published forms, folders, zip files, own tables."""
