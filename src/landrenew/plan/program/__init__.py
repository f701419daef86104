"""Planning as a mathematical programme: what can be done, what must hold, what HiGHS answers."""
