"""Values that the service hands to the window and the command line."""

from __future__ import annotations

from pathlib import PurePath
from typing import Annotated, Any, Literal

import msgspec

from workbench.domain.parameters import Field
from workbench.domain.runs.events import RunStatus

# --- strategies -------------------------------------------------------------------------------


class StrategyInfo(msgspec.Struct, frozen=True):
    """A strategy one can choose. ``short`` names its colour token (direct, cot, sc, tot)."""

    id: str
    title: str
    short: str
    description: str
    fields: tuple[Field, ...]


# --- models and the engine ----------------------------------------------------------------------


class ModelSpeed(msgspec.Struct, frozen=True, kw_only=True):
    """How fast a model was on this machine, in tokens a second; 0 is unknown."""

    prompt: float
    generation: float


FileKind = Literal["model", "adapter", "projector"]
"""A model that writes text, a LoRA adapter of one, or the eyes or ears of one (mmproj)."""


class ModelEntry(msgspec.Struct, frozen=True, kw_only=True):
    """A model file that can be chosen. ``error`` is a sentence when its header cannot be read."""

    name: str
    path: str
    source: str = ""
    """Where it was found: "starter", "models folder", ..."""
    file_bytes: int = 0
    architecture: str = ""
    parameters: int = 0
    quantization: str = ""
    context_tokens: int = 0
    """The context the model was trained for."""
    short_context_tokens: int = 0
    """Loaded with more than this, a model with two sets of rope factors takes the longer one."""
    error: str = ""
    kind: FileKind = "model"
    can_run: bool = True
    """False where it cannot be run as it is, whatever it holds; ``error`` says what to do."""
    other_names: tuple[str, ...] = ()
    """Further names that its program gives to the same file."""
    parts: int = 1
    """Files that belong together; ``path`` is the first and ``file_bytes`` the size of all."""
    speed: ModelSpeed | None = None
    """As it was last measured here, None until then."""


class ModelScan(msgspec.Struct, frozen=True, kw_only=True):
    """What was found on the disk, and sentences about what could not be looked at."""

    models: tuple[ModelEntry, ...] = ()
    adapters: tuple[ModelEntry, ...] = ()
    projectors: tuple[ModelEntry, ...] = ()
    problems: tuple[str, ...] = ()


class ModelFolder(msgspec.Struct, frozen=True):
    """A folder in which models are looked for; ``added`` when the user named it here."""

    path: str
    source: str
    added: bool = False


MemoryKind = Literal["attention", "sliding window", "recurrent", "hybrid", "remote", "none"]
"""How the model remembers what it has read, and so how much of it can be used again."""
Fit = Literal["Fits", "May be slow", "Will not fit"]
_COMFORTABLE = 0.85
"""Above this part of the free memory other programs are pushed out of theirs."""


class MemoryEstimate(msgspec.Struct, frozen=True, kw_only=True):
    """Bytes a model needs when loaded with ``context_tokens``, and what is free now."""

    context_tokens: int
    weights_bytes: int
    kv_bytes: int
    compute_bytes: int
    free_bytes: int
    embedding_bytes: int = 0
    """Taken on top while a text is embedded, at most."""
    formula: str = ""

    @property
    def total_bytes(self) -> int:
        """Weights, KV cache and compute buffers together."""
        return self.weights_bytes + self.kv_bytes + self.compute_bytes

    @property
    def fit(self) -> Fit:
        """Whether that goes into what is free."""
        if self.total_bytes > self.free_bytes:
            return "Will not fit"
        return "May be slow" if self.total_bytes > _COMFORTABLE * self.free_bytes else "Fits"


class MemoryUse(msgspec.Struct, frozen=True, kw_only=True):
    """What a loaded model takes, as llama.cpp reports it, and the worker's resident memory."""

    weights_bytes: int
    kv_bytes: int
    compute_bytes: int
    resident_bytes: int

    @property
    def total_bytes(self) -> int:
        """Weights, KV cache and compute buffers together."""
        return self.weights_bytes + self.kv_bytes + self.compute_bytes


class ModelDetails(msgspec.Struct, frozen=True, kw_only=True):
    """Everything the header says, the memory estimate, and what is known from using it."""

    entry: ModelEntry
    metadata: dict[str, Any]
    chat_template: str
    tensor_count: int
    memory: MemoryEstimate
    memory_kind: MemoryKind = "attention"
    reuse: str = ""
    """A sentence: which prompts need not be read again."""
    used: MemoryUse | None = None
    """While it is loaded."""
    decode_width: int = 0
    """How many answers are decoded together; 0 unless it is loaded."""
    threads: int = 0
    """Processor threads that it gets where the settings leave that open."""


