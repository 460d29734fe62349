"""The learning rate over a training."""

# Keras' types say that its operations and variables may be None.
# pyright: reportOptionalMemberAccess=false, reportOptionalOperand=false, reportOperatorIssue=false

import keras
import numpy as np


@keras.saving.register_keras_serializable("fer")
class WarmupCosine(keras.optimizers.schedules.LearningRateSchedule):
    """Linear warm-up to the peak, then half a cosine down to zero.

    Reference: Loshchilov & Hutter 2017, SGDR.
    """

    def __init__(self, peak: float, total_steps: int, warmup: float) -> None:
        self.peak, self.total_steps, self.warmup = peak, total_steps, warmup

    def __call__(self, step):
        """Learning rate at a step."""
        step = keras.ops.cast(step, "float32")
        warm = max(1.0, self.warmup * self.total_steps)
        progress = keras.ops.clip((step - warm) / max(1.0, self.total_steps - warm), 0.0, 1.0)
        falling = 0.5 * self.peak * (1 + keras.ops.cos(np.pi * progress))
        return keras.ops.where(step < warm, self.peak * (step + 1) / warm, falling)

    def get_config(self) -> dict:
        """Constructor arguments."""
        return {"peak": self.peak, "total_steps": self.total_steps, "warmup": self.warmup}
