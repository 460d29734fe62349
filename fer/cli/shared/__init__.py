"""What several commands share: options, tables, the live view, a training's progress."""
