/*
 * Standard input on its way to a process, and a container's output on its way to who has attached.
 * A client sends one frame of input at a time and the next when the last is taken, so that what
 * waits for a process is bounded and never keeps other messages of its connection waiting. Output
 * goes to the log first; a client that is behind with it misses some and is told how much.
 */
#include "procs.h"

#include <sys/mman.h>
#include <sys/socket.h>

/* What may be on its way to an attached client beyond its own buffers. */
enum { SEND_BUFFER = 1 << 20 };

static struct proc *reader_of(struct shim *shim, const struct connection *connection)
{
	if (connection->proc != NOBODY)
		return &shim->procs[connection->proc];
	if ((connection->attached & ATTACH_STDIN) != 0)
		return &shim->procs[FIRST_PROCESS];
	return NULL;
}

static void input_is_through(struct shim *shim, int index, struct proc *proc);

static void tell_taken(struct shim *shim, int index)
{
	uint8_t frame[FRAME_HEADER];

	connection_send(shim, index, MSG_STDIN_TAKEN, frame, 0);
}

void stream_forget_input(struct shim *shim, int index)
{
	struct connection *connection = &shim->connections[index];

	if (connection->input > 0)
		madvise(shim->input[index], INPUT, MADV_DONTNEED);
	connection->input = 0;
	connection->input_at = 0;
}

/*
 * A terminal stays open, as it does where somebody types. What other clients had for it will never
 * be taken.
 */
static void end_input(struct shim *shim, struct proc *proc)
{
	if (proc->terminal || proc->in < 0)
		return;
	proc_drop_fd(shim, &proc->in);
	proc->input_watched = false;
	for (int i = 0; i < CONNECTIONS; i++)
		if (shim->connections[i].fd > 0 && shim->connections[i].input > 0 &&
		    reader_of(shim, &shim->connections[i]) == proc)
			input_is_through(shim, i, proc);
}

static void end_if_over(struct shim *shim, const struct connection *connection, struct proc *proc)
{
	if (connection->input_over && proc != NULL &&
	    (connection->proc != NOBODY || (connection->attached & ATTACH_ONCE) != 0))
		end_input(shim, proc);
}

/* Everything is delivered, or nobody is there to take it. */
static void input_is_through(struct shim *shim, int index, struct proc *proc)
{
	stream_forget_input(shim, index);
	end_if_over(shim, &shim->connections[index], proc);
	tell_taken(shim, index);
}

/* How much the process took; all of it where it does not read any more, as nobody else will. */
static size_t give(const struct proc *proc, const uint8_t *bytes, size_t length)
{
	ssize_t taken = proc->in < 0 ? (ssize_t)length : write(proc->in, bytes, length);

	if (taken >= 0)
		return (size_t)taken;
	return errno == EAGAIN || errno == EINTR ? 0 : length;
}

static void await_room(struct shim *shim, struct proc *proc)
{
	if (!proc->input_watched)
		proc->input_watched =
			loop_watch_room(shim, proc->in, proc_index(shim, proc)) == 0;
}

void stream_input(struct shim *shim, int index, const uint8_t *body, size_t length)
{
	struct connection *connection = &shim->connections[index];
	struct proc *proc = reader_of(shim, connection);
	size_t taken;

	if (length > INPUT || connection->input_over || (length > 0 && connection->input > 0)) {
		connection_close(shim, index); /* not what a client of ours would send */
		return;
	}
	if (length == 0) {
		connection->input_over = true;
		if (connection->input == 0)
			end_if_over(shim, connection, proc);
		return;
	}
	taken = proc == NULL ? length : give(proc, body, length);
	if (proc == NULL || taken == length) {
		input_is_through(shim, index, proc);
		return;
	}
	memcpy(shim->input[index], body + taken, length - taken);
	connection->input = (uint32_t)(length - taken);
	await_room(shim, proc);
}

static void give_rest(struct shim *shim, int index, struct proc *proc)
{
	struct connection *connection = &shim->connections[index];
	size_t taken = give(proc, shim->input[index] + connection->input_at, connection->input);

	connection->input_at += (uint32_t)taken;
	connection->input -= (uint32_t)taken;
	if (connection->input > 0)
		await_room(shim, proc);
	else
		input_is_through(shim, index, proc);
}

void stream_input_ready(struct shim *shim, struct proc *proc)
{
	loop_unwatch(shim, proc->in);
	proc->input_watched = false;
	for (int i = 0; i < CONNECTIONS; i++) {
		struct connection *connection = &shim->connections[i];

		if (connection->fd > 0 && connection->input > 0 &&
		    reader_of(shim, connection) == proc)
			give_rest(shim, i, proc);
	}
}

int stream_attach(struct shim *shim, int index, const uint8_t *body, size_t length)
{
	struct connection *connection = &shim->connections[index];
	int bytes = SEND_BUFFER;
	unsigned wanted;

	if (length != 4)
		return -EINVAL;
	wanted = plan_u32(body) & (ATTACH_STDIN | ATTACH_STDOUT | ATTACH_STDERR | ATTACH_ONCE);
	if ((wanted & ~(unsigned)ATTACH_ONCE) == 0)
		return -EINVAL;
	if (connection->attached != 0 || connection->proc != NOBODY)
		return -EBUSY;
	if (shim->state != RUNNING || shim->procs[FIRST_PROCESS].ended)
		return -ESRCH;
	/* Without the larger buffer a client only falls behind sooner. */
	setsockopt(connection->fd, SOL_SOCKET, SO_SNDBUFFORCE, &bytes, sizeof(bytes));
	connection->attached = wanted;
	shim->attached++;
	return 0;
}

void stream_tell_skipped(struct shim *shim, int index)
{
	struct connection *connection = &shim->connections[index];
	uint8_t frame[MESSAGE_MOST];
	uint32_t halves[2] = {(uint32_t)connection->skipped, (uint32_t)(connection->skipped >> 32)};

	if (connection->skipped == 0)
		return;
	connection->skipped = 0;
	connection_send(shim, index, MSG_SKIPPED, frame, message_numbers(halves, 2, frame));
}

static void show(struct shim *shim, int index, int stream, size_t length)
{
	struct connection *connection = &shim->connections[index];

	if (connection->pending > 0)
		connection->skipped += length;
	else
		connection_send(shim, index, (unsigned)(MSG_STDOUT + stream), shim->relay, length);
}

void stream_output(struct shim *shim, int stream, const char *data, size_t length)
{
	unsigned wanted = (unsigned)ATTACH_STDOUT << stream;

	for (size_t part; shim->attached > 0 && length > 0; data += part, length -= part) {
		part = length < RELAY ? length : RELAY;
		memcpy(shim->relay + FRAME_HEADER, data, part);
		for (int i = 0; i < CONNECTIONS; i++)
			if (shim->connections[i].fd > 0 &&
			    (shim->connections[i].attached & wanted) != 0)
				show(shim, i, stream, part);
		shim->warm = true;
	}
}

void stream_detach(struct shim *shim, int index)
{
	struct connection *connection = &shim->connections[index];
	unsigned attached = connection->attached;

	stream_forget_input(shim, index);
	if (attached == 0)
		return;
	connection->attached = 0;
	shim->attached--;
	if ((attached & ATTACH_STDIN) != 0 && (attached & ATTACH_ONCE) != 0)
		end_input(shim, &shim->procs[FIRST_PROCESS]);
}
