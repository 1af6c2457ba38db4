"""The nine files of the exchange folder, each declared once."""

from collections.abc import Mapping
from datetime import timedelta
from enum import Enum

from netcity_sync.adapters.exchange.spec import YES_NO, Field, FileSpec, Kind
from netcity_sync.adapters.source import Capability
from netcity_sync.model import (
    ActKind,
    Channel,
    CredentialIssue,
    EnrolmentOrder,
    Entity,
    ExamKind,
    ExamResult,
    FinalMarkDate,
    LocalAct,
    MovementKind,
    OptOut,
    PlannedLesson,
    Substitution,
    UserActivity,
    UserKind,
    WorkKind,
)

_WORKS: Mapping[Enum | bool, str] = {
    WorkKind.CONTROL: "контрольная работа",
    WorkKind.ASSESSMENT: "проверочная работа",
    WorkKind.LABORATORY: "лабораторная работа",
    WorkKind.PRACTICAL: "практическая работа",
    WorkKind.SPEECH: "развитие речи",
}
_EXAMS: Mapping[Enum | bool, str] = {
    ExamKind.OGE: "ОГЭ",
    ExamKind.EGE: "ЕГЭ",
    ExamKind.GVE: "ГВЭ",
    ExamKind.INTERVIEW: "итоговое собеседование",
    ExamKind.ESSAY: "итоговое сочинение",
    ExamKind.INTERIM: "промежуточная аттестация",
}
_PASSED: Mapping[Enum | bool, str] = {True: "зачёт", False: "незачёт"}
_CHANNELS: Mapping[Enum | bool, str] = {
    Channel.IN_PERSON: "лично родителю",
    Channel.BY_STUDENT: "через ученика",
    Channel.POST: "по почте",
    Channel.EMAIL: "на электронную почту",
}
_USERS: Mapping[Enum | bool, str] = {
    UserKind.STAFF: "сотрудник",
    UserKind.STUDENT: "ученик",
    UserKind.PARENT: "родитель",
}
_ENABLED: Mapping[Enum | bool, str] = {True: "действует", False: "заблокирована"}
_ACTS: Mapping[Enum | bool, str] = {
    ActKind.REGULATION: "положение",
    ActKind.RULES: "регламент",
    ActKind.ORDER: "приказ",
    ActKind.INSTRUCTION: "инструкция",
    ActKind.SCHEDULE: "график",
    ActKind.OTHER: "другое",
}

_MOVEMENTS: Mapping[Enum | bool, str] = {
    MovementKind.ARRIVED: "прибытие",
    MovementKind.LEFT: "выбытие",
    MovementKind.MOVED: "перевод",
}

_YEAR = timedelta(days=366)


def _class_name(hint: str = "Как в журнале.", *, required: bool = True) -> Field:
    return Field("class_name", "Класс", Kind.CLASS, hint, "7А", required=required, key=True)


def _subject(hint: str = "Как в журнале.", *, key: bool = True) -> Field:
    return Field("subject", "Предмет", Kind.TEXT, hint, "Алгебра", required=True, key=key)


def _group() -> Field:
    hint = "Подгруппа, как она названа в журнале; пусто — весь класс."
    return Field("group_name", "Группа", Kind.TEXT, hint, key=True, aliases=("Подгруппа",))


def _student() -> Field:
    return Field(
        "student", "Ученик", Kind.PERSON, "Фамилия, имя и отчество, как в списке класса.", "Иванова Мария Петровна",
        required=True, key=True, aliases=("ФИО", "ФИО ученика", "Обучающийся"),
    )  # fmt: skip


def _person() -> Field:
    return Field(
        "person", "Кто", Kind.PERSON, "Сотрудник или ученик; для родителя — его ребёнок, имя родителя не нужно.",
        "Иванова Мария Петровна", required=True, key=True, aliases=("ФИО", "Фамилия, имя, отчество"),
    )  # fmt: skip


def _informed_after_received(row: Entity) -> tuple[str, str] | None:
    if isinstance(row, ExamResult) and row.informed is not None and row.informed.date() < row.received.date():
        return "informed", "доведён раньше, чем получен"
    return None


def _received_after_exam(row: Entity) -> tuple[str, str] | None:
    if isinstance(row, ExamResult) and row.received.date() < row.held_on:
        return "received", "получен раньше, чем проведён экзамен"
    return None


def _some_result(row: Entity) -> tuple[str, str] | None:
    if isinstance(row, ExamResult) and row.mark is None and row.passed is None and row.score is None:
        return "mark", "нет ни отметки, ни зачёта, ни балла"
    return None


def _withdrawn_after_applied(row: Entity) -> tuple[str, str] | None:
    if isinstance(row, OptOut) and row.withdrawn_on is not None and row.withdrawn_on < row.applied_on:
        return "withdrawn_on", "отозвано раньше, чем подано"
    return None


