"""What if: facts of one initiative supposed otherwise, and sizing, verdicts, gate and risk that follow; nothing is stored."""
