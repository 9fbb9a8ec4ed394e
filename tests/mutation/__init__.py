"""Switch each rule off, one place at a time, and see that a test fails. It runs by hand, outside CI.

    python -m tests.mutation LOG [--tests PATH …] [--codes CODE …]

A *site* is a place in the sources that names the code of a rule (`migrator/rules/*.toml`). Switched off, the note is
not made, the refusal not raised, the guard of a `case` false; where the code is only compared or handed on, it becomes
another one. No file is touched: modules are rewritten while they are imported, and each site asks at run time whether
it is the one that is off.

There are two steps, each in child processes that are thrown away, one after the other. First every test module runs
once, and it is kept which tests come by which sites. Then, site by site, the tests that come by it run, those first
whose files name the code, then the fastest, until one fails: *killed*. Where none fails the site *survived*: no test
would see that the rule is gone. Processes that tests start are told which site is off, and tell what they come by.

LOG is a file outside the tree with a line of JSON for each thing that is done; a run goes on where it left off. Test
modules that have changed since run again, and so do sites that were not killed and that such a module comes by. After a
change to the sources delete LOG, or the lines of what has changed. The same tree always gives the same answer:
hypothesis is told to draw the same examples.
"""
