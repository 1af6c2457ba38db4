"""The source that the settings name, and the parser of its answers."""

from netcity_sync.adapters.netschool.family_source import FamilySource
from netcity_sync.adapters.netschool.parser import NetSchoolParser
from netcity_sync.adapters.netschool.profile import load_profile
from netcity_sync.adapters.netschool.source import NetSchoolSource
from netcity_sync.adapters.source import JournalSource, PageParser
from netcity_sync.data_folder import DataFolder
from netcity_sync.errors import UsageError
from netcity_sync.settings import AccountKind, Settings, SignInWay


def gis_source(settings: Settings) -> JournalSource:
    """«Сетевой город» with the account of the settings. Raises SettingsError where its password is not given."""
    gis = settings.gis
    from_browser = gis.sign_in is SignInWay.SESSION
    password = None if from_browser else settings.password()
    session_file = DataFolder(settings.storage.data_dir).session if from_browser else None
    if gis.account is AccountKind.FAMILY:
        return FamilySource(gis, password, session_file=session_file)
    return NetSchoolSource(gis, password, session_file=session_file, journal_access=settings.sync.journal_access)


def gis_parser(settings: Settings) -> PageParser:
    """What parses the answers kept of that source. Raises UsageError where they cannot be parsed by themselves."""
    if settings.gis.account is AccountKind.FAMILY:
        raise UsageError(
            "Ответы, полученные под учётной записью семьи, повторно не разбираются: журнал составлен из нескольких"
            " ответов, и хранятся не все они.",
            where="gis.account",
            todo="Прочитайте журналы заново: netcity-sync sync --full",
        )
    return NetSchoolParser(load_profile(settings.gis.profile))
