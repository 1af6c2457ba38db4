BEGIN TRANSACTION;
CREATE TABLE "_sqlite_migrations" (
   "id" INTEGER PRIMARY KEY,
   "migration_set" TEXT,
   "name" TEXT,
   "applied_at" TEXT
);
INSERT INTO "_sqlite_migrations" VALUES(1,'mirror','first_schema','2026-11-24 13:55:00.393489+00:00');
INSERT INTO "_sqlite_migrations" VALUES(2,'mirror','journal_access_and_drift','2026-11-24 13:55:00.396769+00:00');
INSERT INTO "_sqlite_migrations" VALUES(3,'exchange','tables_of_the_exchange_folder','2026-11-24 13:55:00.399031+00:00');
INSERT INTO "_sqlite_migrations" VALUES(4,'compliance','findings_and_checks','2026-11-24 13:55:00.435956+00:00');
CREATE TABLE assignment (
  "subject_group_id" INTEGER NOT NULL,
  "term_id" INTEGER NOT NULL,
  "assignment_id" INTEGER NOT NULL,
  "type_id" INTEGER NOT NULL,
  "homework" INTEGER NOT NULL CHECK (homework IN (0, 1)),
  "lesson_id" INTEGER,
  "given_at_lesson_id" INTEGER,
  "text" TEXT,
  "weight" INTEGER NOT NULL,
  seen_from INTEGER NOT NULL REFERENCES run(run_id),
  seen_to INTEGER REFERENCES run(run_id) CHECK (seen_to IS NULL OR seen_to > seen_from),
  missing_from INTEGER REFERENCES run(run_id),
  PRIMARY KEY (subject_group_id, term_id, assignment_id, seen_from)
) STRICT, WITHOUT ROWID;
INSERT INTO "assignment" VALUES(700,1,5101,3,1,101,101,'§ 5',0,1,NULL,NULL);
INSERT INTO "assignment" VALUES(700,1,9001,10,0,101,NULL,'Работа',0,1,NULL,NULL);
INSERT INTO "assignment" VALUES(700,1,9002,10,0,102,NULL,'Работа',0,2,NULL,NULL);
CREATE TABLE assignment_type (
  "type_id" INTEGER NOT NULL,
  "name" TEXT NOT NULL,
  "abbr" TEXT NOT NULL,
  seen_from INTEGER NOT NULL REFERENCES run(run_id),
  seen_to INTEGER REFERENCES run(run_id) CHECK (seen_to IS NULL OR seen_to > seen_from),
  missing_from INTEGER REFERENCES run(run_id),
  PRIMARY KEY (type_id, seen_from)
) STRICT, WITHOUT ROWID;
INSERT INTO "assignment_type" VALUES(3,'Домашнее задание','ДЗ',1,NULL,NULL);
INSERT INTO "assignment_type" VALUES(4,'Контрольная работа','К',1,NULL,NULL);
INSERT INTO "assignment_type" VALUES(10,'Ответ на уроке','О',1,NULL,NULL);
CREATE TABLE attendance (
  "subject_group_id" INTEGER NOT NULL,
  "term_id" INTEGER NOT NULL,
  "student_id" INTEGER NOT NULL,
  "lesson_id" INTEGER NOT NULL,
  "code" TEXT NOT NULL CHECK (code IN ('unexcused','excused','illness','unknown','late','exempt','remote')),
  "raw" TEXT NOT NULL,
  seen_from INTEGER NOT NULL REFERENCES run(run_id),
  seen_to INTEGER REFERENCES run(run_id) CHECK (seen_to IS NULL OR seen_to > seen_from),
  missing_from INTEGER REFERENCES run(run_id),
  PRIMARY KEY (subject_group_id, term_id, student_id, lesson_id, seen_from)
) STRICT, WITHOUT ROWID;
INSERT INTO "attendance" VALUES(700,1,2,102,'illness','illness',1,6,5);
CREATE TABLE capability (
  name TEXT PRIMARY KEY,
  run_id INTEGER NOT NULL REFERENCES run(run_id)
) STRICT, WITHOUT ROWID;
INSERT INTO "capability" VALUES('attendance',8);
INSERT INTO "capability" VALUES('homework',8);
INSERT INTO "capability" VALUES('lessons',8);
INSERT INTO "capability" VALUES('marks',8);
INSERT INTO "capability" VALUES('roster',8);
INSERT INTO "capability" VALUES('topics',8);
CREATE TABLE check_run (
          check_id INTEGER PRIMARY KEY,
          checked_at TEXT NOT NULL,
          run_id INTEGER NOT NULL REFERENCES run(run_id),
          rules TEXT NOT NULL,
          findings INTEGER NOT NULL,
          no_data INTEGER NOT NULL,
          program_version TEXT NOT NULL
        ) STRICT
        ;
