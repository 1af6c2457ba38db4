"""Rules as a school sets them: by subject, class and grade, in order, switched off, with the act that says so."""

from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner
from support.exchange import csv_text
from support.school import GROUP, Book, Trial, at
from support.two_groups import SECOND, TwoGroups

from netcity_sync.adapters.exchange.files import LOCAL_ACTS
from netcity_sync.adapters.source import Page
from netcity_sync.cli import app
from netcity_sync.clock import fixed_clock
from netcity_sync.compliance.finding import Finding, FindingStatus, Severity
from netcity_sync.compliance.findings import load_findings
from netcity_sync.compliance.guide import rule_page
from netcity_sync.compliance.registry import find_rule
from netcity_sync.compliance.tuning import InForce, JournalKind, check_entries, entries_of, in_force, unknown_places
from netcity_sync.data_folder import DataFolder
from netcity_sync.errors import AnswerError, SettingsError
from netcity_sync.jobs.exchange import take_files
from netcity_sync.mirror.database import open_reader
from netcity_sync.model import AttendanceCode, Dictionaries
from netcity_sync.settings import Role, RuleEntry, Settings, load_settings

WEEK = ("09-01", "09-02", "09-03", "09-04", "09-07", "09-08", "09-09", "09-10")
CHEMISTRY = JournalKind("Химия", "7А", 7)
MUSIC = JournalKind("Музыка", "7А", 7)


def entries(*items: dict[str, object]) -> tuple[RuleEntry, ...]:
    """Entries about MRK-01, unless they say otherwise."""
    return tuple(RuleEntry.model_validate({"id": "MRK-01", **item}) for item in items)


def force(journal: JournalKind | None, *items: dict[str, object]) -> InForce:
    """What MRK-01 is made of by these entries."""
    rule = find_rule("MRK-01")
    return in_force(rule, entries_of(rule, entries(*items)), journal)


def lessons(journal: JournalKind | None, *items: dict[str, object]) -> float:
    """After how many lessons a mark is due there."""
    return dict(force(journal, *items).params)["lessons"]


class TestInForce:
    """Which entries fit a journal, and which of them wins."""

    def test_by_default_the_catalogue_is_in_force(self) -> None:
        found = force(CHEMISTRY)
        assert found == InForce(True, None, find_rule("MRK-01").recipients, (("lessons", 4), ("attended", 3)), None, ())

    @pytest.mark.parametrize(
        ("place", "fits"),
        [
            ({"subjects": ["  музыка "]}, False),
            ({"subjects": ["Музыка", "химия"]}, True),
            ({"classes": ["7 а"]}, True),
            ({"classes": ["7A"]}, True),
            ({"classes": ["7Б"]}, False),
            ({"grades": [7, 7]}, True),
            ({"grades": [8, 11]}, False),
            ({"subjects": ["Химия"], "classes": ["7Б"]}, False),
            ({"subjects": ["Химия"], "classes": ["7А"], "grades": [5, 9]}, True),
            ({}, True),
        ],
    )
    def test_where_an_entry_applies(self, place: dict[str, object], fits: bool) -> None:
        assert lessons(CHEMISTRY, {**place, "params": {"lessons": 9}}) == (9 if fits else 4)

    def test_the_later_of_two_wins_wherever_both_fit(self) -> None:
        wide = {"params": {"lessons": 5}}
        narrow = {"subjects": ["Музыка"], "params": {"lessons": 8}}
        assert (lessons(MUSIC, wide, narrow), lessons(CHEMISTRY, wide, narrow)) == (8, 5)
        assert lessons(MUSIC, narrow, wide) == 5

    def test_an_entry_leaves_alone_what_it_does_not_name(self) -> None:
        found = force(
            MUSIC,
            {"params": {"lessons": 5}, "act": "Акт 1"},
            {"subjects": ["Музыка"], "severity": "info"},
            {"grades": [5, 7], "params": {"attended": 1}, "recipients": ["teacher"]},
        )
        assert dict(found.params) == {"lessons": 5, "attended": 1}
        assert (found.severity, found.recipients, found.act) == (Severity.INFO, (Role.TEACHER,), "Акт 1")
        assert dict(found.set_by) == {
            "params.lessons": 1, "act": 1, "severity": 2, "params.attended": 3, "recipients": 3,
        }  # fmt: skip

    def test_the_school_as_a_whole_knows_no_narrower_entries(self) -> None:
        assert lessons(None, {"params": {"lessons": 5}}, {"grades": [1, 11], "params": {"lessons": 8}}) == 5

    def test_switched_off_and_on_again(self) -> None:
        off, on = {"enabled": False}, {"subjects": ["Музыка"], "enabled": True}
        assert (force(CHEMISTRY, off, on).enabled, force(MUSIC, off, on).enabled) == (False, True)
        assert not force(MUSIC, on, off).enabled

    def test_a_rule_that_is_off_until_a_school_wants_it(self) -> None:
        rule = replace(find_rule("MRK-01"), enabled=False)
        on = entries_of(rule, entries({"params": {"lessons": 5}}, {"subjects": ["Музыка"], "enabled": True}))
        assert [in_force(rule, on, journal).enabled for journal in (None, CHEMISTRY, MUSIC)] == [False, False, True]
        assert "* Само по себе выключено" in rule_page(rule)
        assert "* Само по себе выключено" not in rule_page(find_rule("MRK-01"))


