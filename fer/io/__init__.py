"""Files and text: whole-or-nothing writing, locks, CSV and JSON. It knows nothing of faces."""
