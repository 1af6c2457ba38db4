"""Work on files for all cores.

It is done by processes that end after a while: Typst keeps what it laid out in the memory of its process, some 3 MB a
page, and drawing pages and workbooks on threads would keep one core busy.
"""

import multiprocessing
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from os import cpu_count
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")

_FEW = 24
"""So many pieces are done before a process has begun."""
_WAITING = 2
"""So many pieces a process may wait, so that memory does not grow with their number."""


def on_all_cores(
    work: Callable[[T], R], items: Iterable[T], count: int, *, a_process: int = 32, few: int = _FEW
) -> Iterator[R]:
    """`work` (a function of a module) on each item, answers in the order of the items.

    `count` is about how many there are; where these are but `few` they are done here. A process ends after `a_process`.
    """
    if count <= few:
        yield from map(work, items)
        return
    cores = cpu_count() or 1
    context = multiprocessing.get_context("spawn")
    pool: Executor = ProcessPoolExecutor(cores, context, max_tasks_per_child=a_process)
    with pool:
        queue: list[Future[R]] = []
        for item in items:
            queue.append(pool.submit(work, item))
            if len(queue) >= cores * (1 + _WAITING):
                yield queue.pop(0).result()
        yield from (waiting.result() for waiting in queue)
