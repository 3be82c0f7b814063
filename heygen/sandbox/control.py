"""The endpoints under /_sandbox: for test suites that script the sandbox, and check what it was asked."""

from __future__ import annotations

from heygen.api.body import strict_json
from heygen.core import duration
from heygen.core.suggest import closest
from heygen.sandbox import faults, jobs, strangers
from heygen.sandbox.exchange import Answer, document_answer
from heygen.sandbox.limiter import Limiter
from heygen.sandbox.options import JOB_KINDS
from heygen.sandbox.problems import Refusal, invalid

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable

    from heygen.sandbox.exchange import Incoming
    from heygen.sandbox.world import World


def serve(world: World, incoming: Incoming) -> Answer:
    """Answer a control request. They need no key, but come from this machine's own programs."""
    strangers.refuse_navigation(incoming)
    words = [word for word in incoming.path.split("/")[2:] if word]
    for method, pattern, answer in _ROUTES:
        wanted = pattern.split()
        if method == incoming.method and len(wanted) == len(words):
            values = [word for want, word in zip(wanted, words) if want == "*"]
            if all(want in ("*", word) for want, word in zip(wanted, words)):
                body = _body(incoming) if method in ("POST", "PUT", "PATCH") else {}
                with world.lock:
                    world.process_ended_jobs()
                    document = answer(world, body, *values)
                    world.process_ended_jobs()
                world.courier.wake()
                return document_answer(200, {"data": document})
    raise Refusal(404, "not_found", f"There is no {incoming.method} {incoming.path[:200]}")


def _body(incoming: Incoming) -> dict[str, Any]:
    content = incoming.read()
    try:
        document = strict_json(content.decode()) if content.strip() else {}
    except (ValueError, RecursionError) as error:
        raise invalid("The body is not JSON") from error
    if not isinstance(document, dict):
        raise invalid("The body must be an object")
    return document


def _overview(world: World, body: dict[str, Any]) -> dict[str, Any]:
    return {
        "url": world.url,
        "now": world.clock.now(),
        "credits": world.credits,
        "resources": {kind: len(table) for kind, table in world.store.tables.items()},
        "requests": len(world.log),
        "faults": len(world.faults.rules),
        "job_seconds": {kind: world.options.seconds(kind) for kind in JOB_KINDS},
    }


def _requests(world: World, body: dict[str, Any]) -> list[dict[str, Any]]:
    # A real key may have been sent here by mistake.
    secret = ("x-api-key", "authorization", "cookie")
    return [
        {
            **entry,
            "headers": {name: "***" if name in secret else value for name, value in entry["headers"].items()},
            "body": None if entry["body"] is None else entry["body"].decode("utf-8", "replace"),
        }
        for entry in world.log
    ]


def _health(world: World, body: dict[str, Any]) -> dict[str, Any]:
    return {"status": "ok", "url": world.url}


def _forget_requests(world: World, body: dict[str, Any]) -> dict[str, Any]:
    world.forget_requests()
    return {}


def _faults(world: World, body: dict[str, Any]) -> list[dict[str, Any]]:
    return [active.document() for active in world.faults.rules]


def _add_faults(world: World, body: dict[str, Any]) -> list[dict[str, Any]]:
    rules = body.get("rules", [body["rule"]] if "rule" in body else None)
    if not isinstance(rules, list) or not all(isinstance(rule, str) for rule in rules):
        raise invalid('Give {"rule": "GET /v3/videos/* 503"} or {"rules": [...]}', "rule")
    try:
        for rule in rules:
            faults.checked(rule)  # all of them, or none
        return [world.faults.add(rule).document() for rule in rules]
    except ValueError as error:
        raise invalid(f"The rule {error}", "rule") from error


def _remove_faults(world: World, body: dict[str, Any]) -> dict[str, Any]:
    world.faults.rules.clear()
    return {}


def _remove_fault(world: World, body: dict[str, Any], id: str) -> dict[str, Any]:
    if not (id.isascii() and id.isdigit() and world.faults.remove(int(id))):
        raise Refusal(404, "not_found", f"There is no fault {id[:50]}")
    return {}


def _time(world: World, body: dict[str, Any]) -> dict[str, Any]:
    return {"now": world.clock.now()}


def _advance(world: World, body: dict[str, Any]) -> dict[str, Any]:
    given = body.get("advance")
    try:
        seconds = duration.parse(given) if isinstance(given, str) else given
    except ValueError as error:
        raise invalid(f"advance {error}", "advance") from error
    if isinstance(seconds, bool) or not isinstance(seconds, (int, float)) or not 0 <= seconds <= 1e12:
        raise invalid('Give {"advance": 60} in seconds, or "1h30m"', "advance")
    try:
        world.clock.advance(seconds)
    except ValueError as error:
        raise invalid(f"advance {error}", "advance") from error
    return _time(world, body)


def _reset(world: World, body: dict[str, Any]) -> dict[str, Any]:
    world.reset()
    world.blobs.clear()
    world.forget_requests()
    return {}


