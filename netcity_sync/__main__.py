"""`python -m netcity_sync`: the same as the command `netcity-sync`."""

from netcity_sync.cli import main

if __name__ == "__main__":
    main()
