"""The tests of `migrator`; a package, so that suites can share the fake CircleCI of `tests.world`."""
