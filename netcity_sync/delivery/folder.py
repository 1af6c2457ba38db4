"""Digests as files, named after who they are for."""

import re
from collections.abc import Sequence
from pathlib import Path

from netcity_sync.delivery.digest import Digest
from netcity_sync.delivery.files import write_private
from netcity_sync.delivery.render import render_html, render_text
from netcity_sync.settings import Person, Role

_ROLE_NAMES = {
    Role.TEACHER: "uchitel",
    Role.CLASS_TEACHER: "klass",
    Role.DEPUTY: "zavuch",
    Role.IKT_DEPUTY: "zavuch-ikt",
    Role.ADMINISTRATOR: "administrator",
    Role.DIRECTOR: "direktor",
    Role.CLERK: "dokumentoved",
}


def write_digests(folder: Path, digests: Sequence[Digest]) -> tuple[Path, ...]:
    """Write every digest as HTML and as text; answers with the files in the order of the digests."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    paths = []
    for digest, name in zip(digests, _names([digest.person for digest in digests]), strict=True):
        for suffix, text in (("html", render_html(digest)), ("txt", render_text(digest))):
            path = folder / f"{name}.{suffix}"
            write_private(path, text.encode())
            paths.append(path)
    return tuple(paths)


def _names(people: Sequence[Person]) -> list[str]:
    """A name for each: the role, the class of a class teacher, and a number where that is not enough."""
    names: list[str] = []
    for person in people:
        classes = person.classes if person.role is Role.CLASS_TEACHER else ()
        base = re.sub(r"[^\w-]", "_", "-".join([_ROLE_NAMES[person.role], *classes]))
        name, number = base, 1
        while name in names:
            number += 1
            name = f"{base}-{number}"
        names.append(name)
    return names
