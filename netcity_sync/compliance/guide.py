"""The page of the docs about the rules, made from what is declared beside each."""

from collections.abc import Iterator
from inspect import getdoc

from netcity_sync.compliance.registry import Rule, all_rules
from netcity_sync.compliance.wording import (
    APPLIES_WORDS,
    CADENCE_WORDS,
    CAPABILITY_WORDS,
    KIND_WORDS,
    ROLE_WORDS,
    SEVERITY_WORDS,
)
from netcity_sync.settings_file import setting_told

_HEAD = """\
# Правила проверки

Что проверяет программа, по каким пунктам положения, с какими числами и кому об этом говорит. Страница составлена из
описаний в программе; как те же правила настроены у вас, покажут `netcity-sync rules list` и
`netcity-sync rules show MRK-01`. Слова «урок проведён», «срок», «посетил», «учебный день» определены точно в
[checks.md](checks.md) (англ.).

* Журнал судят по последнему чтению. Чего не прочитали, того не судят: «нет данных».
* Журнал, прочитанный больше `checks.stale_after_hours` часов назад, не судят тоже.
* Тяжесть, от лёгкой к тяжёлой: к сведению, внимание, нарушение, срочно.

## Как изменить правило

В файле настроек, разделами `[[rules]]`; разделов сколько угодно, и об одном правиле несколько:

```toml
[[rules]]                       # по всей школе
id = "MRK-01"
params = {lessons = 5}
act = "Положение о текущем контроле, приказ № 187-од от 30.08.2026, п. 2.4"

[[rules]]                       # по музыке и ИЗО в 5–7 классах мягче
id = "MRK-01"
subjects = ["Музыка", "Изобразительное искусство"]
grades = [5, 7]
params = {lessons = 8}
severity = "warn"
recipients = ["teacher"]

[[rules]]                       # а в 7Б не проверять вовсе
id = "MRK-01"
classes = ["7Б"]
enabled = false
```

* `subjects`, `classes`, `grades` говорят, где раздел действует; если указано несколько, должны подойти все. Без них —
  по всей школе. Регистр букв, «ё» и лишние пробелы в названиях не важны.
* Разделы действуют по порядку; что сказано дважды, решает последний. Чего раздел не называет, того он не меняет.
* `severity` заменяет тяжесть целиком: если у правила их две, вместо обеих. `recipients` тоже заменяет весь список.
* Числа, у которых в программе есть свой раздел (`[deadlines]`, `[accumulation]`, `[sync]`), меняют там; у каждого
  правила ниже сказано, что где.
* Правило, число или значение, которых не бывает, — ошибка настроек: проверка не начнётся и скажет, что допустимо.
  `netcity-sync doctor` скажет то же заранее, и о классах и предметах, которых в школе нет.

**Выключенное правило** не даёт ни замечаний, ни «нет данных». Открытые замечания, которые оно успело сделать, закрывает
следующая проверка, и о случившемся однажды тоже: с состоянием «больше не проверяется». Исправленными они не считаются.
Включили снова — то, что ещё так, откроется заново.

**Другое число** действует со следующей проверки: замечания о том, что есть сейчас, которых с ним не было бы,
закроются; о случившемся однажды — останутся.

**Локальный акт** при замечании — тот, что назван в `act` раздела; если не назван — строка таблицы «Локальные акты»
[папки обмена](exchange.md), где в столбце «Правила» стоит это правило (из нескольких действующих — самая новая); если
нет и её — `local_acts.journal`. `act` уместен и один, без чисел.

## Все правила

| правило | пункт | что не так | тяжесть | кто узнаёт |
|---|---|---|---|---|
"""


def guide_text() -> str:
    """The whole page."""
    rules = all_rules()
    return _HEAD + "".join(_row(item) for item in rules) + "".join(rule_page(item) for item in rules)


def roles_words(rule: Rule) -> str:
    """«учитель, завуч»."""
    return ", ".join(ROLE_WORDS[role] for role in rule.recipients)


def needs_words(rule: Rule) -> str:
    """«отметки, уроки»."""
    return ", ".join(sorted(CAPABILITY_WORDS[item] for item in rule.capabilities))


def _row(rule: Rule) -> str:
    severity = SEVERITY_WORDS[rule.severity]
    link = f"[{rule.id}](#{rule.id.lower()})"
    return f"| {link} | {rule.clause} | {rule.title} | {severity} | {roles_words(rule)} |\n"


def rule_page(rule: Rule) -> str:
    """One rule's part of the page."""
    lines = [
        f"\n### {rule.id}\n",
        f"**{rule.title}.** {getdoc(rule.find)}\n",
        f"* Пункт положения: {rule.clause}.",
        f"* Условие: {rule.formula}",
        f"* Пример: «{rule.example}».",
        f"* Тяжесть: {SEVERITY_WORDS[rule.severity]}, если в условии не сказано иначе.",
        f"* Кто узнаёт: {roles_words(rule)}; {CADENCE_WORDS[rule.cadence]}.",
        f"* О чём: {KIND_WORDS[rule.kind]}.",
        f"* Какие журналы: {APPLIES_WORDS[rule.applies]}.",
        f"* Что нужно знать: {needs_words(rule)}.",
        *_off(rule),
        *_numbers(rule),
    ]
    return "\n".join(lines) + "\n"


def _off(rule: Rule) -> Iterator[str]:
    if not rule.enabled:
        yield "* Само по себе выключено: проверяется там, где в `[[rules]]` сказано `enabled = true`."


def _numbers(rule: Rule) -> Iterator[str]:
    if not rule.params and not rule.settings:
        yield "\nЧисел у правила нет: в `[[rules]]` меняют только тяжесть, получателей и где оно действует."
        return
    yield "\n| где меняется | по умолчанию | что допустимо | что это |\n|---|---|---|---|"
    for param in rule.params:
        yield f"| `[[rules]]`, `params.{param.name}` | {param.default:g} | {param.allowed} | {param.meaning} |"
    for key in rule.settings:
        told = setting_told(key)
        section, _, name = key.partition(".")
        allowed = told.allowed or "см. config.example.toml"
        yield f"| `[{section}]`, `{name}` | `{told.value}` | {allowed} | {told.meaning} |"
