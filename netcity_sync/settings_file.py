"""The settings file as text, made from the declarations in settings.py: the sample, what `init` writes, one setting."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import time
from enum import Enum
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from netcity_sync.settings import FamilySettings, MailSettings, Person, RuleEntry, Section, Settings, WorkDeadline

_HEADER = """\
# Настройки netcity_sync. Строки с # в начале — пояснения и значения по умолчанию:
# чтобы изменить значение, уберите # и впишите своё. Пути — от папки этого файла.
# Пароль здесь не пишется: он в переменной NETCITY_PASSWORD или в файле gis.password_file.
"""
_EXAMPLES: dict[str, Any] = {
    "gis.url": "https://sgo.example.ru",
    "gis.school": "МБОУ «СОШ № 1»",
    "gis.login": "zavuch",
    "gis.password_file": "netcity-password.txt",
    "gis.role": "Завуч",
    "gis.ca_file": "ca.pem",
    "gis.proxy": "http://proxy.school.example.ru:3128",
    "family.login": "roditel",
    "family.password_file": "family-password.txt",
    "school.timezone": "Asia/Yekaterinburg",
    "storage.data_dir": "data",
    "exchange.folder": "exchange",
    "mail.host": "mail.edu.example.ru",
    "mail.ca_file": "ca.pem",
    "mail.login": "journal",
    "mail.sender": "journal@edu.example.ru",
    "mail.domains": ["edu.example.ru"],
    "people.name": "Вера Петровна",
    "people.role": "deputy",
    "people.email": "zavuch@edu.example.ru",
    "people.classes": ["5А", "5Б"],
    "people.subjects": ["Русский язык"],
    "people.staff_id": 1042,
    "deadlines.work_types.grades": [9, 11],
    "rules.id": "MRK-01",
    "rules.subjects": ["Музыка", "Изобразительное искусство"],
    "rules.classes": ["5А", "5Б"],
    "rules.grades": [5, 9],
    "rules.enabled": True,
    "rules.severity": "warn",
    "rules.recipients": ["teacher", "deputy"],
    "rules.params": {"lessons": 6},
    "rules.act": "Положение о текущем контроле, приказ № 187-од от 30.08.2026, п. 2.4",
}
_LIST_TABLES: dict[str, type[Section]] = {"rules": RuleEntry, "people": Person}
_OPTIONAL_SECTIONS: dict[str, type[Section]] = {"family": FamilySettings, "mail": MailSettings}
_NESTED_LISTS: dict[str, type[Section]] = {"deadlines.work_types": WorkDeadline}


@dataclass(frozen=True, slots=True)
class SettingTold:
    """One setting: its value as it would be written in the file, what it means, its limits (empty: none by number)."""

    value: str
    meaning: str
    allowed: str


def setting_told(key: str, settings: Settings | None = None) -> SettingTold:
    """A setting named as `section.key`, with its default where no settings are given."""
    section, _, name = key.partition(".")
    kind = Settings.model_fields[section].annotation
    assert isinstance(kind, type)
    assert issubclass(kind, BaseModel)
    field = kind.model_fields[name]
    value = _default(key, field) if settings is None else getattr(getattr(settings, section), name)
    return SettingTold(_toml(value), field.description or "", _limits(field).strip().rstrip(".").lower())


def example_text() -> str:
    """The sample file: every setting with its meaning, default and limits."""
    return _text({}, required_as_examples=True)


def config_text(
    *, url: str, school: int | str, login: str, timezone: str, data_dir: str, password_file: str | None, loopback: bool
) -> str:
    """The same file with an installation's answers filled in. On the loopback nothing needs to be paced."""
    answers: dict[str, Any] = {
        "gis.url": url,
        "gis.school": school,
        "gis.login": login,
        "school.timezone": timezone,
        "storage.data_dir": data_dir,
    }
    if password_file is not None:
        answers["gis.password_file"] = password_file
    if loopback:
        answers["gis.requests_per_second"] = 0.0
    return _text(answers, required_as_examples=False)


