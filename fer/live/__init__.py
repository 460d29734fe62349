"""The live session: frames of a webcam in, the newest answer out, in flat memory. No Streamlit in here.

Example:
    >>> session = LiveSession(Analyzer())                              # doctest: +SKIP
    >>> processor = VideoProcessor(session)                            # doctest: +SKIP
    >>> webrtc_streamer("live", video_frame_callback=processor.recv)   # doctest: +SKIP
"""

from fer.live.gate import LiveGate, LiveToken, default_limit
from fer.live.records import LiveCounts, LiveResult, LiveSnapshot
from fer.live.session import LiveSession, StreamAnalyzer
from fer.live.video import Overlay, VideoProcessor

__all__ = [
    "LiveCounts",
    "LiveGate",
    "LiveResult",
    "LiveSession",
    "LiveSnapshot",
    "LiveToken",
    "Overlay",
    "StreamAnalyzer",
    "VideoProcessor",
    "default_limit",
]