INSERT INTO "check_run" VALUES(1,'2026-09-02T16:00:00Z',2,'["ACC-01", "ATT-03", "HW-01", "HW-02", "LSN-01", "LSN-02", "LSN-05", "MRK-01", "MRK-02", "MRK-10"]',0,0,'0.1.0');
INSERT INTO "check_run" VALUES(2,'2026-09-05T16:00:00Z',6,'["ACC-01", "ATT-03", "HW-01", "HW-02", "LSN-01", "LSN-02", "LSN-05", "MRK-01", "MRK-02", "MRK-10"]',3,0,'0.1.0');
CREATE TABLE class_chief (
  "class_id" INTEGER NOT NULL,
  "staff_id" INTEGER NOT NULL,
  seen_from INTEGER NOT NULL REFERENCES run(run_id),
  seen_to INTEGER REFERENCES run(run_id) CHECK (seen_to IS NULL OR seen_to > seen_from),
  missing_from INTEGER REFERENCES run(run_id),
  PRIMARY KEY (class_id, staff_id, seen_from)
) STRICT, WITHOUT ROWID;
INSERT INTO "class_chief" VALUES(70,12,1,NULL,NULL);
CREATE TABLE credential_issue (
  "recipient" TEXT NOT NULL CHECK (recipient IN ('staff', 'student', 'parent')),
  "class_name" TEXT NOT NULL,
  "person" TEXT NOT NULL,
  "issued_on" TEXT NOT NULL,
  "issued_by" TEXT,
  seen_from INTEGER NOT NULL REFERENCES run(run_id),
  seen_to INTEGER REFERENCES run(run_id) CHECK (seen_to IS NULL OR seen_to > seen_from),
  missing_from INTEGER REFERENCES run(run_id),
  PRIMARY KEY (recipient, class_name, person, issued_on, seen_from)
) STRICT, WITHOUT ROWID;
CREATE TABLE drift (
          kind TEXT NOT NULL CHECK (kind IN ('unknown', 'vanished')),
          call TEXT NOT NULL,
          field TEXT NOT NULL,
          first_run INTEGER NOT NULL REFERENCES run(run_id),
          last_run INTEGER NOT NULL REFERENCES run(run_id),
          times INTEGER NOT NULL,
          told_at TEXT,
          PRIMARY KEY (kind, call, field)
        ) STRICT, WITHOUT ROWID
        ;
CREATE TABLE enrolment (
  "class_id" INTEGER NOT NULL,
  "student_id" INTEGER NOT NULL,
  "start" TEXT,
  seen_from INTEGER NOT NULL REFERENCES run(run_id),
  seen_to INTEGER REFERENCES run(run_id) CHECK (seen_to IS NULL OR seen_to > seen_from),
  missing_from INTEGER REFERENCES run(run_id),
  PRIMARY KEY (class_id, student_id, seen_from)
) STRICT, WITHOUT ROWID;
INSERT INTO "enrolment" VALUES(70,1,NULL,1,NULL,NULL);
INSERT INTO "enrolment" VALUES(70,2,NULL,1,NULL,NULL);
CREATE TABLE exam_result (
  "class_name" TEXT NOT NULL,
  "student" TEXT NOT NULL,
  "exam" TEXT NOT NULL CHECK (exam IN ('oge', 'ege', 'gve', 'interview', 'essay', 'interim')),
  "subject" TEXT NOT NULL,
  "held_on" TEXT NOT NULL,
  "mark" INTEGER,
  "passed" INTEGER CHECK (passed IN (1, 0)),
  "score" INTEGER,
  "received" TEXT NOT NULL,
  "informed" TEXT,
  seen_from INTEGER NOT NULL REFERENCES run(run_id),
  seen_to INTEGER REFERENCES run(run_id) CHECK (seen_to IS NULL OR seen_to > seen_from),
  missing_from INTEGER REFERENCES run(run_id),
  PRIMARY KEY (class_name, student, exam, subject, held_on, seen_from)
) STRICT, WITHOUT ROWID;
CREATE TABLE exchange_take (
          run_id INTEGER NOT NULL REFERENCES run(run_id),
          name TEXT NOT NULL,
          read_at TEXT NOT NULL,
          ok INTEGER NOT NULL CHECK (ok IN (0, 1)),
          payload_hash TEXT NOT NULL,
          rows INTEGER NOT NULL,
          changed_rows INTEGER NOT NULL,
          problems INTEGER NOT NULL,
          PRIMARY KEY (run_id, name)
        ) STRICT, WITHOUT ROWID
        ;
INSERT INTO "exchange_take" VALUES(4,'opt_outs','2026-09-03T17:00:00Z',1,'4caadcb154cf4999161c38b2ca465b6455774fe4b84b1f4cc676966b5caeb667',1,1,0);
CREATE TABLE final_mark_date (
  "term" TEXT NOT NULL,
  "class_name" TEXT NOT NULL,
  "due_on" TEXT NOT NULL,
  "order_number" TEXT,
  "order_date" TEXT,
  seen_from INTEGER NOT NULL REFERENCES run(run_id),
  seen_to INTEGER REFERENCES run(run_id) CHECK (seen_to IS NULL OR seen_to > seen_from),
  missing_from INTEGER REFERENCES run(run_id),
  PRIMARY KEY (term, class_name, seen_from)
) STRICT, WITHOUT ROWID;
CREATE TABLE finding (
          id TEXT PRIMARY KEY,
          rule TEXT NOT NULL,
          kind TEXT NOT NULL CHECK (kind IN ('state', 'event')),
          clause TEXT NOT NULL,
          title TEXT NOT NULL,
          severity TEXT NOT NULL CHECK (severity IN ('info', 'warn', 'viol', 'crit')),
          message TEXT NOT NULL,
          recipients TEXT NOT NULL,
          place TEXT NOT NULL,
          class_id INTEGER,
          class_name TEXT NOT NULL,
          subject_name TEXT NOT NULL,
          teacher_ids TEXT NOT NULL,
          status TEXT NOT NULL CHECK (status IN ('open', 'fixed')),
          opened_at TEXT NOT NULL,
          fixed_at TEXT,
          episode INTEGER NOT NULL DEFAULT 1,
          proof TEXT NOT NULL
        ) STRICT, WITHOUT ROWID
        ;
