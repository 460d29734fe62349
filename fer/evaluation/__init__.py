"""How right and how honest the answers are: figures with intervals, for any labelled faces. No Keras here."""
