"""Where frames come from: photos, videos and zip files, judged by their content."""

from fer.sources.animation import content_kind
from fer.sources.archives import read_zip
from fer.sources.finding import find_inputs
from fer.sources.images import LoadedImage
from fer.sources.isolated.policy import decode_apart, have_one_ready, open_sound, open_video, read_image
from fer.sources.magic import input_kind, sniff
from fer.sources.opening import hash_source, safe_name
from fer.sources.video import VideoSource

__all__ = [
    "LoadedImage",
    "VideoSource",
    "content_kind",
    "decode_apart",
    "find_inputs",
    "hash_source",
    "have_one_ready",
    "input_kind",
    "open_sound",
    "open_video",
    "read_image",
    "read_zip",
    "safe_name",
    "sniff",
]
