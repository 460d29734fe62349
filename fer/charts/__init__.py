"""Plotly figures in one look. They compute nothing that a timeline, a summary or a record does not state."""
