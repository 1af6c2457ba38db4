"""What the scheduler and the command line run; thin, each calls the rooms below."""
