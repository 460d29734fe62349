"""Many videos and photos: in pieces, by processes here or by workers elsewhere, and resumed after a crash."""