class Adapter(msgspec.Struct, frozen=True):
    """A LoRA adapter file and how strongly it works (1 is as trained)."""

    path: str
    scale: Annotated[float, msgspec.Meta(ge=-10.0, le=10.0)] = 1.0

    @property
    def note(self) -> str:
        """Its file and strength, as the manifest of a run has it."""
        return f"{PurePath(self.path).name} x {self.scale:g}"


KvType = Literal["f16", "q8_0", "q4_0"]


class LoadSettings(msgspec.Struct, frozen=True, kw_only=True):
    """How a model is loaded."""

    context_tokens: int = 8192
    """KV cells, shared by all answers that are decoded together."""
    sequences: int = 0
    """Most answers that are decoded together; 0 measures what suits this machine and model."""
    threads: int = 0
    """0 means the number of physical cores."""
    batch_tokens: int = 512
    """Most tokens of one evaluation."""
    gpu_layers: int = 0
    """Layers that the GPU computes; -1 is all."""
    kv_type: KvType = "f16"
    """Number format of the KV cache; the smaller ones need flash attention for the values."""
    flash_attention: Literal["auto", "on", "off"] = "auto"
    use_mmap: bool = True
    """Map the file in place of reading it; off for network drives and removable ones."""
    adapters: tuple[Adapter, ...] = ()


class HubFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file that can be got. ``sha256`` is "" where the hub has none."""

    name: str
    bytes: int
    sha256: str = ""
    parts: int = 1
    """Files of a split model; ``name`` is the first, ``bytes`` the size of all."""


class ShelfModel(msgspec.Struct, frozen=True, kw_only=True):
    """A model that is proposed to get; ``path`` is "" until it is there.

    ``bytes`` is about its size, ``memory`` what it needs with the context that it names.
    """

    name: str
    repository: str
    file: str
    bytes: int
    licence: str
    words: str
    path: str
    memory: MemoryEstimate


class DownloadProgress(msgspec.Struct, frozen=True, kw_only=True):
    """How far a download is. ``state`` "checking" reads what has come to compare its checksum."""

    file: str
    done_bytes: int
    total_bytes: int
    state: Literal["loading", "checking"] = "loading"
    bytes_per_second: float = 0.0


EngineState = Literal["empty", "starting", "loading", "ready", "busy", "dead"]


class EngineStatus(msgspec.Struct, frozen=True, kw_only=True):
    """What the status bar shows. ``error`` is a sentence when the engine is dead."""

    state: EngineState = "empty"
    model_name: str = ""
    model_path: str = ""
    context_tokens: int = 0
    progress: float = 0.0
    """0 to 1 while loading."""
    memory_bytes: int = 0
    """Resident memory of the worker."""
    total_memory_bytes: int = 0
    tokens_per_second: float = 0.0
    active_sequences: int = 0
    error: str = ""
    place: str = ""
    """The machine to which text is sent, "" where it stays on this one."""
    can_score: bool = True
    """Whether the loaded model can score each token of a given text."""


# --- history ------------------------------------------------------------------------------------


class RunSummary(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the history. ``started_at`` is Unix seconds, UTC."""

    run_id: int
    status: RunStatus
    strategy: str
    model: str
    title: str
    answer: str | None
    started_at: float
    seconds: float
    calls: int
    completion_tokens: int
    group: str = ""
    error: str = ""
    is_right: bool | None = None
    """Whether the answer is the right one, None where that is not known."""
    members: int = 1
    """Runs of the comparison that this one represents, in a folded list."""


class RunFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which runs a list shows; what is left at its default does not matter."""

    text: str = ""
    """Words that all occur in title, prompt or outputs; the last may be a beginning."""
    strategy: str = ""
    model: str = ""
    """As runs name it: a path, or a name."""
    group: str = ""
    """Only the columns of this comparison."""
    version: int = 0
    """Only runs of the version of a prompt with this id."""
    prompt: str = ""
    """Only runs of the prompt at this path, whatever its version."""
    since: float = 0.0
    """Started at this time or later (Unix seconds)."""
    compared: bool = False
    """Only runs of comparisons."""
    is_right: bool | None = None
    """Only runs whose answer was found right, or wrong."""
    without_cancelled: bool = False

    @property
    def is_folding(self) -> bool:
        """Whether each comparison is one row: what looks for single runs shows them singly."""
        searching = self.text.strip() or self.strategy or self.model or self.group
        return not searching and self.is_right is None and not self.without_cancelled


TaggedKind = Literal["run", "conversation"]


class Labels(msgspec.Struct, frozen=True):
    """How the user ordered a run or a conversation; only a conversation has a folder ("a/b")."""

    tags: tuple[str, ...] = ()
    folder: str = ""
    pinned: bool = False


class SearchHit(msgspec.Struct, frozen=True, kw_only=True):
    """A place where the searched words occur. ``snippet`` marks them with U+0002 and U+0003."""

    kind: Literal["run", "message", "version", "case"]
    """What a click opens: a run, a conversation, a version of a prompt, an evaluation."""
    id: int
    """The run's id, or the conversation's, the version's or the evaluation's."""
    title: str
    snippet: str
    at: float
    message_id: int | None = None
    """The message of the conversation in which they occur."""
    part: Literal["text", "thought", "title", "system", "variables", "file"] = "text"
    """Which text of it they occur in."""
    role: str = ""
    """Of a message."""
    model: str = ""
    strategy: str = ""
    number: int = 0
    """Of a message among its versions, of a version of a prompt, of a row; from 1."""
    of: int = 0
    """How many versions the message has."""
    is_shown: bool | None = None
    """Whether the message is on the branch that is shown; None where that is not known."""
    is_right: bool | None = None
    scores: tuple[float, ...] = ()
    """Of a run in the evaluations that it is in; lowest first, each once."""
    run_id: int | None = None
    """The run that wrote the message."""
    path: str = ""
    """Of the prompt, or of the evaluation's file."""