def _issued_after_applied(row: Entity) -> tuple[str, str] | None:
    if isinstance(row, OptOut) and row.last_issued_on is not None and row.last_issued_on < row.applied_on:
        return "last_issued_on", "выдана раньше, чем подано заявление"
    return None


def _families_have_a_class(row: Entity) -> tuple[str, str] | None:
    if isinstance(row, CredentialIssue) and row.recipient is not UserKind.STAFF and not row.class_name:
        return "class_name", "для ученика и родителя нужен класс"
    if isinstance(row, UserActivity) and row.user is not UserKind.STAFF and not row.class_name:
        return "class_name", "для ученика и родителя нужен класс"
    return None


def _period_in_order(row: Entity) -> tuple[str, str] | None:
    if isinstance(row, UserActivity) and row.period_end < row.period_start:
        return "period_end", "конец периода раньше начала"
    return None


def _another_person(row: Entity) -> tuple[str, str] | None:
    if isinstance(row, Substitution) and row.absent.casefold() == row.substitute.casefold():
        return "substitute", "замещает тот же, кого замещают"
    return None


def _moves_to_another_class(row: Entity) -> tuple[str, str] | None:
    if not isinstance(row, EnrolmentOrder):
        return None
    if row.kind is not MovementKind.MOVED:
        return ("new_class", "нужен только при переводе, иначе оставьте пустым") if row.new_class else None
    if row.new_class is None:
        return "new_class", "при переводе нужен новый класс"
    return ("new_class", "переведён в тот же класс") if row.new_class == row.class_name else None


def _order_near_its_movement(row: Entity) -> tuple[str, str] | None:
    if isinstance(row, EnrolmentOrder) and row.order_date is not None and abs(row.order_date - row.moved_on) > _YEAR:
        return "order_date", "приказ больше чем на год раньше или позже движения"
    return None


PLAN = FileSpec(
    Capability.PLAN, "planned_lesson", "КТП",
    "Календарно-тематическое планирование: строка — урок. По нему видно отставание, число контрольных и лабораторных.",
    PlannedLesson,
    (
        _class_name(),
        _subject(),
        _group(),
        Field("number", "№ урока", Kind.INTEGER, "Номер урока по плану, с начала года.", "12", required=True, key=True,
              aliases=("№", "№ п/п", "Номер урока"), low=1, high=1000),
        Field("topic", "Тема", Kind.TEXT, "Тема урока.", "Линейные уравнения", required=True, aliases=("Тема урока",)),
        Field("planned_on", "Дата по плану", Kind.DATE, "Когда урок запланирован; можно не указывать.", "05.10.2026",
              aliases=("Дата", "Дата план")),
        Field("work", "Вид работы", Kind.CHOICE, "Только если на уроке такая работа.", "контрольная работа",
              choices=_WORKS),
        Field("hours", "Часов", Kind.NUMBER, "Сколько часов занимает; пусто — один.", "1",
              aliases=("Кол-во часов", "Количество часов"), high=20),
    ),
)  # fmt: skip

SUBSTITUTIONS = FileSpec(
    Capability.SUBSTITUTIONS, "substitution", "Замены",
    "Замены уроков: строка — урок, который дал другой учитель. Причину замены не указывайте, она не хранится.",
    Substitution,
    (
        Field("held_on", "Дата", Kind.DATE, "День урока.", "05.10.2026", required=True, key=True),
        Field("slot", "Урок", Kind.INTEGER, "Который по счёту урок дня.", "3", required=True, key=True,
              aliases=("№ урока", "Номер урока"), high=15),
        _class_name(),
        _group(),
        _subject("Какой предмет был на уроке.", key=False),
        Field("absent", "Кого замещают", Kind.PERSON, "Учитель по расписанию.", "Учебнова Елена Петровна",
              required=True, aliases=("Отсутствует",)),
        Field("substitute", "Кто замещает", Kind.PERSON, "Учитель, который дал урок.", "Примерова Вера Петровна",
              required=True, aliases=("Замещает", "Замещающий")),
    ),
    (_another_person,),
)  # fmt: skip

