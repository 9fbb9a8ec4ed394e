"""The proof of a draft: each call it rewrites, and everything that runs without being asked for.

The rewritten calls are read back from the new text: the proof is about what would be written, not about the plan.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from codemods import find_v2_callers
from migrator.circleci.api.reruns import rerun_proof
from migrator.circleci.api.v1_url import RERUNS
from migrator.circleci.api.v2_request import Bare, V2Request
from migrator.circleci.plan.plan import REVISION, request_for
from migrator.circleci.proof.equivalence import Worlds, prove_call, prove_request
from migrator.circleci.proof.ordinary import prove_ordinary
from migrator.circleci.proof.requests import project_name
from migrator.circleci.runs.config import ConfigView, as_mapping
from migrator.circleci.runs.events import sent, shown_text
from migrator.errors import ParseError
from migrator.model import Endpoint, Note, Proof, Severity, Target, Value, Verdict
from migrator.planning.draft import RejectedError, make_draft
from migrator.planning.project import Here, config_key, defect, firsts, twins

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from codemods.found import V2Caller
    from migrator.circleci.api.v2_request import Parameter
    from migrator.circleci.plan.decide import Decision
    from migrator.model import ConfigPlan, Template
    from migrator.planning.draft import Draft
    from migrator.planning.project import FileKey, Goal, Project, Site
    from migrator.syntax.text.source import Source


_LOST = "the rewritten call cannot be read back from the new text"


def read_back(project: Project, texts: Mapping[FileKey, str], planned: Mapping[int, V2Request]) -> dict[int, V2Request]:
    """The requests that the new texts make, for each planned one; what is not rewritten here is as planned.

    What is not found again as planned gets what stands in its place, or a request with a `problem`.
    """
    by_key: defaultdict[FileKey, list[int]] = defaultdict(list)
    for index in planned:
        if project.is_rewritten(index):
            by_key[project.sites[index].key].append(index)
    read = dict(planned)
    for key, indexes in by_key.items():
        source = project.sources[key]
        texts_of = (source.text, texts.get(key, source.text))
        before, after = (_callers(source.with_text(text)) for text in texts_of)
        fresh = without_known(after, [caller.request for caller in before])
        once = {index: planned[index] for index in firsts(project, indexes)}
        read |= _matched(once, [caller.request for caller in fresh])
        read |= {twin: read[index] for index in once for twin in twins(project, index) if twin in planned}
    return read


def _callers(source: Source) -> tuple[V2Caller, ...]:
    try:
        return find_v2_callers(source)
    except ParseError:
        return ()


def without_known(callers: Iterable[V2Caller], known: Iterable[V2Request]) -> list[V2Caller]:
    """The calls without those that make a request which was there before, each of which counts once."""
    rest = [same_words(request) for request in known]
    kept = []
    for caller in callers:
        if same_words(caller.request) in rest:
            rest.remove(same_words(caller.request))
        else:
            kept.append(caller)
    return kept


def _matched(planned: Mapping[int, V2Request], found: Sequence[V2Request]) -> dict[int, V2Request]:
    left = list(found)
    matched: dict[int, V2Request] = {}
    for index, request in planned.items():
        same = next((other for other in left if same_words(other) == same_words(request)), None)
        if same is not None:
            left.remove(same)
            matched[index] = same
    lost = [index for index in planned if index not in matched]
    if len(lost) == len(left):
        return {**matched, **dict(zip(lost, left, strict=True))}
    return {**matched, **{index: _lost(planned[index]) for index in lost}}


def _lost(request: V2Request) -> V2Request:
    return replace(request, problem=_LOST)


def same_words(request: V2Request) -> tuple[object, ...]:
    """What a request says, to compare it by; how it is written does not matter."""
    return (
        project_name(request.slug, {}),
        *(_words(value.template) if value else None for value in (request.branch, request.tag)),
        tuple((name, _parameter(value)) for name, value in request.parameters),
        request.is_json,
        request.problem,
    )


def _parameter(value: Parameter) -> object:
    return ("text", _words(value.template)) if isinstance(value, Value | Bare) else value


def _words(template: Template) -> str:
    return shown_text(sent(template, {}))


@dataclass(frozen=True, slots=True)
class Evidence:
    """The proofs by call, those about ordinary pipelines by config, and the notes for what is not proved."""

    calls: Mapping[int, tuple[Proof, ...]]
    ordinary: Mapping[Goal, tuple[Proof, ...]]
    notes: Mapping[int, tuple[Note, ...]]

    def followed_by(self, later: Evidence) -> Evidence:
        """The evidence about a later draft, with what is known of calls that it does not rewrite.

        An ordinary pipeline that differed stays on record: the calls that made it so have been dropped.
        """
        ordinary = dict(self.ordinary)
        for goal, proofs in later.ordinary.items():
            failed = tuple(proof for proof in ordinary.get(goal, ()) if proof.verdict is Verdict.DIFFERS)
            ordinary[goal] = tuple(dict.fromkeys((*failed, *proofs)))
        return Evidence({**self.calls, **later.calls}, ordinary, later.notes)

    def without(self, calls: Sequence[int], goals: Sequence[Goal]) -> Evidence:
        """The evidence without that about calls and configs which stay as they are."""
        kept = {index: proofs for index, proofs in self.calls.items() if index not in calls}
        ordinary = {goal: proofs for goal, proofs in self.ordinary.items() if goal not in goals}
        return Evidence(kept, ordinary, self.notes)


NO_EVIDENCE = Evidence({}, {}, {})


def draft_and_prove(project: Project, chosen: Sequence[int]) -> tuple[Draft, Evidence]:
    """A draft of the calls, and its proof. Raises RejectedError, also when the tool itself fails over them."""
    try:
        draft = make_draft(project, chosen)
        return draft, prove_draft(project, draft, chosen)
    except RejectedError:
        raise
    except Exception as error:
        raise RejectedError(chosen, defect(error)) from error


def prove_draft(project: Project, draft: Draft, chosen: Sequence[int]) -> Evidence:
    """Compare the world before the draft with the one after it, each call against the config that serves it."""
    if not chosen:
        return NO_EVIDENCE
    sites = {index: project.sites[index] for index in chosen}
    goals = dict.fromkeys(site.goal for site in sites.values())
    worlds = {goal: _worlds(draft, goal) for goal in goals if isinstance(goal, Here) and goal in draft.configs}
    ordinary: dict[Goal, tuple[Proof, ...]] = {
        goal: prove_ordinary(both) for goal, both in worlds.items() if goal in draft.plans
    }
    reruns = {
        i: site.decision.call.trigger for i, site in sites.items() if site.decision.call.trigger.endpoint in RERUNS
    }
    planned = {i: _planned(site.decision, draft.plans.get(site.goal)) for i, site in sites.items() if i not in reruns}
    requests = read_back(project, draft.texts, planned)
    calls = {index: _prove_call(worlds, sites[index], request) for index, request in requests.items()}
    calls |= {index: (rerun_proof(trigger),) for index, trigger in reruns.items()}
    notes = {
        index: tuple(_notes(site.decision, calls[index], ordinary.get(site.goal, ()))) for index, site in sites.items()
    }
    return Evidence(calls, ordinary, notes)


def _worlds(draft: Draft, goal: Here) -> Worlds:
    from migrator.syntax.yaml import load

    before = draft.configs[goal]
    after = draft.texts.get(config_key(goal.home), before)
    return Worlds(ConfigView(as_mapping(load(before))), ConfigView(as_mapping(load(after))))


def _planned(decision: Decision, plan: ConfigPlan | None) -> V2Request:
    """The request that is planned for a call, before it is written down."""
    request = request_for(decision, plan)
    trigger = decision.call.trigger
    optional = {carrier for variable, carrier in request.names.variables if variable in trigger.optional}
    if REVISION in trigger.optional and request.names.revision is not None:
        optional.add(request.names.revision)
    return V2Request(
        trigger.slug,
        request.branch,
        request.tag,
        request.parameters,
        optional=frozenset(optional) if plan else None,
    )


def _prove_call(worlds: Mapping[Here, Worlds], site: Site, request: V2Request) -> tuple[Proof, ...]:
    decision = site.decision
    both = worlds.get(site.goal) if isinstance(site.goal, Here) else None
    if both is not None:
        return prove_call(both, decision.call.trigger, decision.jobs, request)
    # The config is not at hand: of this repository there is none, of another one it is elsewhere.
    return (prove_request(decision.call.trigger, request),) if decision.target is Target.OTHER else ()


def _notes(decision: Decision, own: Sequence[Proof], ordinary: Sequence[Proof]) -> list[Note]:
    trigger = decision.call.trigger
    if trigger.endpoint is not Endpoint.JOB and (trigger.endpoint in RERUNS or trigger.revision is not None):
        # Nothing in the config serves such a call, and the decision has named what it rests on.
        return [_differs(proof) for proof in own if proof.verdict is Verdict.DIFFERS]
    proofs = (*own, *ordinary)
    return [
        *(_differs(proof) for proof in proofs if proof.verdict is Verdict.DIFFERS),
        *(_unknown(proof) for proof in proofs if proof.verdict is Verdict.UNKNOWN),
    ][:3]


def _differs(proof: Proof) -> Note:
    message = f"The planned rewrite would not run the same ({proof.subject}: {proof.detail}); it was dropped."
    return Note("proof-differs", Severity.ERROR, message)


def _unknown(proof: Proof) -> Note:
    message = f"That the same runs as before cannot be proved from the repository ({proof.subject}: {proof.detail})."
    return Note("not-proved", Severity.WARNING, message)
