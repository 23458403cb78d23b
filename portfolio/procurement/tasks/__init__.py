"""Jobs of procurement: each claims its row, does its work, and marks it done in the transaction of its effect."""
