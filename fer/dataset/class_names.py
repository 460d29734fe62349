"""Labels as people write them: our names, their usual synonyms, or FER2013's numbers."""

from fer.constants import EMOTIONS

SYNONYMS = {
    "anger": "angry",
    "disgusted": "disgust",
    "fearful": "fear",
    "afraid": "fear",
    "happiness": "happy",
    "joy": "happy",
    "sadness": "sad",
    "surprised": "surprise",
    "neutrality": "neutral",
}
"""What other data sets and tools call the seven expressions."""


def class_index(text: str) -> int | None:
    """The class that a label means.

    Args:
        text: ``happy``, ``Happiness`` or ``3``; case and blanks around it do not matter.

    Returns:
        Index into `EMOTIONS`, or None for any other word.

    Example:
        >>> class_index(" Sadness "), class_index("6"), class_index("smug")
        (4, 6, None)
    """
    word = text.strip().casefold()
    if len(word) == 1 and word in "0123456":
        return int(word)
    word = SYNONYMS.get(word, word)
    return EMOTIONS.index(word) if word in EMOTIONS else None
