"""Archives proved whole, the register of terms, and journals destroyed by an act, wherever a process dies."""

import json
import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from support.reports import desk_at
from support.school import Trial, at
from support.two_years import OLD, begin_second_year, two_years, with_summary

from netcity_sync.clock import fixed_clock
from netcity_sync.data_folder import DataFolder
from netcity_sync.errors import DamagedError, UsageError
from netcity_sync.jobs.archive import make_archive
from netcity_sync.jobs.archive_care import Kind, Standing, register, verify_archives
from netcity_sync.jobs.archive_purge import Order, Purge, purge_archive
from netcity_sync.jobs.mirror_doctor import examine_mirror
from netcity_sync.jobs.paper import classes_with_journals, make_papers
from netcity_sync.jobs.paper_files import paper_flaws
from netcity_sync.settings import RetentionSettings

JUNE = at("2027-06-10 12:00")
AFTER = at("2029-01-10 12:00")
ORDER = Order(
    "3", date(2029, 1, 9), "срок хранения кончился", "Заместитель директора Учебнова Е. П.", ("Примерова В. П.",)
)
ONE_YEAR = {"retention": {"journal_years": 1}, "paper": {"address": "ул. Школьная, 1"}}


@pytest.fixture(scope="module")
def archived(tmp_path_factory: pytest.TempPathFactory) -> Trial:
    """A school in its second year, the first one archived; journals are kept for one year."""
    with pytest.MonkeyPatch.context() as patched:
        with_summary(patched)
        trial = two_years(tmp_path_factory.mktemp("school"), **ONE_YEAR)
        make_archive(trial.settings, fixed_clock(JUNE))
        begin_second_year(trial)
    return trial


