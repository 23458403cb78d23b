"""The portfolio on one page: asked for, gathered and printed by a job, found again."""