INSERT INTO "finding" VALUES('HW-01-f5f90e743e','HW-01','state','3.5','Нет домашнего задания','viol','7А, Химия, 02.09: нет домашнего задания','["teacher", "deputy"]','{"subject_group_id": 700, "term_id": 1, "lesson_id": 102, "student_id": null, "assignment_id": null}',70,'7А','Химия','[11]','open','2026-09-05T16:00:00Z',NULL,1,'{"read_run": 6, "read_at": "2026-09-05T16:00:00Z", "payload_hash": "71df06c7e82c13cb6a9797636906eef750aba033d8db86158297ea8ecb4ec4ae", "deadline": null, "lower": null, "upper": null, "facts": []}');
INSERT INTO "finding" VALUES('LSN-01-add13c6702','LSN-01','state','4.4','Урок не записан (нет темы)','viol','7А, Химия, 03.09 (1-й урок): тема урока не записана','["teacher", "deputy"]','{"subject_group_id": 700, "term_id": 1, "lesson_id": 103, "student_id": null, "assignment_id": null}',70,'7А','Химия','[11]','open','2026-09-05T16:00:00Z',NULL,1,'{"read_run": 6, "read_at": "2026-09-05T16:00:00Z", "payload_hash": "71df06c7e82c13cb6a9797636906eef750aba033d8db86158297ea8ecb4ec4ae", "deadline": null, "lower": null, "upper": null, "facts": []}');
INSERT INTO "finding" VALUES('MRK-01-99dfe435c0','MRK-01','state','3.5','Ученик без отметок','viol','7А, Химия: Петрова А. — ни одной отметки за 3 урока (1 четверть)','["teacher", "class_teacher", "deputy"]','{"subject_group_id": 700, "term_id": 1, "lesson_id": null, "student_id": 2, "assignment_id": null}',70,'7А','Химия','[11]','open','2026-09-05T16:00:00Z',NULL,1,'{"read_run": 6, "read_at": "2026-09-05T16:00:00Z", "payload_hash": "71df06c7e82c13cb6a9797636906eef750aba033d8db86158297ea8ecb4ec4ae", "deadline": null, "lower": null, "upper": null, "facts": [["Уроков проведено", "3"], ["Из них посещено", "3"], ["Отметок", "0"]]}');
CREATE TABLE group_student (
  "subject_group_id" INTEGER NOT NULL,
  "term_id" INTEGER NOT NULL,
  "student_id" INTEGER NOT NULL,
  seen_from INTEGER NOT NULL REFERENCES run(run_id),
  seen_to INTEGER REFERENCES run(run_id) CHECK (seen_to IS NULL OR seen_to > seen_from),
  missing_from INTEGER REFERENCES run(run_id),
  PRIMARY KEY (subject_group_id, term_id, student_id, seen_from)
) STRICT, WITHOUT ROWID;
INSERT INTO "group_student" VALUES(700,1,1,1,NULL,NULL);
INSERT INTO "group_student" VALUES(700,1,2,1,NULL,NULL);
CREATE TABLE journal_access (
  "class_id" INTEGER NOT NULL,
  "month" INTEGER NOT NULL,
  "subject_name" TEXT NOT NULL,
  "at" TEXT NOT NULL,
  "user_name" TEXT NOT NULL,
  "lesson_date" TEXT NOT NULL,
  "term_name" TEXT NOT NULL,
  "action" TEXT NOT NULL,
  "times" INTEGER NOT NULL,
  seen_from INTEGER NOT NULL REFERENCES run(run_id),
  seen_to INTEGER REFERENCES run(run_id) CHECK (seen_to IS NULL OR seen_to > seen_from),
  missing_from INTEGER REFERENCES run(run_id),
  PRIMARY KEY (class_id, month, subject_name, at, user_name, lesson_date, term_name, action, seen_from)
) STRICT, WITHOUT ROWID;
CREATE TABLE lesson (
  "subject_group_id" INTEGER NOT NULL,
  "term_id" INTEGER NOT NULL,
  "lesson_id" INTEGER NOT NULL,
  "date" TEXT NOT NULL,
  "slot" INTEGER NOT NULL,
  "topic" TEXT,
  seen_from INTEGER NOT NULL REFERENCES run(run_id),
  seen_to INTEGER REFERENCES run(run_id) CHECK (seen_to IS NULL OR seen_to > seen_from),
  missing_from INTEGER REFERENCES run(run_id),
  PRIMARY KEY (subject_group_id, term_id, lesson_id, seen_from)
) STRICT, WITHOUT ROWID;
INSERT INTO "lesson" VALUES(700,1,101,'2026-09-01',1,'Атомы',1,NULL,NULL);
INSERT INTO "lesson" VALUES(700,1,102,'2026-09-02',1,NULL,1,2,NULL);
INSERT INTO "lesson" VALUES(700,1,102,'2026-09-02',1,'Молекулы',2,NULL,NULL);
INSERT INTO "lesson" VALUES(700,1,103,'2026-09-03',1,NULL,1,NULL,8);
CREATE TABLE local_act (
  "title" TEXT NOT NULL,
  "number" TEXT NOT NULL,
  "issued_on" TEXT NOT NULL,
  "clause" TEXT NOT NULL,
  "kind" TEXT NOT NULL CHECK (kind IN ('regulation', 'rules', 'order', 'instruction', 'schedule', 'other')),
  "rules" TEXT,
  "appointed" TEXT,
  "ends_on" TEXT,
  seen_from INTEGER NOT NULL REFERENCES run(run_id),
  seen_to INTEGER REFERENCES run(run_id) CHECK (seen_to IS NULL OR seen_to > seen_from),
  missing_from INTEGER REFERENCES run(run_id),
  PRIMARY KEY (title, number, issued_on, clause, seen_from)
) STRICT, WITHOUT ROWID;
CREATE TABLE mark (
  "subject_group_id" INTEGER NOT NULL,
  "term_id" INTEGER NOT NULL,
  "student_id" INTEGER NOT NULL,
  "assignment_id" INTEGER NOT NULL,
  "lesson_id" INTEGER NOT NULL,
  "value" INTEGER CHECK (value BETWEEN 1 AND 5),
  "duty" INTEGER NOT NULL CHECK (duty IN (0, 1)),
  "raw" TEXT,
  seen_from INTEGER NOT NULL REFERENCES run(run_id),
  seen_to INTEGER REFERENCES run(run_id) CHECK (seen_to IS NULL OR seen_to > seen_from),
  missing_from INTEGER REFERENCES run(run_id),
  PRIMARY KEY (subject_group_id, term_id, student_id, assignment_id, lesson_id, seen_from)
) STRICT, WITHOUT ROWID;
INSERT INTO "mark" VALUES(700,1,1,9001,101,2,0,NULL,1,2,NULL);
INSERT INTO "mark" VALUES(700,1,1,9001,101,4,0,NULL,2,NULL,NULL);
INSERT INTO "mark" VALUES(700,1,2,9002,102,5,0,NULL,2,6,5);
INSERT INTO "mark" VALUES(700,1,2,9002,102,5,0,NULL,7,NULL,NULL);
CREATE TABLE opt_out (
  "class_name" TEXT NOT NULL,
  "student" TEXT NOT NULL,
  "applied_on" TEXT NOT NULL,
  "channel" TEXT CHECK (channel IN ('in_person', 'by_student', 'post', 'email')),
  "contact_known" INTEGER CHECK (contact_known IN (1, 0)),
  "last_issued_on" TEXT,
  "withdrawn_on" TEXT,
  seen_from INTEGER NOT NULL REFERENCES run(run_id),
  seen_to INTEGER REFERENCES run(run_id) CHECK (seen_to IS NULL OR seen_to > seen_from),
  missing_from INTEGER REFERENCES run(run_id),
  PRIMARY KEY (class_name, student, applied_on, seen_from)
) STRICT, WITHOUT ROWID;
INSERT INTO "opt_out" VALUES('7А','Иванов Иван Петрович','2026-09-05','in_person',NULL,NULL,NULL,4,NULL,NULL);
CREATE TABLE planned_lesson (
  "class_name" TEXT NOT NULL,
  "subject" TEXT NOT NULL,
  "group_name" TEXT NOT NULL,
  "number" INTEGER NOT NULL,
  "topic" TEXT NOT NULL,
  "planned_on" TEXT,
  "work" TEXT CHECK (work IN ('control', 'assessment', 'laboratory', 'practical', 'speech')),
  "hours" REAL,
  seen_from INTEGER NOT NULL REFERENCES run(run_id),
  seen_to INTEGER REFERENCES run(run_id) CHECK (seen_to IS NULL OR seen_to > seen_from),
  missing_from INTEGER REFERENCES run(run_id),
  PRIMARY KEY (class_name, subject, group_name, number, seen_from)
) STRICT, WITHOUT ROWID;
CREATE TABLE run (
  run_id INTEGER PRIMARY KEY,
  started_at TEXT NOT NULL,
  finished_at TEXT,
  status TEXT NOT NULL CHECK (status IN ('running', 'done', 'partial', 'failed', 'interrupted')),
  resumes INTEGER REFERENCES run(run_id),
  program_version TEXT NOT NULL,
  error TEXT
) STRICT;
INSERT INTO "run" VALUES(1,'2026-09-01T16:00:00Z','2026-09-01T16:00:00Z','done',NULL,'0.1.0',NULL);
INSERT INTO "run" VALUES(2,'2026-09-02T16:00:00Z','2026-09-02T16:00:00Z','done',NULL,'0.1.0',NULL);
INSERT INTO "run" VALUES(3,'2026-09-03T16:00:00Z','2026-09-03T16:00:00Z','partial',NULL,'0.1.0',NULL);
INSERT INTO "run" VALUES(4,'2026-09-03T17:00:00Z','2026-09-03T17:00:00Z','done',NULL,'0.1.0',NULL);
INSERT INTO "run" VALUES(5,'2026-09-04T16:00:00Z','2026-09-04T16:00:00Z','done',NULL,'0.1.0',NULL);
INSERT INTO "run" VALUES(6,'2026-09-05T16:00:00Z','2026-09-05T16:00:00Z','done',NULL,'0.1.0',NULL);
INSERT INTO "run" VALUES(7,'2026-09-06T16:00:00Z','2026-09-06T16:00:00Z','done',NULL,'0.1.0',NULL);
INSERT INTO "run" VALUES(8,'2026-09-07T16:00:00Z','2026-09-07T16:00:00Z','done',NULL,'0.1.0',NULL);
CREATE TABLE school (
  "school_id" INTEGER NOT NULL,
  "name" TEXT NOT NULL,
  seen_from INTEGER NOT NULL REFERENCES run(run_id),
  seen_to INTEGER REFERENCES run(run_id) CHECK (seen_to IS NULL OR seen_to > seen_from),
  missing_from INTEGER REFERENCES run(run_id),
  PRIMARY KEY (school_id, seen_from)
) STRICT, WITHOUT ROWID;
INSERT INTO "school" VALUES(1,'МБОУ «СОШ № 0»',1,NULL,NULL);
CREATE TABLE school_class (
  "class_id" INTEGER NOT NULL,
  "name" TEXT NOT NULL,
  "grade" INTEGER NOT NULL,
  seen_from INTEGER NOT NULL REFERENCES run(run_id),
  seen_to INTEGER REFERENCES run(run_id) CHECK (seen_to IS NULL OR seen_to > seen_from),
  missing_from INTEGER REFERENCES run(run_id),
  PRIMARY KEY (class_id, seen_from)
) STRICT, WITHOUT ROWID;
INSERT INTO "school_class" VALUES(70,'7А',7,1,NULL,NULL);
CREATE TABLE school_year (
  "school_year_id" INTEGER NOT NULL,
  "name" TEXT NOT NULL,
  "start" TEXT NOT NULL,
  "end" TEXT NOT NULL,
  "closed" INTEGER NOT NULL CHECK (closed IN (0, 1)),
  seen_from INTEGER NOT NULL REFERENCES run(run_id),
  seen_to INTEGER REFERENCES run(run_id) CHECK (seen_to IS NULL OR seen_to > seen_from),
  missing_from INTEGER REFERENCES run(run_id),
  PRIMARY KEY (school_year_id, seen_from)
) STRICT, WITHOUT ROWID;
INSERT INTO "school_year" VALUES(1,'2026/2027','2026-09-01','2027-08-31',0,1,NULL,NULL);
CREATE TABLE scope_read (
  run_id INTEGER NOT NULL REFERENCES run(run_id),
  scope TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('dictionaries', 'roster', 'journal', 'journal_access')),
  class_id INTEGER,
  subject_group_id INTEGER,
  term_id INTEGER,
  started_at TEXT NOT NULL,
  finished_at TEXT NOT NULL,
  ok INTEGER NOT NULL CHECK (ok IN (0, 1)),
  payload_hash TEXT,
  changed_rows INTEGER NOT NULL DEFAULT 0,
  error TEXT,
  PRIMARY KEY (run_id, scope)
) STRICT, WITHOUT ROWID;
INSERT INTO "scope_read" VALUES(1,'dictionaries','dictionaries',NULL,NULL,NULL,'2026-09-01T16:00:00Z','2026-09-01T16:00:00Z',1,'cc480306537560b1795e6ac2808e0aa4eb3971a416ae132c43af2d065e36742b',13,NULL);
INSERT INTO "scope_read" VALUES(1,'journal:700:1','journal',NULL,700,1,'2026-09-01T16:00:00Z','2026-09-01T16:00:00Z',1,'945851c05315d58ab7cb88f2c78608a8d1c0ea86cb6686f7bea4e315bbbe8af2',9,NULL);
INSERT INTO "scope_read" VALUES(1,'roster:70','roster',70,NULL,NULL,'2026-09-01T16:00:00Z','2026-09-01T16:00:00Z',1,'da571a2512d23c0916798654758c5cdf0dbdf3f0c9810c12260b81713f326016',4,NULL);
INSERT INTO "scope_read" VALUES(2,'dictionaries','dictionaries',NULL,NULL,NULL,'2026-09-02T16:00:00Z','2026-09-02T16:00:00Z',1,'cc480306537560b1795e6ac2808e0aa4eb3971a416ae132c43af2d065e36742b',0,NULL);
INSERT INTO "scope_read" VALUES(2,'journal:700:1','journal',NULL,700,1,'2026-09-02T16:00:00Z','2026-09-02T16:00:00Z',1,'1958ff37f2a1ee2427d2a3c52b1d23fbc00cc56dcded43b51e36309d646d1794',4,NULL);
INSERT INTO "scope_read" VALUES(2,'roster:70','roster',70,NULL,NULL,'2026-09-02T16:00:00Z','2026-09-02T16:00:00Z',1,'da571a2512d23c0916798654758c5cdf0dbdf3f0c9810c12260b81713f326016',0,NULL);
INSERT INTO "scope_read" VALUES(3,'dictionaries','dictionaries',NULL,NULL,NULL,'2026-09-03T16:00:00Z','2026-09-03T16:00:00Z',1,'cc480306537560b1795e6ac2808e0aa4eb3971a416ae132c43af2d065e36742b',0,NULL);
INSERT INTO "scope_read" VALUES(3,'journal:700:1','journal',NULL,700,1,'2026-09-03T16:00:00Z','2026-09-03T16:00:00Z',0,NULL,0,'нет поля');
INSERT INTO "scope_read" VALUES(3,'roster:70','roster',70,NULL,NULL,'2026-09-03T16:00:00Z','2026-09-03T16:00:00Z',1,'da571a2512d23c0916798654758c5cdf0dbdf3f0c9810c12260b81713f326016',0,NULL);
INSERT INTO "scope_read" VALUES(5,'dictionaries','dictionaries',NULL,NULL,NULL,'2026-09-04T16:00:00Z','2026-09-04T16:00:00Z',1,'cc480306537560b1795e6ac2808e0aa4eb3971a416ae132c43af2d065e36742b',0,NULL);
INSERT INTO "scope_read" VALUES(5,'journal:700:1','journal',NULL,700,1,'2026-09-04T16:00:00Z','2026-09-04T16:00:00Z',1,'71df06c7e82c13cb6a9797636906eef750aba033d8db86158297ea8ecb4ec4ae',2,NULL);
INSERT INTO "scope_read" VALUES(5,'roster:70','roster',70,NULL,NULL,'2026-09-04T16:00:00Z','2026-09-04T16:00:00Z',1,'da571a2512d23c0916798654758c5cdf0dbdf3f0c9810c12260b81713f326016',0,NULL);
INSERT INTO "scope_read" VALUES(6,'dictionaries','dictionaries',NULL,NULL,NULL,'2026-09-05T16:00:00Z','2026-09-05T16:00:00Z',1,'cc480306537560b1795e6ac2808e0aa4eb3971a416ae132c43af2d065e36742b',0,NULL);
INSERT INTO "scope_read" VALUES(6,'journal:700:1','journal',NULL,700,1,'2026-09-05T16:00:00Z','2026-09-05T16:00:00Z',1,'71df06c7e82c13cb6a9797636906eef750aba033d8db86158297ea8ecb4ec4ae',2,NULL);
INSERT INTO "scope_read" VALUES(6,'roster:70','roster',70,NULL,NULL,'2026-09-05T16:00:00Z','2026-09-05T16:00:00Z',1,'da571a2512d23c0916798654758c5cdf0dbdf3f0c9810c12260b81713f326016',0,NULL);
INSERT INTO "scope_read" VALUES(7,'dictionaries','dictionaries',NULL,NULL,NULL,'2026-09-06T16:00:00Z','2026-09-06T16:00:00Z',1,'cc480306537560b1795e6ac2808e0aa4eb3971a416ae132c43af2d065e36742b',0,NULL);
INSERT INTO "scope_read" VALUES(7,'journal:700:1','journal',NULL,700,1,'2026-09-06T16:00:00Z','2026-09-06T16:00:00Z',1,'0723ad56ac3f783165614be2863a3ccfefbb6c60b9fcb90d0f81173e6a92d138',1,NULL);
INSERT INTO "scope_read" VALUES(7,'roster:70','roster',70,NULL,NULL,'2026-09-06T16:00:00Z','2026-09-06T16:00:00Z',1,'da571a2512d23c0916798654758c5cdf0dbdf3f0c9810c12260b81713f326016',0,NULL);
INSERT INTO "scope_read" VALUES(8,'dictionaries','dictionaries',NULL,NULL,NULL,'2026-09-07T16:00:00Z','2026-09-07T16:00:00Z',1,'cc480306537560b1795e6ac2808e0aa4eb3971a416ae132c43af2d065e36742b',0,NULL);
INSERT INTO "scope_read" VALUES(8,'journal:700:1','journal',NULL,700,1,'2026-09-07T16:00:00Z','2026-09-07T16:00:00Z',1,'1758b0e7937b40214575075a01c5db9d47a57a5384d2f03ffbba556380fcf4ba',1,NULL);
INSERT INTO "scope_read" VALUES(8,'roster:70','roster',70,NULL,NULL,'2026-09-07T16:00:00Z','2026-09-07T16:00:00Z',1,'da571a2512d23c0916798654758c5cdf0dbdf3f0c9810c12260b81713f326016',0,NULL);
CREATE TABLE staff (
  "staff_id" INTEGER NOT NULL,
  "name" TEXT NOT NULL,
  seen_from INTEGER NOT NULL REFERENCES run(run_id),
  seen_to INTEGER REFERENCES run(run_id) CHECK (seen_to IS NULL OR seen_to > seen_from),
  missing_from INTEGER REFERENCES run(run_id),
  PRIMARY KEY (staff_id, seen_from)
) STRICT, WITHOUT ROWID;
INSERT INTO "staff" VALUES(11,'Учебнова Елена Петровна',1,NULL,NULL);
INSERT INTO "staff" VALUES(12,'Примерова Вера Петровна',1,NULL,NULL);
CREATE TABLE student (
  "student_id" INTEGER NOT NULL,
  "name" TEXT NOT NULL,
  seen_from INTEGER NOT NULL REFERENCES run(run_id),
  seen_to INTEGER REFERENCES run(run_id) CHECK (seen_to IS NULL OR seen_to > seen_from),
  missing_from INTEGER REFERENCES run(run_id),
  PRIMARY KEY (student_id, seen_from)
) STRICT, WITHOUT ROWID;
INSERT INTO "student" VALUES(1,'Иванов Иван Петрович',1,NULL,NULL);
INSERT INTO "student" VALUES(2,'Петрова Анна',1,NULL,NULL);
CREATE TABLE subject_group (
  "subject_group_id" INTEGER NOT NULL,
  "name" TEXT NOT NULL,
  "class_id" INTEGER NOT NULL,
  "subject_id" INTEGER NOT NULL,
  "subject_name" TEXT NOT NULL,
  "grading" TEXT NOT NULL CHECK (grading IN ('marks', 'not_rated')),
  "individual_plan" INTEGER NOT NULL CHECK (individual_plan IN (0, 1)),
  "extracurricular" INTEGER NOT NULL CHECK (extracurricular IN (0, 1)),
  seen_from INTEGER NOT NULL REFERENCES run(run_id),
  seen_to INTEGER REFERENCES run(run_id) CHECK (seen_to IS NULL OR seen_to > seen_from),
  missing_from INTEGER REFERENCES run(run_id),
  PRIMARY KEY (subject_group_id, seen_from)
) STRICT, WITHOUT ROWID;
INSERT INTO "subject_group" VALUES(700,'Химия',70,14,'Химия','marks',0,0,1,NULL,NULL);
CREATE TABLE subject_group_teacher (
  "subject_group_id" INTEGER NOT NULL,
  "staff_id" INTEGER NOT NULL,
  seen_from INTEGER NOT NULL REFERENCES run(run_id),
  seen_to INTEGER REFERENCES run(run_id) CHECK (seen_to IS NULL OR seen_to > seen_from),
  missing_from INTEGER REFERENCES run(run_id),
  PRIMARY KEY (subject_group_id, staff_id, seen_from)
) STRICT, WITHOUT ROWID;
INSERT INTO "subject_group_teacher" VALUES(700,11,1,NULL,NULL);
CREATE TABLE subject_group_term (
  "subject_group_id" INTEGER NOT NULL,
  "term_id" INTEGER NOT NULL,
  seen_from INTEGER NOT NULL REFERENCES run(run_id),
  seen_to INTEGER REFERENCES run(run_id) CHECK (seen_to IS NULL OR seen_to > seen_from),
  missing_from INTEGER REFERENCES run(run_id),
  PRIMARY KEY (subject_group_id, term_id, seen_from)
) STRICT, WITHOUT ROWID;
INSERT INTO "subject_group_term" VALUES(700,1,1,NULL,NULL);
CREATE TABLE substitution (
  "held_on" TEXT NOT NULL,
  "slot" INTEGER NOT NULL,
  "class_name" TEXT NOT NULL,
  "group_name" TEXT NOT NULL,
  "subject" TEXT NOT NULL,
  "absent" TEXT NOT NULL,
  "substitute" TEXT NOT NULL,
  seen_from INTEGER NOT NULL REFERENCES run(run_id),
  seen_to INTEGER REFERENCES run(run_id) CHECK (seen_to IS NULL OR seen_to > seen_from),
  missing_from INTEGER REFERENCES run(run_id),
  PRIMARY KEY (held_on, slot, class_name, group_name, seen_from)
) STRICT, WITHOUT ROWID;
CREATE TABLE term (
  "term_id" INTEGER NOT NULL,
  "name" TEXT NOT NULL,
  "kind" TEXT NOT NULL CHECK (kind IN ('quarter', 'trimester', 'half_year')),
  "start" TEXT NOT NULL,
  "end" TEXT NOT NULL,
  seen_from INTEGER NOT NULL REFERENCES run(run_id),
  seen_to INTEGER REFERENCES run(run_id) CHECK (seen_to IS NULL OR seen_to > seen_from),
  missing_from INTEGER REFERENCES run(run_id),
  PRIMARY KEY (term_id, seen_from)
) STRICT, WITHOUT ROWID;
INSERT INTO "term" VALUES(1,'1 четверть','quarter','2026-09-01','2026-10-23',1,NULL,NULL);
CREATE TABLE user_activity (
  "user" TEXT NOT NULL CHECK (user IN ('staff', 'student', 'parent')),
  "class_name" TEXT NOT NULL,
  "person" TEXT NOT NULL,
  "period_start" TEXT NOT NULL,
  "period_end" TEXT NOT NULL,
  "logins" INTEGER NOT NULL,
  "active_days" INTEGER,
  "last_login" TEXT,
  "enabled" INTEGER CHECK (enabled IN (1, 0)),
  seen_from INTEGER NOT NULL REFERENCES run(run_id),
  seen_to INTEGER REFERENCES run(run_id) CHECK (seen_to IS NULL OR seen_to > seen_from),
  missing_from INTEGER REFERENCES run(run_id),
  PRIMARY KEY (user, class_name, person, period_start, period_end, seen_from)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX "idx__sqlite_migrations_migration_set_name"
    ON "_sqlite_migrations" ("migration_set", "name");
CREATE VIEW current_school AS SELECT "school_id", "name", seen_from, missing_from FROM school WHERE seen_to IS NULL;
CREATE VIEW current_school_year AS SELECT "school_year_id", "name", "start", "end", "closed", seen_from, missing_from FROM school_year WHERE seen_to IS NULL;
CREATE VIEW current_term AS SELECT "term_id", "name", "kind", "start", "end", seen_from, missing_from FROM term WHERE seen_to IS NULL;
CREATE VIEW current_staff AS SELECT "staff_id", "name", seen_from, missing_from FROM staff WHERE seen_to IS NULL;
CREATE VIEW current_school_class AS SELECT "class_id", "name", "grade", seen_from, missing_from FROM school_class WHERE seen_to IS NULL;
CREATE VIEW current_class_chief AS SELECT "class_id", "staff_id", seen_from, missing_from FROM class_chief WHERE seen_to IS NULL;
CREATE VIEW current_assignment_type AS SELECT "type_id", "name", "abbr", seen_from, missing_from FROM assignment_type WHERE seen_to IS NULL;
CREATE VIEW current_subject_group AS SELECT "subject_group_id", "name", "class_id", "subject_id", "subject_name", "grading", "individual_plan", "extracurricular", seen_from, missing_from FROM subject_group WHERE seen_to IS NULL;
CREATE VIEW current_subject_group_teacher AS SELECT "subject_group_id", "staff_id", seen_from, missing_from FROM subject_group_teacher WHERE seen_to IS NULL;
CREATE VIEW current_subject_group_term AS SELECT "subject_group_id", "term_id", seen_from, missing_from FROM subject_group_term WHERE seen_to IS NULL;
CREATE VIEW current_student AS SELECT "student_id", "name", seen_from, missing_from FROM student WHERE seen_to IS NULL;
CREATE VIEW current_enrolment AS SELECT "class_id", "student_id", "start", seen_from, missing_from FROM enrolment WHERE seen_to IS NULL;
CREATE VIEW current_group_student AS SELECT "subject_group_id", "term_id", "student_id", seen_from, missing_from FROM group_student WHERE seen_to IS NULL;
CREATE VIEW current_lesson AS SELECT "subject_group_id", "term_id", "lesson_id", "date", "slot", "topic", seen_from, missing_from FROM lesson WHERE seen_to IS NULL;
CREATE VIEW current_assignment AS SELECT "subject_group_id", "term_id", "assignment_id", "type_id", "homework", "lesson_id", "given_at_lesson_id", "text", "weight", seen_from, missing_from FROM assignment WHERE seen_to IS NULL;
CREATE VIEW current_mark AS SELECT "subject_group_id", "term_id", "student_id", "assignment_id", "lesson_id", "value", "duty", "raw", seen_from, missing_from FROM mark WHERE seen_to IS NULL;
CREATE VIEW current_attendance AS SELECT "subject_group_id", "term_id", "student_id", "lesson_id", "code", "raw", seen_from, missing_from FROM attendance WHERE seen_to IS NULL;
CREATE VIEW current_journal_access AS SELECT "class_id", "month", "subject_name", "at", "user_name", "lesson_date", "term_name", "action", "times", seen_from, missing_from FROM journal_access WHERE seen_to IS NULL;
CREATE INDEX scope_read_by_scope ON scope_read (scope, run_id);
CREATE INDEX scope_read_by_journal ON scope_read (subject_group_id, term_id, run_id);
CREATE VIEW current_planned_lesson AS SELECT "class_name", "subject", "group_name", "number", "topic", "planned_on", "work", "hours", seen_from, missing_from FROM planned_lesson WHERE seen_to IS NULL;
CREATE VIEW current_substitution AS SELECT "held_on", "slot", "class_name", "group_name", "subject", "absent", "substitute", seen_from, missing_from FROM substitution WHERE seen_to IS NULL;
CREATE VIEW current_exam_result AS SELECT "class_name", "student", "exam", "subject", "held_on", "mark", "passed", "score", "received", "informed", seen_from, missing_from FROM exam_result WHERE seen_to IS NULL;
CREATE VIEW current_opt_out AS SELECT "class_name", "student", "applied_on", "channel", "contact_known", "last_issued_on", "withdrawn_on", seen_from, missing_from FROM opt_out WHERE seen_to IS NULL;
CREATE VIEW current_credential_issue AS SELECT "recipient", "class_name", "person", "issued_on", "issued_by", seen_from, missing_from FROM credential_issue WHERE seen_to IS NULL;
CREATE VIEW current_user_activity AS SELECT "user", "class_name", "person", "period_start", "period_end", "logins", "active_days", "last_login", "enabled", seen_from, missing_from FROM user_activity WHERE seen_to IS NULL;
CREATE VIEW current_final_mark_date AS SELECT "term", "class_name", "due_on", "order_number", "order_date", seen_from, missing_from FROM final_mark_date WHERE seen_to IS NULL;
CREATE VIEW current_local_act AS SELECT "title", "number", "issued_on", "clause", "kind", "rules", "appointed", "ends_on", seen_from, missing_from FROM local_act WHERE seen_to IS NULL;
CREATE INDEX finding_by_status ON finding (status, rule);
COMMIT;