class Conversation(msgspec.Struct, frozen=True, kw_only=True):
    """A chat. ``leaf_id`` is the last message of the branch that is shown."""

    conversation_id: int
    title: str
    created_at: float
    updated_at: float
    snippet: str = ""
    leaf_id: int | None = None
    hit_id: int | None = None
    """The message in which the searched words occur, where some were searched."""
    options: dict[str, Any] = {}
    """How its answers are made, as ``ChatOptions`` wrote it."""
    folder: str = ""
    """A path with "/", "" at the top."""
    is_pinned: bool = False


class ChatMessage(msgspec.Struct, frozen=True, kw_only=True):
    """A message of a conversation; an answer's text belongs to its run."""

    message_id: int
    conversation_id: int
    parent_id: int | None
    role: Literal["system", "user", "assistant"]
    text: str
    created_at: float
    run_id: int | None = None
    run_status: RunStatus | None = None
    model: str = ""
    strategy: str = ""
    completion_tokens: int = 0
    seconds: float = 0.0
    finish_reason: str = ""
    sibling_ids: tuple[int, ...] = ()
    """All versions at this place, in order of creation, this one among them."""
    system: str | None = None
    """The system prompt from this message on; None where it is the one before."""
    thought_tokens: int | None = None
    """Tokens that were thought before the answer; None where that is not known."""
    is_continued: bool = False
    """Whether it begins with another version's text: ``completion_tokens`` are what came after."""
    reasoning: str | None = None
    """What was thought before the answer, where it is known apart from its run."""
    kind: str = ""
    """"" for a message as such, else "summary", "tool_call" or "tool_result"."""
    hidden: bool = False
    """Neither shown nor sent."""
    author: str = ""
    """The model of an answer without a run."""
    label: str = ""
    """The name that the user gave to this message, or to the branch from here on."""
    pinned: bool = False
    attachments: tuple[dict[str, Any], ...] = ()
    edited_from: int | None = None
    """The version that was edited to get this one."""
    copied_from: int | None = None
    """The message that this one is a copy of."""
    elsewhere: int = 0
    """How many messages follow its other versions."""


class Estimate(msgspec.Struct, frozen=True, kw_only=True):
    """What a run is going to cost. Seconds is None until speed was measured for the model."""

    calls: int
    new_tokens: int
    """At most."""
    likely_tokens: int | None = None
    """What the last such runs wrote, None where there was none."""
    prompt_tokens: int | None = None
    seconds: float | None = None

    @property
    def tokens(self) -> int:
        """What is to be expected: by the last such runs, else the most."""
        return self.new_tokens if self.likely_tokens is None else self.likely_tokens


class RunLength(msgspec.Struct, frozen=True, kw_only=True):
    """How much a finished run wrote in how many calls, and with which parameters."""

    calls: int
    tokens: int
    params: dict[str, Any]
    max_tokens: int


class StoreStatus(msgspec.Struct, frozen=True, kw_only=True):
    """``saved_at`` is Unix seconds of the last commit; ``problem`` a sentence or ""."""

    path: str
    saved_at: float | None = None
    problem: str = ""
    recovered: str = ""
    """A sentence when a damaged file was moved aside at this start."""
    read_only: bool = False
    """Nothing can be saved until the program is started again; ``problem`` says why."""
    is_held: bool = False
    """It is read-only because another window or program has the file: trying again can help."""
    unsaved: bool = False
    """Something typed or received could not be written and is lost when the program ends now."""
    indexed: float = 1.0
    """Which share of an older history can be searched; 1 is all."""
    is_encrypted: bool = False
