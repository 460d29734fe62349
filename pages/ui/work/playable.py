"""A clip that browsers do not play becomes one that they do: a job beside the analysis."""

from fer.draw.playable import playable_copy
from fer.settings import Settings
from pages.ui.app import session
from pages.ui.app.jobs import Job
from pages.ui.app.uploads import Upload
from pages.ui.work.analysis import job_key


def playable_job(clip: Upload) -> Job:
    """The making of the copy, in memory only: found again, or put in the line."""

    def work(job: Job, tools: dict) -> bytes:
        return playable_copy(
            clip.data, on_progress=lambda share: setattr(job, "progress", share), cancel=job.cancel
        )

    return session.registry().submit(session.owner(), job_key("playable", clip.sha256, Settings()), work)
