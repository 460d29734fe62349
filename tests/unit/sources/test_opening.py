"""Labels of files: they can be shown, they can never be opened."""

from fer.sources.opening import safe_name


def test_what_holds_the_parts_of_an_emoji_together_stays_in_a_name():
    assert safe_name("👩\u200d🔬 a\u202eb.mp4") == "👩\u200d🔬 ab.mp4"
    assert safe_name("\u200d\u200c.") == "unnamed"
