"""A fake CircleCI and what runs in it: the old world and the new one, executed and compared.

`World` is a little repository behind a fake CircleCI on loopback; `compare` tells what two of them ran differently.
"""

from tests.world.compare import compare
from tests.world.harness import World
from tests.world.process import Finished
from tests.world.ran import NodeRan, Ran, StepRan
from tests.world.scheduler import WorldError
from tests.world.switches import BadParameters, Switches

__all__ = ["BadParameters", "Finished", "NodeRan", "Ran", "StepRan", "Switches", "World", "WorldError", "compare"]
