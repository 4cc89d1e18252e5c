"""A run as one file that can be done again elsewhere: writes it, and reads it within limits.

It is a zip archive of three JSON members. ``bundle.json``: the format and its version, the run's
manifest (application, engine build, threads, model's name and digest, digests of the chat template
and of included files), digests of the inputs, of the data set's row where there is one, and of the
log-probabilities. ``spec.json``: the prompt, its variables, strategy, parameters, sampling, seed,
mode. ``log.json``: what happened, event by event, with every token and its log-probability.

There are no paths in it, and nothing of it is run but the prompt's template, in the sandbox.
"""

from __future__ import annotations

import hashlib
import io
import struct
import zipfile
from collections.abc import Sequence
from typing import Any, NoReturn

import msgspec

from workbench.domain.errors import FormatError
from workbench.domain.runs.events import LoggedEvent, RunStarted
from workbench.domain.runs.run_state import RunState, fold_all
from workbench.domain.runs.spec import ChatPrompt, RunSpec, TemplatePrompt
from workbench.domain.servers import model_name

FORMAT, VERSION = "prompt-workbench run bundle", 1
FILE_BYTES = 64 * 1024 * 1024
MEMBER_BYTES = 256 * 1024 * 1024
RATIO = 200
"""A member may unpack to this many times its packed size, above a megabyte."""
_SMALL = 1_000_000
_MEMBERS = ("bundle.json", "spec.json", "log.json")
_DAMAGED = "this is not a bundle of a run that this program can read."
_STAMP = (2020, 1, 1, 0, 0, 0)


class BundleHead(msgspec.Struct, frozen=True, kw_only=True):
    """``bundle.json``. ``inputs_sha256`` is of the variables or messages, in canonical JSON."""

    format: str
    version: int
    title: str
    manifest: dict[str, Any]
    inputs_sha256: str
    logprobs_sha256: str
    chat_template: str = ""
    """The template's text, where the model was loaded when the bundle was made."""


class Bundle(msgspec.Struct, frozen=True, kw_only=True):
    """A bundle that was read: ``log`` is the run as it was."""

    head: BundleHead
    spec: RunSpec
    log: tuple[LoggedEvent, ...]

    @property
    def state(self) -> RunState:
        """The run as it was, folded."""
        return fold_all(self.log)


def write_bundle(
    title: str,
    spec: RunSpec,
    log: Sequence[LoggedEvent],
    manifest: dict[str, Any],
    chat_template: str = "",
) -> bytes:
    """The file of a run. The same run gives the same bytes."""
    kept = tuple(_without_paths(each) for each in log)
    head = BundleHead(
        format=FORMAT,
        version=VERSION,
        title=title,
        manifest=_plain_manifest(manifest),
        inputs_sha256=inputs_digest(spec),
        logprobs_sha256=logprobs_digest(fold_all(log)),
        chat_template=chat_template,
    )
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        values = (head, plain_spec(spec), kept)
        for name, value in zip(_MEMBERS, values, strict=True):
            member = zipfile.ZipInfo(name, _STAMP)
            member.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(member, msgspec.json.encode(value))
    return file.getvalue()


def read_bundle(data: bytes, path: str) -> Bundle:
    """The run of a file.

    Raises:
        FormatError: it is no bundle, damaged, of a newer version, or too large.
    """

    def refuse(reason: str = _DAMAGED) -> NoReturn:
        raise FormatError(path, reason)

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            if sorted(each.filename for each in entries) != sorted(_MEMBERS):
                refuse()
            texts = [_member(archive, archive.getinfo(name), path) for name in _MEMBERS]
        head = msgspec.json.decode(texts[0], type=BundleHead)
        if head.format != FORMAT:
            refuse()
        if head.version > VERSION:
            refuse("it was made by a newer version of this program: update the program.")
        spec = plain_spec(msgspec.json.decode(texts[1], type=RunSpec))
        log = msgspec.json.decode(texts[2], type=tuple[LoggedEvent, ...])
        bundle = Bundle(head=head, spec=spec, log=log)
        state = bundle.state
    except FormatError:
        raise
    except Exception as error:  # whatever a made-up file brings about is one sentence
        raise FormatError(path, _DAMAGED) from error
    if logprobs_digest(state) != head.logprobs_sha256 or inputs_digest(spec) != head.inputs_sha256:
        refuse("its digests are not those of what is in it: it was changed or is damaged.")
    return bundle


def _member(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, path: str) -> bytes:
    packed = max(entry.compress_size, 1)
    if entry.file_size > MEMBER_BYTES or (
        entry.file_size > _SMALL and entry.file_size / packed > RATIO
    ):
        raise FormatError(path, f"{entry.filename} unpacks to too much.")
    with archive.open(entry) as member:
        text = member.read(entry.file_size + 1)
    if len(text) > entry.file_size:
        raise FormatError(path, f"{entry.filename} is larger than it says.")
    return text


def plain_spec(spec: RunSpec) -> RunSpec:
    """The spec without paths: names of the model and the prompt are kept."""
    prompt = spec.prompt
    if isinstance(prompt, TemplatePrompt):
        name = prompt.path.replace("\\", "/").rpartition("/")[2]
        prompt = TemplatePrompt(name, prompt.source, prompt.variables)
    return msgspec.structs.replace(spec, prompt=prompt, model=model_name(spec.model), group="")


def _plain_manifest(manifest: dict[str, Any]) -> dict[str, Any]:
    model = manifest.get("model")
    if not isinstance(model, dict):
        return manifest
    kept = {name: value for name, value in model.items() if name != "path"}
    return manifest | {"model": kept}


def _without_paths(logged: LoggedEvent) -> LoggedEvent:
    event = logged.event
    if isinstance(event, RunStarted):
        event = msgspec.structs.replace(
            event, model=model_name(event.model), manifest=_plain_manifest(event.manifest)
        )
    return LoggedEvent(0, logged.seq, logged.at, event)


def inputs_digest(spec: RunSpec) -> str:
    """sha256 of the variables, or of the messages of a chat, in canonical JSON."""
    prompt = spec.prompt
    given: Any = prompt.messages if isinstance(prompt, ChatPrompt) else prompt.variables
    return hashlib.sha256(msgspec.json.encode(given, order="deterministic")).hexdigest()


def logprobs_digest(state: RunState) -> str:
    """sha256 over each token's id and log-probability (64-bit floats), in the order of the calls.

    Equal digests mean that every token and every last bit of its probability is the same.
    """
    found = hashlib.sha256()
    for call in state.calls.values():
        found.update(call.call.encode() + b"\0")
        for sample in call.samples:
            found.update(struct.pack("<I", len(sample.tokens)))
            for token in sample.tokens:
                found.update(struct.pack("<qd", token.id, token.logprob))
    return found.hexdigest()
