"""Pure decisions: scores as intervals, the phase that comes next, packs in and out, what changed."""