class TestMistakes:
    """What is wrong is named with its place and what is allowed."""

    @pytest.mark.parametrize(
        ("entry", "said"),
        [
            ({"id": "MRK-99", "enabled": False}, "rules[2].id: нет правила «MRK-99»; есть: ACC-01, ATT-03"),
            ({"params": {"x": 1}}, "rules[2].params.x: у правила MRK-01 нет такого параметра; есть: lessons, attended"),
            ({"params": {"lessons": 0}}, "rules[2].params.lessons: нужно целое число от 1 до 200"),
            ({"params": {"lessons": 4.5}}, "rules[2].params.lessons: нужно целое число от 1 до 200"),
            ({"params": {"lessons": "4"}}, "rules[2].params.lessons: нужно целое число"),
            ({"params": {"lessons": True}}, "rules[2].params.lessons: нужно целое число"),
            ({"id": "MRK-02", "params": {"late_share": 1.5}}, "rules[2].params.late_share: нужно число от 0 до 1"),
            ({"id": "CHG-05", "params": {"rows": 5}}, "его настраивают ключи: sync.shrink_rows, sync.shrink_share"),
        ],
    )
    def test_against_the_catalogue(self, entry: dict[str, object], said: str) -> None:
        with pytest.raises(SettingsError) as caught:
            check_entries(entries({"enabled": True}, entry))
        assert said in str(caught.value)

    def test_all_of_them_at_once(self) -> None:
        with pytest.raises(SettingsError, match=r"rules\[1\](.|\n)*rules\[2\]"):
            check_entries(entries({"params": {"x": 1}}, {"params": {"y": 1}}))

    def test_whole_numbers_are_shares_too(self) -> None:
        check_entries(entries({"id": "mrk-02", "params": {"late_share": 1}}))

    def test_a_check_does_not_begin(self, tmp_path: Path) -> None:
        tried = Trial(tmp_path, Book().add_lessons(*WEEK), rules=[{"id": "HW-01", "params": {"x": 1}}])
        tried.sync("09-10 21:00")
        with pytest.raises(SettingsError, match=r"rules\[1\]\.params\.x"):
            tried.check("MRK-01")

    @pytest.mark.parametrize(
        ("line", "said"),
        [
            ('severity = "тяжко"', "rules[1].severity: допустимо только: 'info', 'warn', 'viol' или 'crit'"),
            ('recipients = ["царь"]', "rules[1].recipients[1]: допустимо только"),
            ("recipients = []", "rules[1].recipients: нужно хотя бы одно значение"),
            ("grades = [9, 5]\nenabled = true", "rules[1].grades: сначала меньший класс"),
            ("grades = [5, 6, 7]\nenabled = true", "rules[1].grades: слишком много значений"),
            ('subjects = ["Музыка"]', "rules[1]: здесь ничего не меняется"),
            ("params = 5", "rules[1].params: нужен раздел"),
            ("lessons = 5", "rules[1].lessons: такого ключа нет"),
        ],
    )
    def test_in_the_file(self, tmp_path: Path, line: str, said: str) -> None:
        path = tmp_path / "config.toml"
        path.write_text(f'{FILE}[[rules]]\nid = "MRK-01"\n{line}\n', encoding="utf-8")
        with pytest.raises(SettingsError) as caught:
            load_settings(path)
        assert said in str(caught.value)

    def test_places_that_the_school_does_not_have(self) -> None:
        items = entries({"subjects": ["Музыка", "Химея"], "classes": ["7а", "12Я"], "enabled": False})
        assert unknown_places(items, [CHEMISTRY, MUSIC]) == (
            "rules[1].classes: нет класса «12Я»", "rules[1].subjects: нет предмета «Химея»",
        )  # fmt: skip


