"""From a photo to its pixels: whole, upright, in RGB, bright as they were meant, and in little memory."""