EXAM_RESULTS = FileSpec(
    Capability.EXAM_RESULTS, "exam_result", "Результаты экзаменов",
    "Результаты экзаменов и аттестации: когда школа их получила и когда довела до семьи (пункт 8.4: не позже суток).",
    ExamResult,
    (
        _class_name(),
        _student(),
        Field("exam", "Экзамен", Kind.CHOICE, "Вид экзамена.", "ОГЭ", required=True, key=True, choices=_EXAMS,
              aliases=("Вид экзамена",)),
        _subject("Предмет экзамена."),
        Field("held_on", "Дата экзамена", Kind.DATE, "День экзамена.", "02.06.2027", required=True, key=True,
              aliases=("Дата",)),
        Field("mark", "Отметка", Kind.INTEGER, "Если экзамен оценён отметкой.", "4", low=2, high=5,
              aliases=("Оценка",)),
        Field("passed", "Зачёт", Kind.CHOICE, "Если экзамен оценён зачётом.", choices=_PASSED),
        Field("score", "Балл", Kind.INTEGER, "Если экзамен оценён баллами.", "19", high=400, aliases=("Баллы",)),
        Field("received", "Получен школой", Kind.MOMENT, "Когда школа узнала результат; без времени — весь день.",
              "15.06.2027 10:00", required=True, aliases=("Получен",)),
        Field("informed", "Доведён до семьи", Kind.MOMENT, "Когда о нём сообщили семье; пусто — ещё нет.",
              "15.06.2027 16:30", aliases=("Доведён", "Вручён")),
    ),
    (_some_result, _received_after_exam, _informed_after_received),
)  # fmt: skip

OPT_OUTS = FileSpec(
    Capability.OPT_OUTS, "opt_out", "Отказы от дневника",
    "Семьи, которые отказались от электронного дневника: раз в неделю им нужна печатная справка (пункт 8.3). "
    "Адреса и телефоны сюда не вносите.",
    OptOut,
    (
        _class_name(),
        _student(),
        Field("applied_on", "Дата заявления", Kind.DATE, "Когда подано заявление об отказе.", "07.09.2026",
              required=True, key=True, aliases=("Заявление",)),
        Field("channel", "Канал", Kind.CHOICE, "Как договорились передавать справки; пусто — не договорились.",
              "лично родителю", choices=_CHANNELS, aliases=("Способ", "Способ передачи")),
        Field("contact_known", "Контакт есть", Kind.CHOICE,
              "Есть ли у школы контактные данные для этого; сами данные не нужны.", "да", choices=YES_NO),
        Field("last_issued_on", "Последняя справка", Kind.DATE, "Когда выдана последняя справка.", "02.10.2026",
              aliases=("Выдана", "Дата выдачи")),
        Field("withdrawn_on", "Отозвано", Kind.DATE, "Если семья вернулась к электронному дневнику — с какого дня."),
    ),
    (_issued_after_applied, _withdrawn_after_applied),
)  # fmt: skip

CREDENTIALS = FileSpec(
    Capability.CREDENTIALS, "credential_issue", "Выдача реквизитов",
    "Кому и когда выданы реквизиты доступа (пункт 3.2). Логины и пароли сюда не вносите.",
    CredentialIssue,
    (
        Field("recipient", "Кому", Kind.CHOICE, "Чья учётная запись. Двум родителям в один день — одна строка.",
              "родитель", required=True, key=True, choices=_USERS, aliases=("Получатель",)),
        _class_name("Для ученика и родителя — обязательно, для сотрудника пусто.", required=False),
        _person(),
        Field("issued_on", "Дата выдачи", Kind.DATE, "Когда выданы.", "03.09.2026", required=True, key=True,
              aliases=("Выданы", "Дата")),
        Field("issued_by", "Кто выдал", Kind.PERSON, "Сотрудник, который выдал.", "Примерова Вера Петровна",
              aliases=("Выдал",)),
    ),
    (_families_have_a_class,),
)  # fmt: skip

USER_ACTIVITY = FileSpec(
    Capability.USER_ACTIVITY, "user_activity", "Активность пользователей",
    "Кто сколько раз входил в систему за период, обычно за месяц (пункт 5.1).",
    UserActivity,
    (
        Field("user", "Пользователь", Kind.CHOICE, "Чья учётная запись.", "родитель", required=True, key=True,
              choices=_USERS, aliases=("Роль", "Тип пользователя")),
        _class_name("Для ученика и родителя — обязательно, для сотрудника пусто.", required=False),
        _person(),
        Field("period_start", "Начало периода", Kind.DATE, "Первый день, за который посчитано.", "01.10.2026",
              required=True, key=True, aliases=("С",)),
        Field("period_end", "Конец периода", Kind.DATE, "Последний день, за который посчитано.", "31.10.2026",
              required=True, key=True, aliases=("По",)),
        Field("logins", "Входов", Kind.INTEGER, "Сколько раз входил; родители одного ребёнка — вместе.", "14",
              required=True, aliases=("Количество входов", "Число входов")),
        Field("active_days", "Дней с входами", Kind.INTEGER, "В сколько дней входил.", "9", high=366),
        Field("last_login", "Последний вход", Kind.MOMENT, "Пусто — не входил ни разу.", "30.10.2026 18:05"),
        Field("enabled", "Учётная запись", Kind.CHOICE, "Работает ли она сейчас.", "действует", choices=_ENABLED),
    ),
    (_families_have_a_class, _period_in_order),
)  # fmt: skip

