"""The lecture hall as a whole: processes of the page, and nginx in front of them."""

import asyncio
import contextlib
import logging
import signal
import tempfile
from dataclasses import dataclass
from pathlib import Path

from app.hall.backend import START_SECONDS, Backend, environment
from app.hall.proxy import Door, Proxy

log = logging.getLogger("hall")


@dataclass(frozen=True)
class Plan:
    """What is to be started.

    Attributes:
        door: Where the hall is entered.
        backends: How many processes of the page.
        others: Processes on other machines, `HOST:PORT`, which somebody else starts.
        grace: How long a rolling restart waits for the pages of one process to be closed [seconds].
        secret: What sessions are signed with; the same on all machines.
    """

    door: Door
    backends: int
    secret: str
    others: tuple[str, ...] = ()
    grace: float = 300.0


class Hall:
    """Starts what a plan says, keeps it running, and ends it."""

    def __init__(self, plan: Plan, nginx: str, folder: Path) -> None:
        self._plan = plan
        names = environment(plan.secret)
        self._backends = [Backend(f"backend {n + 1}", plan.door.origins, names) for n in range(plan.backends)]
        self._proxy = Proxy(nginx, plan.door, folder)
        self._asked = asyncio.Event()

    async def run(self) -> None:
        """Start everything, and keep it running until this is cancelled, which ends everything.

        Raises:
            OSError: A process does not come up at the start, or nginx does not, or nginx ends.
        """
        asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, self._asked.set)
        try:
            async with asyncio.TaskGroup() as tasks:
                for backend in self._backends:
                    tasks.create_task(backend.keep())  # which ends its process on its way out
                await self._come_up()
                self._proxy.write(self._servers())
                await self._proxy.start()
                door = self._plan.door
                log.info("open: http://%s:%d/app, %d processes", door.address, door.port, len(self._servers()))
                tasks.create_task(self._roll_when_asked())
                await self._proxy.ended()
                raise OSError("nginx has ended")
        finally:
            await self._proxy.stop()

    async def _come_up(self) -> None:
        try:
            async with asyncio.timeout(START_SECONDS):
                for backend in self._backends:
                    await backend.up.wait()
        except TimeoutError:
            late = [backend.name for backend in self._backends if not backend.up.is_set()]
            raise OSError(f"{', '.join(late)} did not come up within {START_SECONDS:.0f} s") from None

    def _servers(self, without: Backend | None = None) -> dict[str, bool]:
        """Return what nginx passes visitors on to; one that is alone stays, for it has nobody to leave them to."""
        servers = {backend.server: backend is not without for backend in self._backends}
        servers |= dict.fromkeys(self._plan.others, True)
        return servers if any(servers.values()) else dict.fromkeys(servers, True)

    async def _roll_when_asked(self) -> None:
        while True:
            await self._asked.wait()
            self._asked.clear()
            await self._roll()

    async def _roll(self) -> None:
        """Restart one process after the other, each once its pages are closed or have had their time.

        A page that is still open then loses its socket and comes back, in its state, from another process.
        """
        for backend in self._backends:
            log.info("%s takes no new visitors and is restarted when its pages are closed", backend.name)
            self._proxy.reload(self._servers(without=backend))
            if not await backend.emptied(self._plan.grace):
                log.info("%s: pages are still open after %.0f s; they move on", backend.name, self._plan.grace)
            if not await backend.restart():
                # Visitors stay with the others, which run what they ran; this one is tried again all the while.
                log.error("%s does not come up again: the rolling restart ends here", backend.name)
                await backend.up.wait()
                self._proxy.reload(self._servers())
                return
            self._proxy.reload(self._servers())
        log.info("every process is restarted")


async def serve(plan: Plan, nginx: str) -> int:
    """Run a hall until SIGTERM or SIGINT; return the exit status."""
    loop = asyncio.get_running_loop()
    with tempfile.TemporaryDirectory(prefix="schedule-lab-hall-") as name:
        folder = Path(name)
        folder.chmod(0o711)  # nginx's workers, who are nobody, find what is theirs
        hall = Hall(plan, nginx, folder)
        running = asyncio.create_task(hall.run())
        for number in (signal.SIGTERM, signal.SIGINT):
            # Once: what comes while everything is being ended must not break that off.
            loop.add_signal_handler(number, lambda: running.cancelling() or running.cancel())
        status = 0
        try:
            with contextlib.suppress(asyncio.CancelledError):
                await running
        except* OSError as errors:
            log.error("%s", errors.exceptions[0])
            status = 1
    return status
