"""One file per kind of finding. `detect` runs them all; each is `found(world, settings of its kind) -> list[Found]`."""
