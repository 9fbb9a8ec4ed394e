"""A fake CircleCI and what runs in it: the old world and the new one, executed and compared.

`World` is a little repository behind a fake CircleCI on loopback; `compare` tells what two of them ran differently:

    def live(source: Path, root: Path) -> World:
        with World(source, root, settings={"TOKEN": "personal-token"}) as world:
            world.push("main")
            world.run_script("ci/deploy.sh", ["1.0"], {"TOKEN": world.tokens.personal}, shell="dash")
        return world

    assert compare(live(before, tmp_path / "old"), live(after, tmp_path / "new")) == ()
"""

from tests.world.compare import compare
from tests.world.harness import World
from tests.world.process import Finished
from tests.world.ran import NodeRan, Ran, StepRan
from tests.world.records import BuildStatus
from tests.world.scheduler import WorldError
from tests.world.switches import BadParameters, Pace, Switches

__all__ = [
    "BadParameters",
    "BuildStatus",
    "Finished",
    "NodeRan",
    "Pace",
    "Ran",
    "StepRan",
    "Switches",
    "World",
    "WorldError",
    "compare",
]
