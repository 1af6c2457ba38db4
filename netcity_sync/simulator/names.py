"""Invented Russian persons: surname, first name and patronymic that agree in gender."""

from dataclasses import dataclass
from random import Random

_SURNAMES = (
    "Абрамов Агафонов Алексеев Андреев Антонов Баранов Белов Беляев Бобров Богданов Борисов Быков Васильев "
    "Виноградов Власов Воробьёв Воронов Гаврилов Герасимов Голубев Горбунов Григорьев Гусев Данилов Денисов "
    "Дмитриев Дроздов Егоров Ермаков Ершов Ефимов Жуков Журавлёв Зайцев Захаров Зимин Зуев Иванов Ильин Исаев "
    "Казаков Калинин Карпов Киселёв Ковалёв Козлов Комаров Коновалов Королёв Котов Крылов Кудрявцев Кузнецов "
    "Кузьмин Куликов Лаптев Лебедев Логинов Макаров Максимов Марков Мартынов Матвеев Медведев Мельников "
    "Миронов Михайлов Морозов Назаров Никитин Николаев Носов Орлов Осипов Павлов Панов Петров Поляков "
    "Пономарёв Попов Прохоров Родионов Романов Рябов Савельев Сазонов Семёнов Сергеев Сидоров Симонов Смирнов "
    "Соболев Соколов Соловьёв Сорокин Степанов Суханов Тарасов Тимофеев Титов Тихонов Третьяков Устинов "
    "Фёдоров Филатов Фомин Фролов Харитонов Цветков Чернов Чистяков Шестаков Широков Щербаков Яковлев"
).split()
_BOYS = (
    "Александр Алексей Андрей Артём Богдан Вадим Виктор Владимир Глеб Григорий Даниил Денис Дмитрий Егор Иван "
    "Игорь Илья Кирилл Константин Лев Максим Марк Матвей Михаил Никита Николай Олег Павел Роман Семён Сергей "
    "Степан Тимофей Фёдор"
).split()
_GIRLS = (
    "Алина Алиса Анастасия Анна Арина Валерия Варвара Василиса Вера Вероника Виктория Дарья Диана Ева "
    "Екатерина Елена Елизавета Злата Ирина Кира Ксения Маргарита Мария Милана Надежда Наталья Ольга Полина "
    "София Таисия Татьяна Ульяна Юлия Яна"
).split()
_WOMEN = (
    "Алла Анна Валентина Вера Галина Елена Ирина Лариса Лидия Людмила Марина Надежда Наталья Нина Оксана Ольга "
    "Светлана Тамара Татьяна Юлия"
).split()
_FATHERS = (
    "Александр Алексей Анатолий Андрей Антон Борис Валентин Вадим Виктор Владимир Геннадий Денис Евгений Иван "
    "Константин Леонид Максим Михаил Николай Олег Павел Пётр Роман Сергей Степан Юрий"
).split()
_SPECIAL_PATRONYMICS = {"Павел": ("Павлович", "Павловна"), "Пётр": ("Петрович", "Петровна")}


@dataclass(frozen=True, slots=True)
class Name:
    """A full name and the gender that it agrees with."""

    surname: str
    first: str
    patronymic: str
    female: bool

    @property
    def full(self) -> str:
        """«Иванова Анна Петровна»."""
        return f"{self.surname} {self.first} {self.patronymic}"


def child(random: Random) -> Name:
    """A pupil."""
    female = random.random() < 0.5
    return _named(random, random.choice(_GIRLS if female else _BOYS), female)


def adult(random: Random) -> Name:
    """A teacher; most are women, as in most schools."""
    female = random.random() < 0.85
    return _named(random, random.choice(_WOMEN if female else _FATHERS), female)


def _named(random: Random, first: str, female: bool) -> Name:
    surname = random.choice(_SURNAMES)
    return Name(surname + "а" if female else surname, first, _patronymic(random.choice(_FATHERS), female), female)


def _patronymic(father: str, female: bool) -> str:
    if father in _SPECIAL_PATRONYMICS:
        return _SPECIAL_PATRONYMICS[father][female]
    if father.endswith("ий"):
        return father[:-2] + ("ьевна" if female else "ьевич")
    if father.endswith("й"):
        return father[:-1] + ("евна" if female else "евич")
    if father.endswith("ь"):
        return father[:-1] + ("евна" if female else "евич")
    return father + ("овна" if female else "ович")
