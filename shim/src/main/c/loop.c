/* The one loop of the shim: an event at a time, so that none is about something closed before. */
#include "shim.h"

#include <limits.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/mman.h>

enum { IDLE_MS = 1000 };

int loop_watch(const struct shim *shim, int fd, enum watched kind, int index)
{
	struct epoll_event event = {
		.events = EPOLLIN,
		.data.u32 = (uint32_t)kind << 16 | (uint32_t)index,
	};

	return epoll_ctl(shim->epoll, EPOLL_CTL_ADD, fd, &event) < 0 ? -errno : 0;
}

/* An event once there is room to write. */
int loop_watch_room(const struct shim *shim, int fd, int index)
{
	struct epoll_event event = {
		.events = EPOLLOUT,
		.data.u32 = (uint32_t)WATCH_IN << 16 | (uint32_t)index,
	};

	return epoll_ctl(shim->epoll, EPOLL_CTL_ADD, fd, &event) < 0 ? -errno : 0;
}

void loop_unwatch(const struct shim *shim, int fd)
{
	epoll_ctl(shim->epoll, EPOLL_CTL_DEL, fd, NULL);
}

static void dispatch(struct shim *shim, const struct epoll_event *event)
{
	enum watched kind = (enum watched)(event->data.u32 >> 16);
	int index = (int)(event->data.u32 & 0xffff);

	switch (kind) {
	case WATCH_LISTEN:
		connection_accept(shim);
		break;
	case WATCH_CONNECTION:
		connection_ready(shim, index, event->events);
		break;
	case WATCH_REPORT:
		proc_reported(shim, &shim->procs[index]);
		break;
	case WATCH_END:
		proc_ended(shim, &shim->procs[index]);
		break;
	case WATCH_OUT:
	case WATCH_ERR:
		proc_output(shim, &shim->procs[index], kind == WATCH_OUT ? 0 : 1);
		break;
	case WATCH_IN:
		stream_input_ready(shim, &shim->procs[index]);
		break;
	}
}

/* Milliseconds to the next thing to do, rounded up; -1 when only events matter. */
static int patience(const struct shim *shim)
{
	int64_t next = proc_next_tick(shim);
	int64_t left;

	if (next == 0)
		return shim->warm ? IDLE_MS : -1;
	left = (next - now_ns() + NS_PER_MS - 1) / NS_PER_MS;
	if (left < 0)
		return 0;
	return left > INT_MAX ? INT_MAX : (int)left;
}

/* A container that has fallen silent should cost no more than one that never spoke. */
static void cool_down(struct shim *shim)
{
	log_trim(&shim->log);
	madvise(shim->relay, sizeof(shim->relay), MADV_DONTNEED);
	shim->warm = false;
}

int loop_run(struct shim *shim)
{
	struct epoll_event event;

	while (!shim->done) {
		int wait = patience(shim);
		int ready = epoll_wait(shim->epoll, &event, 1, wait);

		if (ready < 0 && errno != EINTR)
			return -errno;
		if (ready > 0)
			dispatch(shim, &event);
		if (!shim->done && (wait >= 0 || ready <= 0 || shim->execs > 0 ||
				    shim->procs[FIRST_PROCESS].ended))
			proc_tick(shim, now_ns(), ready == 0);
		if (ready == 0 && wait == IDLE_MS && shim->warm && !shim->done)
			cool_down(shim);
	}
	return 0;
}
