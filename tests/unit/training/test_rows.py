"""Which rows are trained on: what is left out is asked for and reported."""

from fer.training.rows import load_rows
from tests.helpers.toys import write_csv


def test_dropped_rows_are_training_rows_only_and_reported(tmp_path):
    """The first two pictures of Training are equal, and the first of PublicTest stands there twice too."""
    path = write_csv(tmp_path / "toy.csv", training=14, public=7)
    lines = path.read_text().splitlines()
    lines[2] = lines[1]
    lines += [lines[15], lines[15].replace("PublicTest", "Training")]
    path.write_text("\n".join(lines))
    plain, rows = load_rows(path, None), load_rows(path, None, drop=("exact", "seen_later"))
    assert (len(plain.train), len(plain.public)) == (15, 8)
    assert (len(rows.train), len(rows.public)) == (13, 8)
    assert "1 pictures left out that repeat an earlier picture" in rows.note
    assert "1 pictures left out that stand in a split that is used later" in rows.note
    assert rows.to_dict()["cleaning"]["dropped"] == {"exact": [1], "seen_later": [22]}
    assert "2 pictures of PublicTest stand pixel for pixel in Training too" in plain.note
