"""What `make up` runs: it starts the processes of an installation on one machine, keeps them running, and stops them all."""
