"""No table of the exchange folder, and no column that names a person, is forgotten when years are told apart."""

from netcity_sync.adapters.exchange.files import FILES
from netcity_sync.adapters.exchange.spec import Kind
from netcity_sync.mirror.exchange_schema import EXCHANGE_TABLES
from netcity_sync.mirror.exchange_years import BELONGING

WHO_DID_IT = {("credential_issue", "issued_by")}
"""It goes with the row, and is about nobody."""


def test_every_table_belongs_to_years() -> None:
    assert BELONGING.keys() == {table.name for table in EXCHANGE_TABLES}
    assert all(item.in_year for item in BELONGING.values())


def test_every_person_is_known() -> None:
    declared = {(spec.entity, item.name) for spec in FILES for item in spec.fields if item.kind is Kind.PERSON}
    known = {(table, person.column) for table, item in BELONGING.items() for person in item.people}
    assert known == declared - WHO_DID_IT


def test_whose_data_they_are_is_told_where_a_table_names_people() -> None:
    assert all(bool(item.data) == bool(item.people) for item in BELONGING.values())
