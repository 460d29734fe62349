"""How fast and how large: a clip, a live frame, memory, start-up; and the file of these figures."""