FILE = '[gis]\nurl = "https://sgo.example.ru"\nschool = 1\nlogin = "x"\n[school]\ntimezone = "Asia/Omsk"\n'
FILE += '[storage]\ndata_dir = "data"\n'


class TwoSubjects(TwoGroups):
    """Chemistry and music in 7А."""

    def read_dictionaries(self) -> Page[Dictionaries]:
        content = super().read_dictionaries().content
        first, second = content.subject_groups
        groups = (
            first.model_copy(update={"name": "Химия", "subject_name": "Химия"}),
            second.model_copy(update={"name": "Музыка", "subject_name": "Музыка"}),
        )
        changed = content.model_copy(update={"subject_groups": groups})
        return Page(changed, changed.model_dump_json().encode())


def two_subjects(folder: Path, *rules: dict[str, object], count: int = 6) -> Trial:
    """A trial over two journals without marks, each of so many lessons held."""
    first, second = Book().add_lessons(*WEEK[:count]), Book().add_lessons(*WEEK[:count])
    tried = Trial(folder, first, rules=rules)
    tried.source = TwoSubjects(first, second)
    tried.sync("09-10 21:00")
    return tried


def retuned(tried: Trial, *rules: dict[str, object]) -> Trial:
    """The same installation with other entries."""
    data = tried.settings.model_dump(exclude={"rules"}) | {"rules": rules}
    tried.settings = Settings.model_validate(data)
    return tried


def groups(findings: list[Finding]) -> list[int | None]:
    """The journals in which something was found."""
    return sorted(item.place.subject_group_id or 0 for item in findings)