@pytest.fixture
def tried(archived: Trial, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Trial:
    """A copy of that school."""
    with_summary(monkeypatch)
    data = shutil.copytree(archived.settings.storage.data_dir, tmp_path / "data")
    trial = Trial(data, archived.book, **ONE_YEAR)
    trial.now = archived.now
    return trial


@pytest.fixture
def root(tried: Trial) -> Path:
    return tried.settings.storage.data_dir / "archive/2026-2027"


def flaws(tried: Trial) -> tuple[str, ...]:
    (proved,) = verify_archives(tried.settings, fixed_clock(JUNE))
    return proved.flaws


def ask(tried: Trial, query: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(tried.settings.storage.data_dir / "mirror.db")) as db:
        return db.execute(query).fetchall()


def purge(tried: Trial, order: Order = ORDER, **options: object) -> Purge:
    return purge_archive(tried.settings, fixed_clock(AFTER), OLD, order, **options)  # type: ignore[arg-type]


def print_old_year(tried: Trial) -> None:
    """Paper copies of the new year, laid and noted as the old year's, which the mirror no longer shows."""
    with desk_at(tried.settings, AFTER) as desk:
        period = desk.year_period()
        make_papers(desk, fixed_clock(AFTER), classes_with_journals(desk, period), period)
    folder = DataFolder(tried.settings.storage.data_dir)
    (folder.paper / "2027-2028").rename(folder.paper / "2026-2027")
    with closing(sqlite3.connect(folder.mirror)) as db, db:
        db.execute("UPDATE service_event SET detail = replace(detail, '2027-2028', '2026-2027')")


def raw_answers(root: Path) -> set[bytes]:
    with closing(sqlite3.connect(DataFolder(root).raw)) as db:
        return {row[0] for row in db.execute("SELECT hash FROM payload")}


class TestVerify:
    def test_a_whole_one(self, tried: Trial, root: Path) -> None:
        (root / "journal/mirror.db.sig").write_bytes(b"signature")
        assert flaws(tried) == ()
        assert ask(tried, "SELECT for_period, ok FROM service_event WHERE kind = 'archive_verified'") == [(OLD, 1)]

    @pytest.mark.parametrize(
        ("harm", "words"),
        [
            (lambda root: (root / "journal/xlsx/7А.xlsx").unlink(), "journal/xlsx/7А.xlsx: файла нет"),
            (lambda root: (root / "journal/new.txt").write_text("x"), "journal/new.txt: лишний файл"),
            (lambda root: flip(root / "journal/data/mark.jsonl"),
             "journal/data/mark.jsonl: файл изменён или повреждён"),
            (lambda root: (root / "manifest.json").unlink(), "manifest.json: У архива нет описания."),
            (lambda root: (root / "manifest.json").write_text("{}"), "manifest.json: Описание архива повреждено."),
            (lambda root: (root / "manifest.json").write_text((root / "manifest.json").read_text() + " "),
             "manifest.json: описание не то, что было составлено"),
        ],
    )  # fmt: skip
    def test_a_damaged_one(self, tried: Trial, root: Path, harm: Callable[[Path], object], words: str) -> None:
        harm(root)
        assert words in flaws(tried)
        assert ask(tried, "SELECT ok FROM service_event WHERE kind = 'archive_verified'") == [(0,)]

    @pytest.mark.parametrize("year", [OLD, None])
    @pytest.mark.parametrize("printed", [True, False], ids=["with paper copies", "without"])
    def test_one_that_is_gone(self, tried: Trial, root: Path, year: str | None, *, printed: bool) -> None:
        if printed:
            print_old_year(tried)
        shutil.rmtree(root)
        proved = verify_archives(tried.settings, fixed_clock(JUNE), year)
        assert [(item.kind, item.year, item.flaws) for item in proved] == [
            (Kind.ARCHIVE, OLD, ("папки архива нет",)), *([(Kind.PAPER, OLD, ())] if printed else []),
        ]  # fmt: skip
        assert ask(tried, "SELECT ok FROM service_event WHERE kind = 'archive_verified'") == [(0,)]

    def test_one_that_is_gone_after_an_act_is_not_missed(self, tried: Trial, root: Path) -> None:
        purge(tried, write=True)
        shutil.rmtree(root)
        with pytest.raises(UsageError, match="Архивов ещё нет"):
            verify_archives(tried.settings, fixed_clock(AFTER))

    def test_a_file_and_its_manifest_changed_together(self, tried: Trial, root: Path) -> None:
        (root / "summary/pdf/summary-7А-year.pdf").write_bytes(b"%PDF-1.7")
        manifest = json.loads((root / "manifest.json").read_text(encoding="utf-8"))
        for item in manifest["files"]:
            if item["path"].startswith("summary/pdf"):
                item |= {"bytes": 8, "sha256": "c3b1a9bb3a1c0a5fd2fcfbf1b2f1e7b7"}
        (root / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
        assert len(flaws(tried)) == 2


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[5] ^= 1
    path.write_bytes(content)


class TestTerms:
    def test_what_is_kept_till_when(self, tried: Trial) -> None:
        lines = [
            (item.year, item.term.folder, str(item.term.keep_until), item.days_left, item.standing)
            for item in register(tried.settings, fixed_clock(at("2028-11-01 12:00")))
        ]
        assert lines == [
            (OLD, "journal", "2028-12-31", 60, Standing.ENDING),
            (OLD, "summary", "2052-12-31", 8826, Standing.KEPT),
            ("2027/2028", "journal", "2029-12-31", 425, Standing.ABSENT),
            ("2027/2028", "summary", "2053-12-31", 9191, Standing.ABSENT),
        ]

    @pytest.mark.parametrize(("moment", "standing"), [
        ("2028-10-31 12:00", Standing.KEPT), ("2028-12-31 12:00", Standing.ENDING), ("2029-01-01 12:00", Standing.OVER),
    ])  # fmt: skip
    def test_from_day_to_day(self, tried: Trial, moment: str, standing: Standing) -> None:
        assert register(tried.settings, fixed_clock(at(moment)))[0].standing is standing

    def test_a_shorter_term_of_today_does_not_shorten_what_was_promised(self, tried: Trial) -> None:
        for years, last in ((1, "2028-12-31"), (5, "2032-12-31")):
            settings = tried.settings.model_copy(update={"retention": RetentionSettings(journal_years=years)})
            assert str(register(settings, fixed_clock(JUNE))[0].term.keep_until) == last


class TestPurge:
    def test_a_dry_run_touches_nothing(self, tried: Trial, root: Path) -> None:
        before = ask(tried, "SELECT count(*) FROM mark"), sorted(root.rglob("*"))
        planned = purge(tried)
        assert (planned.act.rows["mark"], planned.act.rows["lesson"], planned.act.subjects) == (3, 3, 2)
        assert not planned.act_folder.exists()
        assert (ask(tried, "SELECT count(*) FROM mark"), sorted(root.rglob("*"))) == before

    def test_what_goes_and_what_stays(self, tried: Trial, root: Path) -> None:
        tried.sync("2029-01-09 21:00")
        now = [(item.rule, item.message) for item in tried.check().findings if not item.rule.startswith("OPS")]
        assert now
        done = purge(tried, write=True)
        for table in ("lesson", "assignment", "mark", "attendance", "group_student"):
            assert ask(tried, f"SELECT count(*) FROM {table} WHERE term_id = 1") == [(0,)]
        assert ask(tried, "SELECT count(*) FROM final_mark") == [(0,)]
        assert ask(tried, "SELECT count(*), min(seen_to IS NULL) FROM enrolment") == [(2, 1)]
        assert ask(tried, "SELECT count(*) FROM lesson WHERE term_id = 9") == [(2,)]
        assert ask(tried, "SELECT count(*) FROM finding WHERE json_extract(place, '$.term_id') = 1") == [(0,)]
        assert not (root / "journal").exists()
        assert (root / "summary/pdf/summary-7А-year.pdf").exists()
        assert sorted(path.name for path in done.act_folder.iterdir()) == [
            "act.html", "act.json", "act.pdf", "act.xlsx", "log.html", "log.pdf", "log.xlsx",
        ]  # fmt: skip
        assert examine_mirror(DataFolder(tried.settings.storage.data_dir)).exit_code == 0
        assert [(item.rule, item.message) for item in tried.check().findings if item.rule[:3] != "OPS"] == now
        assert flaws(tried) == ()
        (journals, summaries) = register(tried.settings, fixed_clock(AFTER))[:2]
        assert (journals.standing, journals.act) == (Standing.PURGED, "акт № 3 от 09.01.2029")
        assert summaries.standing is Standing.KEPT

    def test_the_act_and_the_extract_of_the_log(self, tried: Trial) -> None:
        folder = purge(tried, write=True).act_folder
        act, log = ((folder / name).read_text(encoding="utf-8") for name in ("act.html", "log.html"))
        for words in (
            "Акт № 3", "срок хранения кончился", "Учебнова\u00a0Е.\u00a0П.", "10.01.2029", "10.01.2032", "№ 179",
            "МБОУ «СОШ № 0»", "Адрес оператора", "ул. Школьная, 1", "Способ", "По поручению оператора",
        ):  # fmt: skip
            assert words in act
        for words in ("Иванов Иван Петрович", "Ёлкина Анна Ильинична", "netcity_sync", "10.01.2029", "отметки"):
            assert words in log

    def test_what_paper_copies_were_printed_from_goes_too(self, tried: Trial) -> None:
        printed = tried.settings.storage.data_dir / "paper/2026-2027/7А/year"
        printed.mkdir(parents=True)
        for name in ("journal.pdf", "comparison.pdf", "summary.pdf", "summary-cover.pdf"):
            (printed / name).write_bytes(b"%PDF")
        files = purge(tried).act.files
        (printed / "comparison.pdf").unlink()
        assert purge(tried, write=True).act.files == files - 1
        assert sorted(path.name for path in printed.iterdir()) == ["summary-cover.pdf", "summary.pdf"]

    def test_paper_copies_that_were_destroyed_are_not_missed(self, tried: Trial) -> None:
        print_old_year(tried)
        folder = DataFolder(tried.settings.storage.data_dir)
        assert paper_flaws(folder) == {"2026-2027": ()}
        purge(tried, write=True)
        assert paper_flaws(folder) == {"2026-2027": ()}
        (folder.paper / "2026-2027/8А/year/summary.pdf").unlink()
        assert paper_flaws(folder) == {"2026-2027": ("8А/year/summary.pdf: файла нет",)}

    def test_the_rules_are_content(self, tried: Trial) -> None:
        purge(tried, write=True)
        tried.now = AFTER
        assert [tried.found(rule) for rule in ("OPS-07", "OPS-08")] == [[], []]
        assert [item.message for item in tried.found("OPS-06") if OLD in item.message] == []

    def test_raw_answers_go_too(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        with_summary(monkeypatch)
        storage = {"data_dir": str(tmp_path), "raw_days": 366}
        tried = two_years(tmp_path, retention={"journal_years": 1}, storage=storage)
        make_archive(tried.settings, fixed_clock(JUNE))
        begin_second_year(tried)
        of_journal = "SELECT payload_hash FROM scope_read JOIN scope USING (scope_id) WHERE scope.term_id = 1"
        gone = {row[0] for row in ask(tried, of_journal.replace("payload_hash", "scope_read.payload_hash", 1))}
        still_received = {row[0] for row in ask(tried, "SELECT payload_hash FROM scope_read WHERE run_id > 2")}
        still_received |= {
            row[0]
            for row in ask(
                tried,
                "SELECT payload_hash FROM scope_read JOIN scope USING (scope_id)".replace(
                    "payload_hash", "scope.payload_hash"
                )
                + " WHERE kind = 'roster'",
            )
        }
        before = raw_answers(tmp_path)
        assert len(gone & before) == 2
        assert purge(tried, write=True).act.raw_answers == len(before - still_received) == 5
        assert raw_answers(tmp_path) == before & still_received
        assert not raw_answers(tmp_path) & gone

    @pytest.mark.parametrize("step", ["act", "files", "raw", "mirror"])
    def test_a_death_on_the_way(self, tried: Trial, root: Path, step: str) -> None:
        def die(done: str) -> None:
            if done == step:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            purge(tried, write=True, done=die)
        assert not (root / "purged.json").exists()
        with pytest.raises(UsageError, match="уже начато: акт № 3"):
            purge(tried, replace(ORDER, number="4"), write=True)
        again = purge(tried, write=True)
        assert again.begun
        assert again.act.rows["mark"] == 3
        assert ask(tried, "SELECT count(*) FROM mark WHERE term_id = 1") == [(0,)]
        assert ask(tried, "SELECT what FROM service_event WHERE kind = 'archive_purged'") == [("7А",)]
        assert flaws(tried) == ()
        with pytest.raises(UsageError, match="уже уничтожены"):
            purge(tried, write=True)
        with pytest.raises(UsageError, match="уже уничтожены"):
            make_archive(tried.settings, fixed_clock(AFTER), OLD, force=True)

    def test_a_death_inside_the_transaction(self, tried: Trial, monkeypatch: pytest.MonkeyPatch) -> None:
        def die(*anything: object) -> None:
            raise KeyboardInterrupt

        with monkeypatch.context() as patched:
            patched.setattr("netcity_sync.jobs.archive_purge.forget_findings", die)
            with pytest.raises(KeyboardInterrupt):
                purge(tried, write=True)
        assert ask(tried, "SELECT count(*) FROM mark WHERE term_id = 1") == [(3,)]
        assert purge(tried, write=True).begun
        assert ask(tried, "SELECT count(*) FROM mark WHERE term_id = 1") == [(0,)]

    def test_a_death_before_the_act_is_whole(self, tried: Trial, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def die(*anything: object) -> bytes:
            raise KeyboardInterrupt

        with monkeypatch.context() as patched:
            patched.setattr("netcity_sync.jobs.archive_purge.log_document", die)
            with pytest.raises(KeyboardInterrupt):
                purge(tried, write=True)
        assert list((root.parent / "acts").iterdir()) == []
        assert flaws(tried) == ()

    def test_refused_before_the_term_is_over(self, tried: Trial) -> None:
        with pytest.raises(UsageError, match=r"хранить до 31\.12\.2028"):
            purge_archive(tried.settings, fixed_clock(at("2028-12-31 23:00")), OLD, ORDER, write=True)

    @pytest.mark.parametrize("field", ["number", "reason", "by"])
    def test_refused_without_an_act(self, tried: Trial, field: str) -> None:
        with pytest.raises(UsageError, match="Без акта"):
            purge(tried, replace(ORDER, **{field: " "}), write=True)

    def test_refused_without_the_frozen_summary(self, tried: Trial) -> None:
        with closing(sqlite3.connect(tried.settings.storage.data_dir / "mirror.db")) as db:
            db.execute("DELETE FROM service_event WHERE kind = 'summary_frozen'")
            db.commit()
        with pytest.raises(UsageError, match="не заморожена: 7А"):
            purge(tried, write=True)

    def test_refused_where_the_summary_is_damaged(self, tried: Trial, root: Path) -> None:
        os.truncate(root / "summary/pdf/summary-7А-year.pdf", 100)
        with pytest.raises(DamagedError, match="не целы"):
            purge(tried, write=True)
        assert (root / "journal").exists()
