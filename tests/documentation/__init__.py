"""CircleCI's own examples, migrated and compared by an evaluator that shares nothing with the product."""
