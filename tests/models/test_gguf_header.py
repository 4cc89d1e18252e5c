"""The header reader refuses what cannot be true, with a reason, and never hangs."""

from __future__ import annotations

import contextlib
import random
import struct
from pathlib import Path

import pytest

from workbench.domain.errors import ModelError, ModelFileError, ModelNotFoundError
from workbench.models.gguf.header import read_header, read_summary
from workbench.models.gguf.tables import FILE_TYPES, TENSOR_BLOCKS
from workbench.settings import starter_model

U32, U64 = "<I", "<Q"


def text(value: str) -> bytes:
    raw = value.encode()
    return struct.pack(U64, len(raw)) + raw


def pair(key: str, kind: int, payload: bytes) -> bytes:
    return text(key) + struct.pack(U32, kind) + payload


def head(tensors: int = 0, pairs: tuple[bytes, ...] = (), version: int = 3) -> bytes:
    counts = struct.pack("<IQQ", version, tensors, len(pairs))
    return b"GGUF" + counts + b"".join(pairs)


def tensor(shape: tuple[int, ...], offset: int = 0, kind: int = 0) -> bytes:
    dims = struct.pack(U32, len(shape)) + b"".join(struct.pack(U64, n) for n in shape)
    return text("w") + dims + struct.pack("<IQ", kind, offset)


@pytest.fixture
def write(tmp_path: Path):
    def write_file(raw: bytes) -> str:
        file = tmp_path / "model.gguf"
        file.write_bytes(raw)
        return str(file)

    return write_file


def test_reads_what_the_starter_model_says():
    header = read_header(str(starter_model()))
    assert header.architecture == "llama"
    assert header.quantization == "Q4_1"
    assert header.of_architecture("block_count") == 30
    assert 130e6 < header.parameters < 140e6
    assert header.metadata["tokenizer.ggml.tokens"] == "[49,152]"
    assert "im_start" in header.metadata["tokenizer.chat_template"]


def test_a_small_sound_file_is_read(write):
    architecture = pair("general.architecture", 8, text("tiny"))
    raw = head(1, (architecture,)) + tensor((4, 2))
    header = read_header(write(raw.ljust(-(-len(raw) // 32) * 32, b"\0") + b"\0" * 32))
    assert (header.architecture, header.parameters, header.tensor_bytes) == ("tiny", 8, 32)


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"", "does not begin with GGUF"),
        (b"PK\3\4" + b"\0" * 100, "does not begin with GGUF"),
        (b"GGUF", "damaged"),
        (head(version=99), "version 99"),
        (b"GGUF" + struct.pack("<IQQ", 3, 2**60, 0), "tensors"),
        (b"GGUF" + struct.pack("<IQQ", 3, 0, 2**60), "metadata entries"),
        (head(0, (struct.pack(U64, 1 << 30) + b"x",)), "text of 1,073,741,824 bytes"),
        (head(0, (pair("general.alignment", 4, struct.pack(U32, 1 << 30)),)), "alignment"),
        (head(0, (pair("general.alignment", 4, struct.pack(U32, 0)),)), "alignment"),
        (head(0, (pair("k", 77, b""),)), "unknown type 77"),
        (head(0, (pair("k", 9, struct.pack("<IQ", 4, 2**40)),)), "bytes where"),
        (head(0, (pair("k", 9, struct.pack("<IQ", 9, 2**40)),)), "list of"),
        (head(1) + tensor((2**42 + 1, 2**42)), "impossible shape"),
        (head(1) + tensor((1,) * 9), "9 dimensions"),
        (head(1) + tensor((4,), offset=2**40) + b"\0" * 64, "missing at its end"),
    ],
)
def test_what_cannot_be_true_is_refused_with_its_reason(write, raw, words):
    with pytest.raises(ModelFileError, match=words):
        read_header(write(raw))


@pytest.mark.parametrize("share", [0.0000001, 0.001, 0.01, 0.5, 0.999])
def test_a_truncated_model_is_refused(write, share):
    whole = Path(str(starter_model())).read_bytes()
    with pytest.raises(ModelFileError, match=r"Get it again|does not begin"):
        read_header(write(whole[: int(len(whole) * share)]))


@pytest.mark.parametrize("seed", range(24))
def test_flipped_bits_and_noise_end_in_a_sentence_or_a_header(tmp_path, seed):
    chance = random.Random(seed)
    with Path(str(starter_model())).open("rb") as stream:
        raw = bytearray(stream.read(200_000))
    if seed % 4 == 0:
        raw = bytearray(b"GGUF" + chance.randbytes(5000))
    else:
        for _ in range(1 + seed % 5):
            raw[chance.randrange(len(raw) if seed % 2 else 2000)] ^= 1 << chance.randrange(8)
    file = tmp_path / "flipped.gguf"
    file.write_bytes(raw)
    with contextlib.suppress(ModelError):
        assert read_header(str(file)).tensor_count >= 0


def test_a_missing_file_and_a_folder_are_named(tmp_path):
    with pytest.raises(ModelNotFoundError, match="no such file"):
        read_header(str(tmp_path / "none.gguf"))
    with pytest.raises(ModelFileError, match="folder"):
        read_header(str(tmp_path))


@pytest.mark.parametrize("cut", [4, 30, 100, 5_000, 100_000])
def test_the_summary_of_a_truncated_file_is_a_summary_or_a_reason(write, cut):
    path = write(Path(str(starter_model())).read_bytes()[:cut])
    with contextlib.suppress(ModelError):
        assert read_summary(path).architecture == "llama"


def test_the_summary_says_what_the_whole_header_says():
    summary, whole = (read(str(starter_model())) for read in (read_summary, read_header))
    assert not summary.complete
    assert summary.metadata.items() <= whole.metadata.items()
    assert summary.tensor_count == whole.tensor_count


def test_the_tables_are_those_of_the_gguf_package():
    constants = pytest.importorskip("gguf.constants")
    intermediate = {"Q8_1", "Q8_K"}  # never in a file; the package has other sizes for them
    blocks = {
        int(kind): size
        for kind, size in constants.GGML_QUANT_SIZES.items()
        if kind.name not in intermediate
    }
    assert blocks.items() <= TENSOR_BLOCKS.items()
    names = {
        int(kind): kind.name.removeprefix("MOSTLY_").removeprefix("ALL_").removesuffix("_MOE")
        for kind in constants.LlamaFileType
        if kind.name != "GUESSED"
    }
    assert names == FILE_TYPES
