/* Who is connected to the shim. A slow client waits for itself alone. */
#include "shim.h"

#include <poll.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>

enum { FRAME_MOST = PLAN_LARGEST + 64, GOODBYE_MS = 1000 };

static int free_slot(const struct shim *shim)
{
	for (int i = 0; i < CONNECTIONS; i++)
		if (shim->connections[i].fd == 0)
			return i;
	return NOBODY;
}

static void greet(struct shim *shim, int index)
{
	uint8_t frame[MESSAGE_MOST];

	stream_tell_skipped(shim, index);
	connection_send(shim, index, MSG_STATE, frame, message_state(shim, frame));
}

/* With all places taken the others stay in the socket's backlog. */
static void set_accepting(struct shim *shim, bool accepting)
{
	if (accepting == shim->accepting)
		return;
	shim->accepting = accepting;
	if (accepting)
		loop_watch(shim, FD_LISTEN, WATCH_LISTEN, 0);
	else
		loop_unwatch(shim, FD_LISTEN);
}

void connection_accept(struct shim *shim)
{
	int index = free_slot(shim);
	int fd;

	if (index == NOBODY) {
		set_accepting(shim, false);
		return;
	}
	fd = accept4(FD_LISTEN, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (fd < 0)
		return;
	if (loop_watch(shim, fd, WATCH_CONNECTION, index) < 0) {
		close(fd);
		return;
	}
	shim->connections[index] = (struct connection){.fd = fd, .proc = NOBODY};
	greet(shim, index);
}

static void drop_body(struct connection *connection)
{
	if (connection->body != NULL && connection->body != connection->small)
		munmap(connection->body, connection->length);
	connection->body = NULL;
	connection->have = 0;
	connection->length = 0;
}

void connection_close(struct shim *shim, int index)
{
	struct connection *connection = &shim->connections[index];
	int proc = connection->proc;

	if (connection->fd <= 0)
		return;
	drop_body(connection);
	if (connection->pending > 0)
		madvise(shim->waiting[index], PENDING, MADV_DONTNEED);
	stream_detach(shim, index);
	close_fd(&connection->fd);
	connection->fd = 0;
	connection->proc = NOBODY;
	if (proc != NOBODY)
		proc_abandon(shim, proc);
	if (!shim->done)
		set_accepting(shim, true);
}

static void watch_writable(struct shim *shim, int index, bool writable)
{
	struct epoll_event event = {
		.events = EPOLLIN | (writable ? EPOLLOUT : 0U),
		.data.u32 = (uint32_t)WATCH_CONNECTION << 16 | (uint32_t)index,
	};

	epoll_ctl(shim->epoll, EPOLL_CTL_MOD, shim->connections[index].fd, &event);
}

/* Keeps what the socket did not take; a client that lets too much pile up is dropped. */
static void keep_waiting(struct shim *shim, int index, const uint8_t *rest, size_t length)
{
	struct connection *connection = &shim->connections[index];

	if (length > PENDING - connection->pending) {
		connection_close(shim, index);
		return;
	}
	memcpy(shim->waiting[index] + connection->pending, rest, length);
	if (connection->pending == 0)
		watch_writable(shim, index, true);
	connection->pending += (uint32_t)length;
}

void connection_send(struct shim *shim, int index, unsigned type, uint8_t *frame, size_t payload)
{
	struct connection *connection = &shim->connections[index];
	size_t length = FRAME_HEADER + payload;
	ssize_t sent = 0;

	if (connection->fd <= 0)
		return;
	message_head(frame, type, payload);
	if (connection->pending == 0) {
		sent = send(connection->fd, frame, length, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (sent < 0 && errno != EAGAIN && errno != EINTR) {
			connection_close(shim, index);
			return;
		}
	}
	if (sent < 0)
		sent = 0;
	if ((size_t)sent < length)
		keep_waiting(shim, index, frame + sent, length - (size_t)sent);
}

static void flush(struct shim *shim, int index)
{
	struct connection *connection = &shim->connections[index];
	uint8_t *waiting = shim->waiting[index];
	ssize_t sent = send(connection->fd, waiting, connection->pending,
			    MSG_NOSIGNAL | MSG_DONTWAIT);

	if (sent < 0 && errno != EAGAIN && errno != EINTR) {
		connection_close(shim, index);
		return;
	}
	if (sent <= 0)
		return;
	connection->pending -= (uint32_t)sent;
	memmove(waiting, waiting + sent, connection->pending);
	if (connection->pending > 0)
		return;
	watch_writable(shim, index, false);
	madvise(waiting, PENDING, MADV_DONTNEED);
	stream_tell_skipped(shim, index);
	if (connection->fd > 0 && connection->proc != NOBODY)
		proc_resume(shim, connection->proc);
}

/* Room for the body once the header is complete. */
static int make_body(struct connection *connection)
{
	uint32_t length = plan_u32(connection->header);

	if (length > FRAME_MOST)
		return -EMSGSIZE;
	connection->body = connection->small;
	if (length > SMALL_FRAME) {
		connection->body = mmap(NULL, length, PROT_READ | PROT_WRITE,
					MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		if (connection->body == MAP_FAILED) {
			connection->body = NULL;
			return -ENOMEM;
		}
	}
	connection->length = length;
	return 0;
}

/* Reads as much of the current frame as there is: 1 when it is complete, 0 when not, -errno. */
static int read_frame(struct connection *connection)
{
	for (;;) {
		bool in_header = connection->have < FRAME_HEADER;
		uint32_t whole = in_header ? FRAME_HEADER : FRAME_HEADER + connection->length;
		uint8_t *to = in_header ? connection->header + connection->have
					: connection->body + (connection->have - FRAME_HEADER);
		ssize_t got;

		if (connection->have == whole && !in_header)
			return 1;
		got = recv(connection->fd, to, whole - connection->have, MSG_DONTWAIT);
		if (got < 0)
			return errno == EAGAIN || errno == EINTR ? 0 : -errno;
		if (got == 0)
			return -ECONNRESET;
		connection->have += (uint32_t)got;
		if (in_header && connection->have == FRAME_HEADER) {
			int error = make_body(connection);

			if (error < 0)
				return error;
		}
	}
}

void connection_ready(struct shim *shim, int index, uint32_t events)
{
	struct connection *connection = &shim->connections[index];
	int complete;

	if (connection->fd <= 0)
		return;
	if ((events & EPOLLOUT) != 0)
		flush(shim, index);
	if (connection->fd <= 0 || (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) == 0)
		return;
	complete = read_frame(connection);
	if (complete < 0)
		connection_close(shim, index);
	if (complete <= 0)
		return;
	message_take(shim, index, plan_u32(connection->header + 4), connection->body,
		     connection->length);
	if (connection->fd > 0)
		drop_body(connection);
}

void connection_tell_all(struct shim *shim)
{
	for (int i = 0; i < CONNECTIONS; i++)
		if (shim->connections[i].fd > 0)
			greet(shim, i);
}

/* Waits until one of those that are behind can be sent to, or is gone; false when there is none. */
static bool await_slow(struct shim *shim, int64_t until)
{
	struct pollfd slow[CONNECTIONS];
	int64_t left = (until - now_ns() + NS_PER_MS - 1) / NS_PER_MS;
	nfds_t count = 0;

	for (int i = 0; i < CONNECTIONS; i++)
		if (shim->connections[i].fd > 0 && shim->connections[i].pending > 0)
			slow[count++] = (struct pollfd){shim->connections[i].fd, POLLOUT, 0};
	return count > 0 && left > 0 && poll(slow, count, (int)left) > 0;
}

static void flush_slow(struct shim *shim)
{
	for (int i = 0; i < CONNECTIONS; i++)
		if (shim->connections[i].fd > 0 && shim->connections[i].pending > 0)
			flush(shim, i);
}

/* The record is on disk: whoever is still in the backlog gets the last state, then all end. */
void connection_say_goodbye(struct shim *shim)
{
	int64_t until = now_ns() + GOODBYE_MS * NS_PER_MS;
	int backlog = CONNECTIONS;

	shim->done = true;
	connection_tell_all(shim);
	while (backlog-- > 0 && free_slot(shim) != NOBODY)
		connection_accept(shim);
	while (await_slow(shim, until))
		flush_slow(shim);
	for (int i = 0; i < CONNECTIONS; i++)
		connection_close(shim, i);
}
