/* What frames hold, both ways. Little endian; see shim/README.md. */
#include "kernel.h"
#include "shim.h"

#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>

enum { SIGNAL_ALL = 1, PATH_ROOM = 4096 };

static uint8_t *put_u32(uint8_t *to, uint32_t value)
{
	for (int i = 0; i < 4; i++)
		to[i] = (uint8_t)(value >> (8 * i));
	return to + 4;
}

static uint8_t *put_u64(uint8_t *to, uint64_t value)
{
	return put_u32(put_u32(to, (uint32_t)value), (uint32_t)(value >> 32));
}

static uint8_t *put_text(uint8_t *to, const char *text)
{
	size_t length = strlen(text);

	to = put_u32(to, (uint32_t)length);
	memcpy(to, text, length);
	return to + length;
}

static uint8_t *put_failure(uint8_t *to, const struct failure *failure)
{
	to = put_u32(to, (uint32_t)failure->index);
	to = put_u32(to, (uint32_t)failure->error);
	to = put_text(to, failure->step);
	to = put_text(to, failure->object);
	return put_text(to, failure->detail);
}

void message_head(uint8_t *frame, unsigned type, size_t payload)
{
	put_u32(put_u32(frame, (uint32_t)payload), type);
}

size_t message_state(const struct shim *shim, uint8_t *frame)
{
	const struct proc *first = &shim->procs[FIRST_PROCESS];
	uint8_t *to = frame + FRAME_HEADER;

	to = put_u32(to, (uint32_t)shim->state);
	to = put_u32(to, (uint32_t)first->pid);
	to = put_u64(to, (uint64_t)shim->started_ns);
	to = put_u64(to, (uint64_t)shim->finished_ns);
	to = put_u32(to, (uint32_t)first->code);
	to = put_u32(to, (uint32_t)first->signal);
	to = put_failure(to, &first->failure);
	to = put_u32(to, (uint32_t)shim->left);
	to = put_u32(to, (uint32_t)shim->oom_kills);
	return (size_t)(to - frame) - FRAME_HEADER;
}

size_t message_failure(const struct failure *failure, uint8_t *frame)
{
	return (size_t)(put_failure(frame + FRAME_HEADER, failure) - frame) - FRAME_HEADER;
}

size_t message_numbers(const uint32_t *numbers, size_t count, uint8_t *frame)
{
	uint8_t *to = frame + FRAME_HEADER;

	for (size_t i = 0; i < count; i++)
		to = put_u32(to, numbers[i]);
	return count * sizeof(uint32_t);
}

/* Without one, the first process leads a pid namespace, and the kernel ends the rest with it. */
static bool has_group(const struct shim *shim)
{
	return shim->kill_file >= 0 || shim->kill_tasks >= 0;
}

static int take_signal(struct shim *shim, const uint8_t *body, size_t length)
{
	struct proc *first = &shim->procs[FIRST_PROCESS];
	int signal;
	int found = 0;

	if (length != 8)
		return -EINVAL;
	signal = (int)plan_u32(body);
	if (signal < 0 || signal >= NSIG)
		return -EINVAL;
	if ((plan_u32(body + 4) & SIGNAL_ALL) != 0 && has_group(shim)) {
		found = end_signal_group(shim, signal);
		/* Within its steps the first process may not be in the group yet. */
		if (found < 0 || signal != SIGKILL || first->ended)
			return found < 0 ? found : 0;
	}
	if (first->ended)
		return -ESRCH;
	first->doomed |= signal == SIGKILL;
	usher_adopt(shim, first);
	return k_pidfd_send_signal(first->pidfd, signal);
}

/*
 * The terminal of the exec that the client waits for, else the container's; but a size for an exec
 * that has just ended is nobody's.
 */
static int take_resize(struct shim *shim, int connection, const uint8_t *body, size_t length)
{
	int exec = shim->connections[connection].proc;
	const struct proc *proc = &shim->procs[exec == NOBODY ? FIRST_PROCESS : exec];
	struct winsize size;

	if (exec == NOBODY && shim->connections[connection].executed)
		return -ESRCH;
	if (length != 8 || !proc->terminal)
		return -EINVAL;
	size = (struct winsize){
		.ws_row = (unsigned short)plan_u32(body),
		.ws_col = (unsigned short)plan_u32(body + 4),
	};
	return ioctl(proc->out[0], TIOCSWINSZ, &size) < 0 ? -errno : 0;
}

static int take_reopen(struct shim *shim, const uint8_t *body, size_t length)
{
	char path[PATH_ROOM];
	int fd;

	if (length < 4 || plan_u32(body) != length - 4 || length - 4 >= sizeof(path))
		return -EINVAL;
	memcpy(path, body + 4, length - 4);
	path[length - 4] = '\0';
	fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0640);
	if (fd < 0)
		return -errno;
	if (dup3(fd, FD_LOG, O_CLOEXEC) < 0) {
		int error = -errno;

		close(fd);
		return error;
	}
	close(fd);
	/* Where the old file broke off is no concern of the new one. */
	shim->log.cut = false;
	rotation_measure(&shim->log);
	return 0;
}

static void answer(struct shim *shim, int connection, const char *what, int error)
{
	struct failure failure = {.index = -1, .error = -error};
	uint8_t frame[MESSAGE_MOST];

	copy_text(failure.step, sizeof(failure.step), what);
	connection_send(shim, connection, MSG_DONE, frame, message_failure(&failure, frame));
}

void message_take(struct shim *shim, int connection, unsigned type, const uint8_t *body,
		  size_t length)
{
	uint8_t frame[MESSAGE_MOST];

	switch (type) {
	case MSG_STATUS:
		connection_send(shim, connection, MSG_STATE, frame, message_state(shim, frame));
		break;
	case MSG_SIGNAL:
		answer(shim, connection, "signal", take_signal(shim, body, length));
		break;
	case MSG_EXEC:
		proc_start_exec(shim, connection, body, length);
		break;
	case MSG_RESIZE:
		answer(shim, connection, "resize", take_resize(shim, connection, body, length));
		break;
	case MSG_REOPEN_LOG:
		answer(shim, connection, "reopen_log", take_reopen(shim, body, length));
		break;
	case MSG_STDIN:
		stream_input(shim, connection, body, length);
		break;
	case MSG_ATTACH:
		answer(shim, connection, "attach", stream_attach(shim, connection, body, length));
		break;
	default:
		answer(shim, connection, "message", -ENOSYS);
	}
}
