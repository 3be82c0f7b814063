"""Uploads files straight to the file host, and turns them into assets: one, or several as a batch."""

from __future__ import annotations

from heygen.api.operations import Wait
from heygen.calls import jobs, request
from heygen.calls.uploading import with_progress
from heygen.core.errors import ExitCode, HeygenError
from heygen.http.client import Call

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from heygen.calls.invocation import Invocation
    from heygen.files.local_file import LocalFile
    from heygen.http.client import Client


def upload(invocation: Invocation, files: list[LocalFile], key: str) -> Any:
    """Upload files, and return the document of the asset of one, or of the batch of several.

    Raises HeygenError, with the key that makes it safe to try again where that matters.
    """
    upload = _Upload(invocation, key)
    try:
        return upload.one(files[0]) if len(files) == 1 else upload.batch(files)
    except HeygenError as error:
        raise upload.explain(error)
    except KeyboardInterrupt as interrupt:
        raise upload.explain(HeygenError("canceled", "interrupted while uploading")) from interrupt


class _Upload:
    """One upload. `has_begun` tells whether the API may know of it, `is_complete` whether it has all of it."""

    def __init__(self, invocation: Invocation, key: str) -> None:
        self.invocation = invocation
        self.key = key
        self.client: Client = invocation.client()
        self.has_begun = self.is_complete = False

    def explain(self, error: HeygenError) -> HeygenError:
        """Return the error with the key that makes it safe to run the command again, where that matters."""
        if self.has_begun and not self.is_complete:
            error.details = {**error.details, "idempotency_key": self.key}
            if error.exit_code != ExitCode.AUTH:
                error.hint = f"Run the same command again with --idempotency-key {self.key}: nothing is created twice"
        return error

    def one(self, file: LocalFile) -> Any:
        """Upload one file; returns the document of its asset."""
        from heygen.files.digest import Digest
        from heygen.files.upload import Slot, put

        created: Any = None

        def slot(key: str) -> Slot:
            nonlocal created
            created = self._post("/v3/assets/direct-uploads", _describe(file), key)
            return Slot.of(_data(created))

        begun = slot(self.key)
        id = _id(created, "asset_id")
        # Without the answer as its state: the link in it takes whatever is sent there.
        self.invocation.receipt.created((id,), None)
        digest = Digest()
        put(
            self.client,
            begun,
            with_progress(self.invocation, file.name, digest.of(file.body())),
            # The same key would bring back the same link.
            renew=lambda: slot(self.invocation.context.uuid()),
        )
        id = _id(created, "asset_id")  # another one where the link was renewed
        self.invocation.receipt.created((id,), created)
        path = f"/v3/assets/{request.path_segment(id)}/complete"
        asset = self._post(path, {"checksum_sha256": digest.hexdigest()}, self.invocation.context.uuid(), repeat_is_safe=True)
        _id(asset, "asset_id")
        return asset

    def batch(self, files: list[LocalFile]) -> Any:
        """Upload several files; returns a document with the batch and the asset of each file."""
        from heygen.files.digest import sha256
        from heygen.files.upload import Slot, put

        # The checksums have to be there beforehand: completing a batch takes none.
        descriptions = [{**_describe(file), "checksum_sha256": sha256(file)} for file in files]
        content: dict[str, Any] = {"files": descriptions}
        if "title" in self.invocation.given:
            content["title"] = self.invocation.given["title"]
        created = _data(self._post("/v3/assets/direct-uploads/batches", content, self.key, repeat_is_safe=True))
        id = _id({"data": created}, "batch_id")
        self.invocation.receipt.created((id,), None)
        items = created.get("items")
        if not isinstance(items, list) or len(items) != len(files):
            raise HeygenError("cli_response_parse_error", f"the API's response does not have {len(files)} uploads")
        for file, item in zip(files, items):
            put(self.client, Slot.of(item), with_progress(self.invocation, file.name, file.body()))
        self._post("/v3/assets/complete/batches", {"batch_id": id}, self.invocation.context.uuid(), repeat_is_safe=True)
        self.is_complete = True
        made = {
            "batch_id": id,
            "status": "processing",
            "items": [
                {"path": file.path, "asset_id": item.get("asset_id"), "status": "processing", **about}
                for file, item, about in zip(files, items, descriptions)
            ],
        }
        self.invocation.receipt.created((id,), {"data": made}, self.invocation.waiting_command(_BATCH.follow_up, [id]))
        return self._wait(made) if self.invocation.given.get("wait") else {"data": made}

    def _wait(self, made: dict[str, Any]) -> Any:
        """Wait until the batch has been processed; returns the document with the state of each of its items."""
        from heygen.calls.waiting import wait_for

        try:
            document = wait_for(self.invocation, _BATCH, [jobs.Job(made["batch_id"])])
        except HeygenError as error:
            error.result = _merge(made, error.result)
            raise
        return _merge(made, document)

    def _post(self, path: str, content: dict[str, Any], key: str, repeat_is_safe: bool = False) -> Any:
        from heygen.output.printer import compact

        is_first, self.has_begun = not self.has_begun, True
        if is_first:
            self.invocation.receipt.begin(self.key, None)
        call = Call(
            method="POST",
            path=path,
            body=compact(content).encode(),
            content_type="application/json",
            idempotency_key=key,
            repeat_is_safe=repeat_is_safe,
        )
        try:
            return self.client.send(call).document
        except HeygenError as error:
            if is_first and not error.outcome_is_unknown:
                self.has_begun = False
                self.invocation.receipt.close()
            raise


_BATCH = Wait(
    id="data.batch_id",
    poll_path="/v3/assets/batches/{batch_id}",
    status="data.status",
    succeeded=("completed",),
    failed=("failed",),
    follow_up=("asset", "batches", "get"),
)


def _describe(file: LocalFile) -> dict[str, Any]:
    return {"filename": file.name, "content_type": file.content_type, "size_bytes": file.size}


def _data(document: Any) -> dict[str, Any]:
    data = document.get("data") if isinstance(document, dict) else None
    return data if isinstance(data, dict) else {}


def _id(document: Any, name: str) -> str:
    found = _data(document).get(name)
    if not isinstance(found, str) or not found:
        raise HeygenError("cli_response_parse_error", f"the API's response has no {name}")
    return found


def _merge(made: dict[str, Any], document: Any) -> dict[str, Any]:
    """Return the batch with what the API says of it and of each of its items, or as it was where that is nothing."""
    batch = _data(document)
    items = [dict(item) for item in made["items"]]
    for state in batch.get("items") or ():
        index = state.get("item_index") if isinstance(state, dict) else None
        if isinstance(index, int) and 0 <= index < len(items):
            items[index].update({name: value for name, value in state.items() if name != "video_id"})
    return {"data": {**made, "status": batch.get("status", made["status"]), "items": items}}
