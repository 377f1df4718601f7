"""A recorded period, decided and played again."""
