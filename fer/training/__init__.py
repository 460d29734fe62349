"""Networks, trainer, evaluation, calibration and conversion: the only room that imports Keras."""
