"""Uploads are decoded in a process of their own: what it does to FFmpeg or Pillow costs that upload only."""
