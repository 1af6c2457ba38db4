"""Where data comes from: one folder a source, all behind the same door (`source.py`)."""
