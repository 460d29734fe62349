"""Drawing on pictures: boxes, plates, hidden faces, heat maps; and the video that they are written into."""
