"""What the PostgreSQL store is made of: address, connections, what becomes of a lost answer, replicas, roles."""
