"""Drawing on pictures: boxes, plates, hidden faces, heat maps; and the video that they are written into."""

import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

    from fer.records import Observations


class _Room(ModuleType):
    """This room, which can be called: it stands in `fer` under the name of the function `fer.draw`.

    Importing a module of this room makes Python put the room there, over the function.
    """

    def __call__(self, image: "np.ndarray", observations: "Observations", **options: Any) -> "np.ndarray":
        """Draw the faces and what was read from them; see `fer.draw.annotate.draw`."""
        from fer.draw.annotate import draw

        return draw(image, observations, **options)


sys.modules[__name__].__class__ = _Room
