"""Kept sessions: a library on this machine, its list in SQLite or PostgreSQL, its contents in files."""

from fer.library.library import Library
from fer.library.records import About, Entry, KeptSession, PersonFigures

__all__ = ["About", "Entry", "KeptSession", "Library", "PersonFigures"]