class TestChecks:
    """A whole check over two journals."""

    def test_each_journal_is_judged_by_its_own_numbers(self, tmp_path: Path) -> None:
        # Half of six planned lessons is less than the minimum: both journals are asked from the third lesson on.
        tried = two_subjects(tmp_path, {"id": "ACC-01", "subjects": ["Музыка"], "params": {"lessons": 7}})
        assert groups(tried.found("ACC-01")) == [GROUP]
        retuned(tried, {"id": "ACC-01", "params": {"lessons": 7}})
        assert groups(tried.found("ACC-01")) == []
        retuned(
            tried,
            {"id": "ACC-01", "params": {"lessons": 7}},
            {"id": "ACC-01", "grades": [7, 9], "params": {"lessons": 6}},
        )
        assert groups(tried.found("ACC-01")) == [GROUP, SECOND]

    def test_the_numbers_of_every_rule_that_has_some(self, tmp_path: Path) -> None:
        tried = two_subjects(tmp_path, count=8)
        assert len(tried.found("MRK-01")) == 2
        retuned(tried, {"id": "MRK-01", "classes": ["7А"], "params": {"lessons": 9, "attended": 9}})
        assert len(tried.found("MRK-01")) == 2, "half of the planned lessons, and all that were held, are enough"
        topic = {"id": "LSN-01", "params": {"characters": 11, "urgent_days": 1}}
        assert tried.found("LSN-01") == []
        (first, *_) = retuned(tried, topic).found("LSN-01")
        assert first.severity is Severity.CRIT
        tried.book.mark(101)
        tried.sync("09-10 22:00")
        assert [item.severity for item in retuned(tried).found("MRK-02")] == [Severity.VIOL], "seven of eight are held"
        share = {"id": "MRK-02", "params": {"late_share": 1.0, "lessons": 7}}
        assert [item.severity for item in retuned(tried, share).found("MRK-02")] == [Severity.WARN]
        assert retuned(tried, {"id": "MRK-02", "params": {"lessons": 9}}).found("MRK-02") == []

    def test_the_deadline_of_an_absence(self, tmp_path: Path) -> None:
        tried = two_subjects(tmp_path)
        tried.book.absent(103, AttendanceCode.UNKNOWN)
        tried.sync("09-04 21:00")
        assert tried.found("ATT-03") == []
        assert len(retuned(tried, {"id": "ATT-03", "params": {"school_days": 0}}).found("ATT-03")) == 1
        assert retuned(tried, {"id": "ATT-03", "params": {"school_days": 1}}).found("ATT-03") == []

    def test_severity_and_recipients_are_replaced(self, tmp_path: Path) -> None:
        entry = {"id": "MRK-01", "subjects": ["Музыка"], "severity": "info", "recipients": ["clerk"]}
        found = {item.place.subject_group_id: item for item in two_subjects(tmp_path, entry).found("MRK-01")}
        assert (found[SECOND].severity, found[SECOND].recipients) == (Severity.INFO, (Role.CLERK,))
        assert (found[GROUP].severity, found[GROUP].recipients) == (Severity.VIOL, find_rule("MRK-01").recipients)

    def test_what_is_switched_off_closes_what_it_had_found(self, tmp_path: Path) -> None:
        tried = two_subjects(tmp_path)
        assert groups(tried.found("MRK-01")) == [GROUP, SECOND]
        retuned(tried, {"id": "MRK-01", "subjects": ["Музыка"], "enabled": False})
        outcome = tried.check("MRK-01")
        assert (groups(list(outcome.findings)), outcome.fixed, outcome.ended) == ([GROUP], 0, 1)
        assert retuned(tried, {"id": "MRK-01", "enabled": False}).check("MRK-01").ended == 1
        assert len(retuned(tried).found("MRK-01")) == 2

    def test_what_happened_once_is_closed_too(self, tmp_path: Path) -> None:
        book = Book().add_lessons("09-01", topic=None)
        tried = Trial(tmp_path, book)
        tried.sync("09-11 21:00")
        book.set_topic(101, "Атомы")
        tried.sync("09-12 21:00")
        assert len(tried.found("LSN-02")) == 1
        assert retuned(tried, {"id": "LSN-02", "enabled": False}).check("LSN-02").ended == 1
        with open_reader(DataFolder(tmp_path)) as connection, closing(connection):
            assert load_findings(connection, status=FindingStatus.OPEN, rules=("LSN-02",)) == []

    def test_no_gaps_where_a_rule_is_switched_off(self, tmp_path: Path) -> None:
        tried = two_subjects(tmp_path)
        tried.source.broken["journal"] = AnswerError("не читается")
        tried.sync("09-11 21:00")
        assert len(tried.check("MRK-01").no_data) == 2
        retuned(tried, {"id": "MRK-01", "classes": ["7А"], "subjects": ["Химия"], "enabled": False})
        assert [gap.place.subject_group_id for gap in tried.check("MRK-01").no_data] == [SECOND]
        assert retuned(tried, {"id": "MRK-01", "enabled": False}).check("MRK-01").no_data == ()


