"""The one family of errors that onward raises on purpose; everything else is a bug in onward."""

from __future__ import annotations


class OnwardError(Exception):
    """Something the user can act on: what happened, where, and what to do next.

    `kind` names the error in the JSON document and chooses the exit code (`cli/exits.py`).
    """

    kind = "error"

    def __init__(self, message: str, *, where: str = "", hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.where = where
        self.hint = hint


AFTER_INTERRUPT = "run it again; onward stopped its processes and cleaned up"


class UsageError(OnwardError):
    """The command line asks for something that does not exist or does not go together."""

    kind = "usage"


class ConfigError(OnwardError):
    """The definition is wrong; `mistakes` holds every one of them, each a line of its own."""

    kind = "configuration"

    def __init__(self, message: str, *, where: str = "", hint: str = "", mistakes: tuple[str, ...] = ()) -> None:
        super().__init__(message, where=where, hint=hint)
        self.mistakes = mistakes


class RepositoryError(OnwardError):
    """The folder is not a git repository that onward can work with."""

    kind = "repository"


class PlatformError(OnwardError):
    """The operating system is not one that onward runs on."""

    kind = "platform"


class ProvisionError(OnwardError):
    """A tool or an environment could not be made ready; the step that needs it is unverified."""

    kind = "provision"


class ServiceError(OnwardError):
    """A service did not start or died; the step that needs it is unverified."""

    kind = "service"


class ReadError(OnwardError):
    """A tool's output is missing or is not what its reader knows; the step is unverified."""

    kind = "unreadable"


class RecordError(OnwardError):
    """A recorded run is missing, or the place for records cannot be written."""

    kind = "record"


class RecordVersionError(RecordError):
    """A run was recorded in a version of the format that this onward does not read."""

    kind = "record-version"


class AdvisoryError(OnwardError):
    """An advisory archive cannot be used as a source of truth."""

    kind = "advisories"
