"""The page of the docs about the exchange folder, made from the declarations."""

from netcity_sync.adapters.exchange.files import FILES
from netcity_sync.adapters.exchange.grid import MAX_BYTES, MAX_ROWS
from netcity_sync.adapters.exchange.spec import NONE_WORD, FileSpec

_HEAD = f"""\
# Папка обмена

Чего программа не может прочитать в «Сетевом городе» ни под какой учётной записью, вносит человек: таблицами Excel
или CSV в папке обмена (`[exchange] folder`, обычно `exchange` в папке данных).

1. `netcity-sync exchange template` — положить в папку пустые таблицы с заголовками, подсказками и списками.
2. Заполнить нужные. Ненужные можно не трогать: незаполненная таблица не значит ничего.
3. `netcity-sync exchange check` — прочитать всё и перечислить ошибки: файл, лист, строка, столбец, причина.
4. `netcity-sync exchange take` — взять таблицы в зеркало. Служба (`netcity-sync run`) делает это перед каждой
   проверкой сама.

## Правила

* Таблица берётся целиком или не берётся вовсе: пока в ней есть хоть одна ошибка, в зеркале остаётся взятое раньше.
* Строка, которую из таблицы убрали, убирается и из зеркала; какой она была и когда, зеркало помнит.
* Если вносить нечего (отказов нет, замен не было), впишите в первую строку под заголовками слово «{NONE_WORD}».
  Таблица из одних заголовков не берётся: правила, которым она нужна, отвечают «нет данных».
* Если все файлы таблицы убрать из папки, взятое остаётся в зеркале.
* Таблицу можно разделить на файлы, имена которых начинаются одинаково: `plan 7А.xlsx`, `plan-8Б.csv`. Они читаются
  вместе, как одна таблица.
* В книге читается лист с названием таблицы, а если такого нет — первый. Заголовки — в любом порядке, регистр и
  пробелы не важны. Строки над заголовками и столбцы с другими названиями не читаются и не хранятся.
* CSV: UTF-8 или cp1251, разделитель `;`, `,` или табуляция — программа определит сама. Значение с разделителем
  внутри — в кавычках.
* Даты: `05.10.2026`, `2026-10-05` или дата Excel; время — `05.10.2026 14:30`. Дробные числа — с запятой или точкой.
* Вместо формул нужны значения. Файл — не больше {MAX_BYTES // 1024**2} МБ и {MAX_ROWS // 1000} тысяч строк.
* СНИЛС, адреса, телефоны, логины и пароли сюда не вносят.

## Таблицы
"""


def guide_text() -> str:
    """The whole page."""
    return _HEAD + "".join(_table(spec) for spec in FILES)


def _table(spec: FileSpec) -> str:
    lines = [
        f"\n### {spec.title}: `{spec.stem}.xlsx` или `{spec.stem}.csv`\n",
        f"{spec.meaning}\n",
        "| столбец | нужен | что писать | что допустимо | пример |",
        "|---|---|---|---|---|",
    ]
    for column in spec.fields:
        titles = "; ".join([f"**{column.heading}**", *(f"«{alias}»" for alias in column.aliases)])
        required = "да" if column.required else ""
        lines.append(f"| {titles} | {required} | {column.hint} | {column.allowed} | {column.example} |")
    key = ", ".join(f"«{item.heading}»" for item in spec.key)
    lines.append(f"\nДве строки с одинаковыми значениями в столбцах {key} — ошибка.")
    return "\n".join(lines) + "\n"