def _change(world: World, body: dict[str, Any]) -> dict[str, Any]:
    """Change what the sandbox was started with: all that is asked for, or nothing."""
    for name in body:
        if name not in _SETTINGS:
            near = closest(name, _SETTINGS)
            hint = f"; did you mean {near}?" if near else f"; the settings are {', '.join(_SETTINGS)}"
            raise invalid(f"{name[:50]} is not a setting{hint}", name[:50])
    changes: dict[str, Any] = {}
    for name, value in body.items():
        changes.update(_SETTINGS[name](world, value))
    world.options = world.options.replace(**changes)
    if "rate" in changes:
        world.limiter = Limiter(changes["rate"])
    if "credits" in changes:
        world.credits = float(changes["credits"])
    return _overview(world, body)


def _job_seconds(world: World, given: Any) -> dict[str, Any]:
    changes: dict[str, Any] = {}
    for kind, seconds in given.items() if isinstance(given, dict) else [("", given)]:
        if kind not in ("", *JOB_KINDS) or not _is_amount(seconds):
            raise invalid(f"job_seconds must be a number, or numbers by kind: {', '.join(JOB_KINDS)}", "job_seconds")
        if seconds > 1e9:
            raise invalid("job_seconds must be at most 1000000000", "job_seconds")
        if kind:
            changes.setdefault("job_seconds_by_kind", dict(world.options.job_seconds_by_kind))[kind] = seconds
        else:
            changes["job_seconds"] = seconds
    return changes


def _credits(world: World, given: Any) -> dict[str, Any]:
    if not _is_amount(given):
        raise invalid("credits must be a number that is not negative", "credits")
    return {"credits": given}


def _is_amount(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value <= 1e9


def _rate(world: World, given: Any) -> dict[str, Any]:
    try:
        Limiter(given)
    except (ValueError, AttributeError) as error:
        raise invalid("rate must be such as 5/s, or null", "rate") from error
    return {"rate": given}


def _allow_unknown_ids(world: World, given: Any) -> dict[str, Any]:
    if not isinstance(given, bool):
        raise invalid("allow_unknown_ids must be true or false", "allow_unknown_ids")
    return {"allow_unknown_ids": given}


def _texts(name: str) -> Callable[[World, Any], dict[str, Any]]:
    def read(world: World, given: Any) -> dict[str, Any]:
        if given is not None and not (isinstance(given, list) and all(isinstance(each, str) for each in given)):
            raise invalid(f"{name} must be a list of texts, or null for any", name)
        return {name: None if given is None else tuple(given)}

    return read


# What can be changed, each with what reads its value as options.
_SETTINGS: dict[str, Callable[[World, Any], dict[str, Any]]] = {
    "job_seconds": _job_seconds,
    "credits": _credits,
    "rate": _rate,
    "allow_unknown_ids": _allow_unknown_ids,
    "keys": _texts("keys"),
    "scopes": _texts("scopes"),
}


def _resources(world: World, body: dict[str, Any]) -> dict[str, Any]:
    return {kind: list(table.values()) for kind, table in world.store.tables.items()}


def _set_job_status(world: World, body: dict[str, Any], id: str) -> dict[str, Any]:
    """End a job, or hold it where it is to be seen."""
    status = body.get("status")
    if not isinstance(status, str) or not status.isidentifier():
        raise invalid('Give {"status": "failed"}, "completed", or a status to stay in', "status")
    now = world.clock.now()
    for table in world.store.tables.values():
        entry = table.get(id)
        if entry is not None and "job" in entry:
            if entry["job"]["settled"]:
                raise Refusal(409, "conflict", "The job has ended")
            jobs.finish(entry, status, now)
            world.enqueue(entry)
            return {"id": id, "kind": entry["kind"], "status": status}
    raise Refusal(404, "not_found", f"There is no job {id[:100]}")


def _put_template(world: World, body: dict[str, Any], id: str) -> dict[str, Any]:
    """Have a template of production in the sandbox: its id, and its variables by name and type."""
    from heygen.sandbox import seeds

    variables = body.get("variables", {})
    name = body.get("name", id)
    if not isinstance(name, str) or not isinstance(variables, dict):
        raise invalid('Give {"name": "…", "variables": {"headline": "text"}}', "variables")
    entry = world.store.add("template", world.clock.now(), {"name": name, **seeds.template_fields(id, variables)}, id)
    return {"id": entry["id"], "name": name}


def _deliveries(world: World, body: dict[str, Any]) -> list[dict[str, Any]]:
    return list(world.courier.attempts)


_ROUTES: tuple[tuple[str, str, Callable[..., Any]], ...] = (
    ("GET", "", _overview),
    ("GET", "health", _health),
    ("GET", "requests", _requests),
    ("DELETE", "requests", _forget_requests),
    ("GET", "faults", _faults),
    ("POST", "faults", _add_faults),
    ("DELETE", "faults", _remove_faults),
    ("DELETE", "faults *", _remove_fault),
    ("GET", "clock", _time),
    ("POST", "clock", _advance),
    ("POST", "reset", _reset),
    ("PATCH", "settings", _change),
    ("GET", "resources", _resources),
    ("POST", "jobs *", _set_job_status),
    ("PUT", "templates *", _put_template),
    ("GET", "deliveries", _deliveries),
)