def _text(answers: Mapping[str, Any], *, required_as_examples: bool) -> str:
    lines = [_HEADER]
    for name, field in Settings.model_fields.items():
        if name in _LIST_TABLES:
            lines += _list_table(name, _LIST_TABLES[name], field)
        elif name in _OPTIONAL_SECTIONS:
            lines += _section(name, _OPTIONAL_SECTIONS[name], answers, commented=True)
        else:
            kind = field.annotation
            assert isinstance(kind, type)
            assert issubclass(kind, BaseModel)
            filled = {**_required_examples(name, kind), **answers} if required_as_examples else answers
            lines += _section(name, kind, filled, commented=False)
    return "\n".join(lines) + "\n"


def _required_examples(section: str, kind: type[BaseModel]) -> dict[str, Any]:
    keys = (f"{section}.{name}" for name, field in kind.model_fields.items() if field.is_required())
    return {key: _EXAMPLES[key] for key in keys}


def _section(name: str, kind: type[BaseModel], answers: Mapping[str, Any], *, commented: bool) -> Iterator[str]:
    yield f"\n# {(kind.__doc__ or '').strip()}"
    yield f"{'# ' if commented else ''}[{name}]"
    nested = [f"{name}.{key}" for key in kind.model_fields if f"{name}.{key}" in _NESTED_LISTS]
    for key, field in kind.model_fields.items():
        path = f"{name}.{key}"
        if path not in nested:
            yield from _setting(path, field, answers.get(path), commented=commented)
    for path in nested:
        yield from _nested_list(path, kind.model_fields[path.rpartition(".")[2]], _NESTED_LISTS[path])


def _setting(path: str, field: FieldInfo, answer: Any, *, commented: bool) -> Iterator[str]:
    key = path.rpartition(".")[2]
    yield f"# {field.description}{_limits(field)}"
    if answer is not None:
        yield f"{key} = {_toml(answer)}"
    else:
        yield f"# {key} = {_toml(_default(path, field))}"


def _list_table(name: str, kind: type[Section], field: FieldInfo) -> Iterator[str]:
    yield f"\n# {field.description}"
    yield f"# [[{name}]]"
    for key, inner in kind.model_fields.items():
        yield f"# # {inner.description}"
        yield f"# {key} = {_toml(_EXAMPLES[f'{name}.{key}'])}"


def _nested_list(path: str, field: FieldInfo, kind: type[Section]) -> Iterator[str]:
    """Uncommenting these tables replaces the whole default list, so all of it is shown."""
    yield f"# {field.description} Свой список заменяет этот целиком. Ключи раздела:"
    for key, inner in kind.model_fields.items():
        yield f"#   {key} — {inner.description}{_limits(inner)}"
    for entry in field.get_default(call_default_factory=True):
        yield f"# [[{path}]]"
        for key, value in entry.model_dump().items():
            if value is not None:
                yield f"# {key} = {_toml(value)}"


def _default(path: str, field: FieldInfo) -> Any:
    value = field.get_default(call_default_factory=True)
    return _EXAMPLES[path] if value in (None, PydanticUndefined, ()) and path in _EXAMPLES else value


def _limits(field: FieldInfo) -> str:
    """« От 1 до 16.»"""
    words = []
    for name, word in (("ge", "От"), ("gt", "Больше"), ("le", "до"), ("lt", "меньше")):
        bound = next((getattr(item, name) for item in field.metadata if getattr(item, name, None) is not None), None)
        if bound is not None:
            words.append(f"{word} {bound:g}")
    text = " ".join(words)
    return f" {text[0].upper()}{text[1:]}." if text else ""


def _toml(value: Any) -> str:
    match value:
        case Enum():
            text = _toml(value.value)
        case str() | Path():
            text = json.dumps(str(value), ensure_ascii=False)
        case BaseModel():
            text = _toml(value.model_dump(exclude_none=True))
        case time():
            text = _toml(f"{value:%H:%M}")
        case list() | tuple():
            text = "[" + ", ".join(_toml(item) for item in value) + "]"
        case dict():
            text = "{" + ", ".join(f"{key} = {_toml(item)}" for key, item in value.items()) + "}"
        case bool():
            text = str(value).lower()
        case _:
            text = str(value)
    return text
