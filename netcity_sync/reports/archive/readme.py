"""The page in an archive for whoever opens it in twenty years without this program (Russian)."""

from netcity_sync.reports.archive.manifest import JOURNAL, SUMMARY, Term
from netcity_sync.russian import full_date

_TEXT = """\
АРХИВ ЭЛЕКТРОННЫХ ЖУРНАЛОВ УСПЕВАЕМОСТИ
{year} учебный год
{school}

Чтобы читать этот архив, никакой особой программы не нужно.

ЧТО ЗДЕСЬ

journal/            электронные журналы. Хранить до {journal_until}.
  pdf/              документы для чтения и печати, формат PDF/A (ISO 19005), шрифты внутри
  xlsx/             книга на класс: отметки по датам, темы уроков, домашние задания, итоговые отметки
                    (Office Open XML, ISO/IEC 29500; открывается любой программой таблиц)
  data/             те же записи построчно: одна строка — одна запись, формат JSON, кодировка UTF-8,
                    и то, что школа вносила таблицами: экзамены, замены, отказы от дневника и другое.
                    Что значит каждое поле, сказано в data/fields.json
  mirror.db         база SQLite 3: все записи года со всеми их прежними значениями (кто бы и когда
                    ни исправил отметку, прежняя здесь видна). Открывается любым средством для SQLite
                    не старше 2022 года. Начните с представлений v_…: в них русские названия

summary/            сводные ведомости успеваемости. Хранить до {summary_until}.
  pdf/              ведомости классов, PDF/A
  xlsx/             они же таблицами
  data/             итоговые отметки построчно, JSON; поля — в data/fields.json

manifest.json       опись: школа, год, из какого чтения журналов составлено, сроки хранения,
                    размер и контрольная сумма SHA-256 каждого файла
purged.json         есть только там, где журналы уничтожены по окончании срока: по какому акту

СРОКИ ХРАНЕНИЯ

{terms}

КАК УБЕДИТЬСЯ, ЧТО НИЧЕГО НЕ ИСПОРЧЕНО

Контрольная сумма каждого файла должна совпасть с записанной в manifest.json. Посчитать её:
  Linux:    sha256sum файл
  Windows:  certutil -hashfile файл SHA256
Если рядом с файлом лежит файл .sig, это его отсоединённая электронная подпись.

ПЕРСОНАЛЬНЫЕ ДАННЫЕ

Здесь имена, отметки и посещаемость детей: храните архив так, как велит закон № 152-ФЗ, и уничтожайте журналы
по окончании срока только по акту. Сводные ведомости остаются и после этого.
"""


def readme_text(school: str, year: str, terms: tuple[Term, ...]) -> str:
    """The text."""
    until = {term.folder: full_date(term.keep_until) for term in terms}
    lines = "\n".join(f"{term.what}: до {full_date(term.keep_until)}. {term.rule}" for term in terms)
    return _TEXT.format(
        school=school, year=year, terms=lines, journal_until=until[JOURNAL], summary_until=until[SUMMARY]
    )
