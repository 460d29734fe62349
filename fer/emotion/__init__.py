"""The emotion network: crops in, calibrated probabilities and a verdict out."""
