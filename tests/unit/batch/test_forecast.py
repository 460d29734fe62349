import pytest

from fer.batch.forecast import Forecast


class Clock:
    now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock() -> Clock:
    return Clock()


def with_a_piece_read(clock: Clock, *expected: int | None) -> Forecast:
    """Of videos of so many frames, 100 frames of the first were read in 10 s."""
    forecast = Forecast(clock)
    for key, frames in enumerate(expected, 1):
        forecast.add(key, "video", frames)
    forecast.began(1, 0)
    clock.now_s = 10.0
    forecast.ended(1, 0, 100)
    return forecast


def test_nothing_to_do_takes_no_time(clock):
    forecast = Forecast(clock)
    assert forecast.left_s(1) == 0
    assert forecast.share() is None


def test_before_the_first_frames_nobody_knows(clock):
    forecast = Forecast(clock)
    forecast.add(1, "video", 1000)
    assert forecast.left_s(1) is None
    assert forecast.share() == 0


def test_two_videos_by_one_and_by_two_workers(clock):
    forecast = Forecast(clock)
    forecast.add(1, "video", 1000)
    forecast.add(2, "video", 1000)
    forecast.began(1, 0)
    clock.now_s = 5.0  # the models were loaded
    forecast.told(1, 50, 0)
    assert forecast.left_s(1) is None
    clock.now_s = 10.0
    forecast.told(1, 100, 0)
    assert forecast.left_of(1) == pytest.approx(90)
    assert forecast.left_s(1) == pytest.approx(190)
    assert forecast.left_s(2) == pytest.approx(100)
    assert forecast.share() == pytest.approx(0.05)


def test_a_long_video_is_not_shared_out(clock):
    forecast = with_a_piece_read(clock, 1000, 100)
    assert forecast.left_s(8) == pytest.approx(90)


def test_many_photos_are_shared_out(clock):
    forecast = Forecast(clock)
    forecast.add(1, "photos", 1000)
    forecast.began(1, 0)
    forecast.began(1, 1)
    clock.now_s = 1.0
    forecast.told(1, 10, 1)
    clock.now_s = 10.0
    forecast.ended(1, 0, 100)
    forecast.told(1, 100, 1)
    assert forecast.left_s(2) == pytest.approx(800 * 0.1 / 2)


def test_frames_of_an_earlier_run_do_not_count_for_the_pace(clock):
    forecast = Forecast(clock)
    forecast.add(1, "video", 1000, earlier=500)
    forecast.began(1, 5)
    forecast.told(1, 10, 5)
    clock.now_s = 9.0
    forecast.told(1, 100, 5)
    assert forecast.share() == pytest.approx(0.6)
    assert forecast.left_s(1) == pytest.approx(40)


def test_what_ended_early_is_not_waited_for(clock):
    forecast = with_a_piece_read(clock, 1000, 1000)
    forecast.closed(1)
    assert forecast.share() == pytest.approx(100 / 1100)
    assert forecast.left_s(1) == pytest.approx(100)


def test_a_length_that_nobody_knows_is_taken_to_be_usual(clock):
    forecast = with_a_piece_read(clock, 100, None)
    assert forecast.left_of(2) == pytest.approx(10)
    assert forecast.share_of(2) is None


def test_what_a_piece_costs_beside_its_frames_counts_once_for_all_of_them(clock):
    forecast = Forecast(clock)
    forecast.add(1, "video", 1000)
    for number in range(5):  # 50 frames in 5 s, then 1 s to write them; models were loaded before the first
        clock.now_s += 20.0 if number == 0 else 0.0
        forecast.began(1, number)
        clock.now_s += 4.0
        forecast.told(1, 40, number)
        clock.now_s += 2.0
        forecast.ended(1, number, 50)
    wanted = (4 * 6 + 2) / (4 * 50 + 10) * 750
    assert forecast.left_of(1) == pytest.approx(wanted) and wanted == pytest.approx(750 * 6 / 50, rel=0.05)
