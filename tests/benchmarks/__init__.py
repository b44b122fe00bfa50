"""Our scripts and Terraform in turn on the same emulator, behind a proxy that delays and counts: `tox -e bench`."""
