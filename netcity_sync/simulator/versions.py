"""What differs between releases of the GIS (protocol.md §1.3): one question each, answered by the version number."""

import re
from dataclasses import dataclass

from netcity_sync.errors import UsageError

_NUMBER = re.compile(r"\d+(\.\d+){1,3}")


@dataclass(frozen=True, slots=True)
class Version:
    """A release, as `5.45` or `5.45.78631.14`."""

    text: str

    @property
    def minor(self) -> tuple[int, int]:
        """Its first two numbers."""
        first, second = self.text.split(".")[:2]
        return int(first), int(second)

    @property
    def core_hub(self) -> bool:
        """Whether reports wait on an ASP.NET Core hub."""
        return self.minor >= (5, 29)

    @property
    def hub_under_signalr(self) -> bool:
        """Whether that hub lies below `signalr/`."""
        return self.minor >= (5, 32)

    @property
    def second_reports(self) -> bool:
        """Whether reports are also served below `v2/`, and their tasks carry a queue."""
        return self.minor >= (5, 24)

    @property
    def queue_key(self) -> bool:
        """Whether the answer of a queue names the queue."""
        return self.minor >= (5, 29)

    @property
    def json_logout(self) -> bool:
        """Whether one leaves by `auth/logout`; before, by an ASP page."""
        return self.minor >= (5, 29)

    @property
    def nameless_search(self) -> bool:
        """Whether schools are listed without a part of their name."""
        return self.minor < (5, 32)

    @property
    def json_mail(self) -> bool:
        """Whether mail and forum answer in JSON (2023 and later; that it began with this release is assumed)."""
        return self.minor >= (5, 20)

    @property
    def of_2026(self) -> bool:
        """Whether rights are numbers, `auth/login` answers, and diaries carry the fields of 2026 [R]."""
        return self.minor >= (5, 45)

    @property
    def marks_have_ids(self) -> bool:
        """Whether a diary's mark carries `id: 0` [R 2023 and later]."""
        return self.minor >= (5, 20)


def parse_version(text: str) -> Version:
    """Raises UsageError where the text is no version number."""
    if not _NUMBER.fullmatch(text):
        raise UsageError(
            f"Версия «{text}» записана неверно.", where="--product-version", todo="Примеры: 5.10, 5.25, 5.51."
        )
    return Version(text)
