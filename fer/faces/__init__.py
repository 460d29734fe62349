"""Faces in a picture: found, meshed, cropped, judged for quality, followed and told apart."""
