"""The service that keeps a school's copy of «Сетевой город» and checks it against the regulation."""

__version__ = "0.1.0"