FINAL_MARK_DATES = FileSpec(
    Capability.FINAL_MARK_DATES, "final_mark_date", "Сроки итоговых отметок",
    "До какого дня приказ велит выставить итоговые отметки (пункт 4.4).",
    FinalMarkDate,
    (
        Field("term", "Учебный период", Kind.TEXT, "Как в «Сетевом городе».", "1 четверть", required=True, key=True,
              aliases=("Период", "Четверть")),
        Field("class_name", "Класс", Kind.CLASS_OR_GRADE, "Класс или параллель, по строке на каждый; пусто — все.",
              "9", key=True, aliases=("Параллель", "Классы")),
        Field("due_on", "Срок", Kind.DATE, "Последний день, когда можно выставить.", "22.10.2026", required=True,
              aliases=("Дата", "Выставить до")),
        Field("order_number", "№ приказа", Kind.TEXT, "Номер приказа.", "214-од", aliases=("Приказ", "Номер приказа")),
        Field("order_date", "Дата приказа", Kind.DATE, "Дата приказа.", "01.09.2026"),
    ),
)  # fmt: skip

LOCAL_ACTS = FileSpec(
    Capability.LOCAL_ACTS, "local_act", "Локальные акты",
    "Локальные акты школы, на которые ссылаются замечания и отчёты; строка — акт или один его пункт.",
    LocalAct,
    (
        Field("kind", "Вид", Kind.CHOICE, "Что это за документ.", "положение", required=True, choices=_ACTS,
              aliases=("Вид акта",)),
        Field("title", "Название", Kind.TEXT, "Полное название.", "Положение об электронном журнале успеваемости",
              required=True, key=True),
        Field("number", "Номер", Kind.TEXT, "Номер приказа, которым утверждён; если нет — «б/н».", "187-од",
              required=True, key=True, aliases=("№",)),
        Field("issued_on", "Дата", Kind.DATE, "Дата этого приказа.", "30.08.2026", required=True, key=True,
              aliases=("Дата утверждения",)),
        Field("clause", "Пункт", Kind.TEXT, "Если строка о пункте, а не обо всём акте.", "3.5", key=True),
        Field("rules", "Правила", Kind.TEXT, "Какие правила проверки на нём основаны, через запятую.",
              "MRK-01, MRK-02"),
        Field("appointed", "Назначен", Kind.PERSON, "Если приказ назначает ответственного — кого.",
              "Учебнова Елена Петровна", aliases=("Ответственный",)),
        Field("ends_on", "Действует до", Kind.DATE, "Если срок действия ограничен."),
    ),
)  # fmt: skip

ENROLMENT_ORDERS = FileSpec(
    Capability.ENROLMENT_ORDERS, "enrolment_order", "Приказы о движении",
    "Кто прибыл, выбыл или переведён в другой класс и по какому приказу (пункт 4.6): строка — ученик. Зачисленных "
    "к началу учебного года вносить не нужно. Адреса и телефоны сюда не вносите.",
    EnrolmentOrder,
    (
        _class_name("Прибывшему — в который зачислен; выбывшему и переведённому — из которого ушёл."),
        _student(),
        Field("kind", "Движение", Kind.CHOICE, "Прибытие в школу, выбытие из неё или перевод в другой класс.",
              "выбытие", required=True, key=True, choices=_MOVEMENTS, aliases=("Вид движения", "Что произошло")),
        Field("moved_on", "Дата", Kind.DATE,
              "Первый день в классе; выбывшему — день, с которого его в классе нет.", "12.10.2026",
              required=True, key=True, aliases=("Дата движения", "С какого дня")),
        Field("came_from", "Откуда", Kind.TEXT, "Прибывшему: из какой школы, без адреса.", aliases=("Откуда прибыл",)),
        Field("went_to", "Куда", Kind.TEXT, "Выбывшему: в какую школу, без адреса.", "МБОУ «СОШ № 2»",
              aliases=("Куда выбыл",)),
        Field("new_class", "В класс", Kind.CLASS, "Только при переводе: новый класс.", aliases=("Новый класс",)),
        Field("order_number", "№ приказа", Kind.TEXT, "Номер приказа; пусто — приказа ещё нет.", "57-у",
              aliases=("Приказ", "Номер приказа")),
        Field("order_date", "Дата приказа", Kind.DATE, "Дата приказа.", "09.10.2026"),
        Field("reason", "Причина", Kind.TEXT, "Коротко; о здоровье не пишите.", "переезд"),
    ),
    (_moves_to_another_class, _order_near_its_movement),
)  # fmt: skip

FILES = (
    PLAN, SUBSTITUTIONS, EXAM_RESULTS, OPT_OUTS, CREDENTIALS, USER_ACTIVITY, FINAL_MARK_DATES, LOCAL_ACTS,
    ENROLMENT_ORDERS,
)  # fmt: skip
