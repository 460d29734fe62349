"""How far the answers can be trusted on a user's own footage: from about a hundred tagged faces."""