class TestActs:
    """The local act that a finding names."""

    def acts(self, tried: Trial) -> dict[int | None, str]:
        return {item.place.subject_group_id: item.act for item in tried.found("MRK-01")}

    def test_the_entry_then_the_table_then_the_settings(self, tmp_path: Path) -> None:
        tried = two_subjects(tmp_path)
        usual = tried.settings.local_acts.journal
        assert self.acts(tried) == {GROUP: usual, SECOND: usual}
        heads = [field.heading for field in LOCAL_ACTS.fields]
        rows = (
            ("положение", "О контроле", "12", "30.08.2026", "2.4", "MRK-01, MRK-02", "", ""),
            ("положение", "О контроле", "12", "30.08.2026", "", "mrk-01", "", ""),
            ("положение", "Прежнее", "1", "30.08.2025", "", "MRK-01 LSN-01", "", ""),
            ("положение", "Ещё не действует", "99", "30.12.2026", "", "MRK-01", "", ""),
            ("положение", "Уже не действует", "50", "31.08.2026", "", "MRK-01", "", "05.09.2026"),
        )
        folder = tried.settings.exchange_folder
        folder.mkdir()
        (folder / f"{LOCAL_ACTS.stem}.csv").write_text(csv_text(tuple(heads), *rows), encoding="utf-8")
        assert take_files(tried.settings, fixed_clock(at("09-10 21:30"))).exit_code == 0
        table = "О контроле, № 12 от 30.08.2026, п. 2.4"
        assert self.acts(tried) == {GROUP: table, SECOND: table}
        assert tried.found("HW-01")[0].act == usual
        retuned(tried, {"id": "MRK-01", "subjects": ["Музыка"], "act": "Приказ № 7"})
        assert self.acts(tried) == {GROUP: table, SECOND: "Приказ № 7"}

    def test_the_mirror_shows_it(self, tmp_path: Path) -> None:
        tried = two_subjects(tmp_path, {"id": "MRK-01", "act": "Приказ № 7"})
        tried.check("MRK-01")
        with open_reader(DataFolder(tmp_path)) as connection, closing(connection):
            rows = connection.execute('SELECT DISTINCT "Правило", "Локальный акт" FROM v_finding').fetchall()
        assert [tuple(row) for row in rows] == [("MRK-01", "Приказ № 7")]


class TestCommands:
    """`rules list` and `rules show`."""

    def ask(self, folder: Path, rules: str, *arguments: str) -> str:
        config = folder / "config.toml"
        config.write_text(FILE + rules, encoding="utf-8")
        result = CliRunner().invoke(app, ["--config", str(config), "rules", *arguments], catch_exceptions=False)
        assert result.exit_code == 0
        return result.output

    def test_the_list_tells_the_present_state(self, tmp_path: Path) -> None:
        rules = '[[rules]]\nid = "HW-01"\nenabled = false\n'
        rules += '[[rules]]\nid = "LSN-05"\nclasses = ["5А"]\nseverity = "info"\n'
        answer = self.ask(tmp_path, rules, "list")
        assert "выключено" in answer
        assert "местами" in answer

    def test_one_rule_with_where_each_number_comes_from(self, tmp_path: Path) -> None:
        rules = '[[rules]]\nid = "MRK-01"\nparams = {lessons = 5}\nact = "Приказ № 7"\n'
        rules += '[[rules]]\nid = "MRK-01"\nsubjects = ["Музыка"]\ngrades = [5, 7]\nparams = {lessons = 8}\n'
        answer = " ".join(self.ask(tmp_path, rules, "show", "mrk-01").split())
        for said in ("Приказ № 7 (rules[1])", "предметы: Музыка", "параллели: 5–7", "lessons = 8", "по умолчанию"):
            assert said in answer, said

    def test_dates_of_the_file_are_no_matter(self, tmp_path: Path) -> None:
        off = date(2026, 11, 3).isoformat()
        answer = self.ask(tmp_path, f"[calendar]\ndays_off = [{off}]\n", "show", "ATT-03", "--json")
        assert f'"calendar.days_off": "[{off}]"' in answer
