"""What a worker does for a sum: make a node, of terms or of two other nodes, and leave it as a file."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from pi_engine.bigint.residues.written_residues import DamagedRecordError
from pi_engine.distributed.nodes.node_faults import FullFolderError, OperandError
from pi_engine.errors import CapacityError, CorruptFileError
from pi_engine.runtime.compilation.kernel_set import KernelSet
from pi_engine.runtime.repairs import Repair, Repairs
from pi_engine.splitting.node_files.node_file import read_node, write_node

if TYPE_CHECKING:
    from distributed import Worker

    from pi_engine.distributed.nodes.node_service import NodeService
    from pi_engine.distributed.nodes.sum_job import NodePlace, Span, SumJob
    from pi_engine.splitting.compiled.compiled_tree import Cuts
    from pi_engine.splitting.compiled.upper_tree import LargeNode

SUM_KERNELS = KernelSet(
    "pi_engine.bigint.fft.fourier_kernels:FOURIER_KERNELS",
    "pi_engine.bigint.ntt.transform_kernels:TRANSFORM_KERNELS",
    "pi_engine.bigint.residues.stored_residues:RESIDUE_KERNELS",
    "pi_engine.splitting.kernels.tree_kernels:TREE_KERNELS",
)


@dataclass(frozen=True)
class NodeRequest:
    """A node to be made.

    Attributes:
        job: the sum.
        span: the node.
        threads: that the worker may use.
        file: the name of the file to write.
        operands: nodes within it that are there, with their places; if there are none, it is made of the terms.
    """

    job: SumJob
    span: Span
    threads: int
    file: str
    operands: dict[Span, NodePlace] = field(default_factory=dict)


@dataclass(frozen=True)
class MadeNode:
    """A node that has been made.

    Attributes:
        size: bytes of its file.
        digest: over all of it.
        moved: bytes that came from other workers for it.
        repairs: steps that were repeated for it.
    """

    size: int
    digest: str
    moved: int = 0
    repairs: list[Repair] = field(default_factory=list)


def make_node(request: NodeRequest) -> MadeNode:
    """Make a node, as a task of a worker.

    Raises:
        OperandError: one of the operands is damaged, or cannot be had.
        FullFolderError: the folder has no room.
        VerificationError: a check failed, and again.
    """
    from distributed import get_worker

    from pi_engine.bigint.buffers.workspace import LEAST_KEPT, pool
    from pi_engine.distributed.nodes.node_service import service_name

    SUM_KERNELS.load()
    worker, repairs = get_worker(), Repairs(pool.release)
    service: NodeService = worker.plugins[service_name(request.job.run)]  # type: ignore[assignment]
    folder = service.folder if request.job.shared is None else Path(request.job.shared)
    operands = _Operands(request, worker, service, folder)
    try:
        node = request.job.tree(request.threads, operands, repairs).node(*request.span)
        path = folder / request.file
        path.unlink(missing_ok=True)
        written = write_node(path, request.span.key, node)
        for number in node.numbers():
            number.release()
    except CapacityError as error:
        raise FullFolderError(str(error)) from error
    except OSError as error:
        if error.errno in CapacityError.errnos:
            raise FullFolderError(f"{folder}: {error.strerror}") from error
        raise
    finally:
        pool.release(LEAST_KEPT)
    return MadeNode(written.size, written.digest, operands.moved, repairs.made)


class _Operands:
    """The `NodeKeeper` of a task: gives the tree the nodes that other tasks have made.

    Attributes:
        moved: bytes that came from other workers.
    """

    def __init__(self, request: NodeRequest, worker: Worker, service: NodeService, folder: Path) -> None:
        self._request, self._worker, self._service, self._folder = request, worker, service, folder
        self._places = {(span.lo, span.hi): (span, place) for span, place in request.operands.items()}
        self.moved = 0

    def cuts(self, cuts: Cuts) -> Cuts:
        """See `NodeKeeper`."""
        return cuts

    def load(self, lo: int, hi: int, threads: int) -> LargeNode | None:
        """See `NodeKeeper`.

        Raises:
            OperandError: it is damaged, or cannot be had.
        """
        if (lo, hi) not in self._places:
            return None
        span, place = self._places[lo, hi]
        pulled = self._request.job.shared is None and place.worker != self._worker.address
        path = self._folder / (f"pulled-{place.file}" if pulled else place.file)
        try:
            if pulled:
                self._pull(place, path)
            return read_node(path, span.key, place.digest, threads)
        except (CorruptFileError, DamagedRecordError) as error:
            raise OperandError(lo, hi, str(error), damaged=True) from error
        except OSError as error:
            if error.errno in CapacityError.errnos:
                raise
            raise OperandError(lo, hi, f"it cannot be had: {error}", damaged=False) from error
        finally:
            if pulled:
                path.unlink(missing_ok=True)

    def _pull(self, place: NodePlace, path: Path) -> None:
        from distributed.utils import sync

        from pi_engine.distributed.nodes.node_service import pull

        path.unlink(missing_ok=True)
        sync(self._worker.loop, pull, self._worker.connection_args, self._service.name, place, path)
        self.moved += place.size

    def keep(self, lo: int, hi: int, node: LargeNode) -> None:
        """See `NodeKeeper`: the task keeps it."""

    def leave(self, lo: int, hi: int, node: LargeNode) -> None:
        """See `NodeKeeper`: the other half has failed, and this one is still a file."""
