"""One tree of errors. Each has a code and says in one sentence what is wrong and what to do.

The library raises them; only the command line and the pages turn them into text.
"""


class FerError(Exception):
    """Base of every error that a user can cause or cure.

    Args:
        message: One plain sentence: what is wrong and what to do.

    Attributes:
        code: Stable identifier for scripts, shown beside the sentence.
    """

    code = "error"

    @property
    def message(self) -> str:
        """The sentence without the code."""
        return str(self)

    def as_text(self) -> str:
        """The sentence followed by its code in brackets."""
        return f"{self} [{self.code}]"


class InputError(FerError):
    """An image, video or data file cannot be used."""

    code = "input"


class MissingInputError(InputError):
    """The path does not exist or cannot be read."""

    code = "input_missing"


class EmptyInputError(InputError):
    """The file holds no bytes."""

    code = "input_empty"


class UnsupportedInputError(InputError):
    """The file is of a kind that is not read here (decided by its content, not by its name)."""

    code = "input_unsupported"


class DamagedInputError(InputError):
    """The file claims a known format but cannot be decoded."""

    code = "input_damaged"


class TooLargeInputError(InputError):
    """The file's dimensions or count pass a limit that protects memory."""

    code = "input_too_large"


class NoVideoError(InputError):
    """The container holds no picture stream."""

    code = "input_no_video"


class StalledInputError(InputError):
    """Decoding gave nothing for longer than the time budget."""

    code = "input_stalled"


class CrashedInputError(InputError):
    """The file made its decoder, a process of its own, end."""

    code = "input_crashed"


class ChangedInputError(InputError):
    """The file changed while it was read."""

    code = "input_changed"


class MemoryInputError(InputError):
    """There is not enough memory to decode the file."""

    code = "input_memory"


class CameraError(FerError):
    """A camera gives no pictures."""

    code = "camera"


class MissingCameraError(CameraError):
    """There is no such camera."""

    code = "camera_missing"


class CameraInUseError(CameraError):
    """Another program holds the camera."""

    code = "camera_in_use"


class CameraDeniedError(CameraError):
    """The system does not let this program use the camera."""

    code = "camera_denied"


class CameraLostError(CameraError):
    """The camera stopped giving pictures: it was unplugged or hangs."""

    code = "camera_lost"


class DatasetError(FerError):
    """A data set cannot be read or does not fit the task."""

    code = "dataset"


class SettingsError(FerError):
    """A setting is out of its range."""

    code = "settings"


class ModelError(FerError):
    """A model file is missing, damaged or not the one that the manifest names."""

    code = "model"


class MissingModelError(ModelError):
    """A model file is not there."""

    code = "model_missing"


class ModelHashError(ModelError):
    """A model file is not the one whose SHA-256 is known."""

    code = "model_hash"


class ModelOutputError(ModelError):
    """A model gave values that are no answer (NaN, wrong shape)."""

    code = "model_output"


class ExplanationError(FerError):
    """An answer cannot be explained (TensorFlow is missing or took too long)."""

    code = "explanation"


class OutputError(FerError):
    """A result cannot be written."""

    code = "output"


class OutputExistsError(OutputError):
    """The output file exists and overwriting was not asked for."""

    code = "output_exists"


class FolderInUseError(OutputError):
    """Another process works in the output folder."""

    code = "output_in_use"


class LibraryError(FerError):
    """The library of kept sessions cannot be used."""

    code = "library"


class MissingSessionError(LibraryError):
    """There is no such kept session, or it is somebody else's."""

    code = "library_missing"


class BatchPieceError(FerError):
    """A piece of a batch is damaged, or another program's: it has to be read again."""

    code = "batch_piece"


class CancelledError(FerError):
    """The user cancelled the work."""

    code = "cancelled"
