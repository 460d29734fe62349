"""The order of the rooms of fer/: imports run one way, from later ones to earlier ones."""

SPINE = (
    *("constants", "errors", "given", "settings", "text", "stages", "ahead", "processors", "verdict"),
    *("records", "rows", "litert", "io"),
)
ORDER = (
    *(SPINE, ("faces",), ("emotion",), ("action_units",), ("timeline",), ("sources",), ("draw",)),
    *(("pipeline",), ("photos",), ("dataset",), ("sample",), ("evaluation",), ("findings",)),
    *(("charts",), ("export",)),
    *(("live",), ("library",), ("batch",), ("benchmark",), ("training",), ("explain",), ("cli",)),
)
"""Rooms and modules of fer/ from the ground up: each may import itself and what stands before it."""

LEVEL = {room: level for level, rooms in enumerate(ORDER) for room in rooms}
