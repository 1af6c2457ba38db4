"""The paper copy of class journals (clauses 2.1, 4.1, 4.3, 4.7): the journal, and the set sewn with it."""
