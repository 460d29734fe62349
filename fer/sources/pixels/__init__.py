"""From a decoded photo to its pixels: upright, in RGB, bright as they were meant, and in little memory."""
