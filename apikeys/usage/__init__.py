"""How keys are used: counted in memory, written together, summed up for people."""
