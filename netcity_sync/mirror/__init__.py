"""The local memory: snapshots of the journals that forget nothing."""
