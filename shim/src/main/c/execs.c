/* Programs executed inside a running container, each for one connection. */
#include "procs.h"

#include "kernel.h"

#include <sched.h>
#include <signal.h>

enum { EXEC_DRAIN_MS = 100, HANG_UP_MS = 10000, TIMED_OUT = 1, OUTPUT_CUT = 2 };

void exec_started(struct shim *shim, struct proc *proc)
{
	uint8_t frame[MESSAGE_MOST];
	uint32_t pid = (uint32_t)proc->pid;

	if (proc->owner != NOBODY)
		connection_send(shim, proc->owner, MSG_EXEC_STARTED, frame,
				message_numbers(&pid, 1, frame));
}

static bool is_owner_slow(const struct shim *shim, const struct proc *proc)
{
	return proc->owner != NOBODY && shim->connections[proc->owner].pending > 0;
}

static void pause_output(const struct shim *shim, struct proc *proc)
{
	proc->paused = true;
	for (int stream = 0; stream < LOG_STREAMS; stream++)
		if (proc->out[stream] >= 0)
			loop_unwatch(shim, proc->out[stream]);
}

ssize_t exec_relay(struct shim *shim, struct proc *proc, int stream)
{
	ssize_t got;

	if (proc->out[stream] < 0 || proc->paused)
		return 0;
	if (is_owner_slow(shim, proc)) {
		pause_output(shim, proc);
		return 0;
	}
	got = read(proc->out[stream], shim->relay + FRAME_HEADER, RELAY);
	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (got <= 0) {
		proc_close_output(shim, proc, stream);
		return 0;
	}
	shim->warm |= got > LOG_PAGE;
	if (proc->owner != NOBODY)
		connection_send(shim, proc->owner, (unsigned)(MSG_STDOUT + stream), shim->relay,
				(size_t)got);
	return got;
}

void exec_sweep(struct shim *shim, struct proc *proc)
{
	for (int stream = 0; stream < LOG_STREAMS; stream++) {
		int64_t left = proc->out[stream] < 0 ? 0 : proc_capacity(proc->out[stream]);
		ssize_t got = 1;

		for (; left > 0 && got > 0; left -= got)
			got = exec_relay(shim, proc, stream);
	}
}

static void exec_result(struct shim *shim, struct proc *proc)
{
	uint32_t flags = (proc->timed_out ? TIMED_OUT : 0U) | (proc->paused ? OUTPUT_CUT : 0U);
	uint32_t numbers[3] = {(uint32_t)proc->code, (uint32_t)proc->signal, flags};
	uint8_t frame[MESSAGE_MOST];
	int owner = proc->owner;

	if (owner == NOBODY)
		return;
	proc->owner = NOBODY;
	shim->connections[owner].proc = NOBODY;
	stream_forget_input(shim, owner);
	if (proc->failed)
		connection_send(shim, owner, MSG_EXEC_FAILED, frame,
				message_failure(&proc->failure, frame));
	else
		connection_send(shim, owner, MSG_EXEC_EXITED, frame,
				message_numbers(numbers, 3, frame));
}

void exec_cut_off(struct proc *proc)
{
	proc->code = 128 + SIGKILL;
	proc->signal = SIGKILL;
	if (proc->started)
		return;
	proc->failed = true;
	proc->failure.index = -1;
	proc->failure.error = ECHILD;
	proc->failure.object[0] = '\0';
	copy_text(proc->failure.step, sizeof(proc->failure.step), "start");
	copy_text(proc->failure.detail, sizeof(proc->failure.detail),
		  "the container ended before the process executed anything");
}

void exec_finish(struct shim *shim, struct proc *proc)
{
	exec_result(shim, proc);
	if (proc->ended) {
		proc_release(shim, proc);
		return;
	}
	proc->drain_until = 0;
	proc_close_output(shim, proc, 0);
	proc_close_output(shim, proc, 1);
}

void exec_finish_if_silent(struct shim *shim, struct proc *proc)
{
	if (proc->used && proc->ended && (proc_is_silent(proc) || proc->failed || proc->owner == NOBODY))
		exec_finish(shim, proc);
}

void exec_ended(struct shim *shim, struct proc *proc)
{
	if (proc->owner != NOBODY && !proc->failed) {
		exec_sweep(shim, proc);
		if (!proc->used)
			return;
		if (proc->drain_until == 0)
			proc->drain_until = now_ns() + EXEC_DRAIN_MS * NS_PER_MS;
	}
	exec_finish_if_silent(shim, proc);
}

void proc_resume(struct shim *shim, int index)
{
	struct proc *proc = &shim->procs[index];

	if (!proc->used || !proc->paused)
		return;
	proc->paused = false;
	proc_watch_output(shim, proc);
}

void proc_abandon(struct shim *shim, int index)
{
	struct proc *proc = &shim->procs[index];

	if (!proc->used)
		return;
	proc->owner = NOBODY;
	proc->deadline = 0;
	proc_close_output(shim, proc, 0);
	proc_close_output(shim, proc, 1);
	proc_drop_fd(shim, &proc->in);
	if (proc->ended)
		proc_release(shim, proc);
	else if (proc->hangs_up && proc->started)
		proc->deadline = now_ns() + HANG_UP_MS * NS_PER_MS;
	else
		usher_kill(shim, proc);
}

static struct proc *free_proc(struct shim *shim)
{
	for (int i = 1; i <= EXECS; i++)
		if (!shim->procs[i].used)
			return &shim->procs[i];
	return NULL;
}

/* An exec may ask for input or a terminal; all else of its first section is the container's. */
static int exec_stdio(const struct plan *plan, unsigned *stdio)
{
	struct section steps = plan->parent;
	struct step step;

	while (plan_next(&steps, plan->fds, &step) > 0) {
		if (step.op != OP_STDIO)
			return -EINVAL;
		*stdio |= (unsigned)step.f[0].number & (STDIO_STDIN | STDIO_TERMINAL);
	}
	return 0;
}

static int exec_spawn(struct shim *shim, struct proc *proc, const uint8_t *bytes, size_t length)
{
	struct proc *first = &shim->procs[FIRST_PROCESS];
	struct plan plan;
	struct spawn request = {.plan = &plan, .join = first->pidfd};
	size_t offset;
	int error = plan_open(&plan, bytes, length, &offset);

	copy_text(proc->failure.step, sizeof(proc->failure.step), "plan");
	if (error == 0)
		error = plan.fds > 0 ? -EINVAL : exec_stdio(&plan, &request.stdio);
	if (error < 0)
		return error;
	copy_text(proc->failure.step, sizeof(proc->failure.step), "join");
	if (shim->state != RUNNING || first->ended)
		return -ESRCH;
	error = spawn_process(shim, &request, proc, &proc->failure);
	return error < 0 ? error : proc_watch_start(shim, proc);
}

/* Those whose client is gone keep their place until they are. */
static void refuse_exec(struct shim *shim, int connection)
{
	struct failure failure = {.index = -1, .error = EAGAIN};
	uint8_t frame[MESSAGE_MOST];

	copy_text(failure.step, sizeof(failure.step), "exec");
	snprintf(failure.detail, sizeof(failure.detail), "%d are under way in this container", EXECS);
	connection_send(shim, connection, MSG_EXEC_FAILED, frame, message_failure(&failure, frame));
}

void proc_start_exec(struct shim *shim, int connection, const uint8_t *body, size_t length)
{
	struct proc *proc = free_proc(shim);
	uint32_t timeout;
	int error = -EINVAL;

	if (length < 8 || shim->connections[connection].proc != NOBODY) {
		connection_close(shim, connection); /* not what a client of ours would send */
		return;
	}
	if (proc == NULL) {
		refuse_exec(shim, connection);
		return;
	}
	proc_clear(proc);
	shim->execs++;
	if (proc_index(shim, proc) >= shim->execs_end)
		shim->execs_end = proc_index(shim, proc) + 1;
	proc->hangs_up = (plan_u32(body + 4) & EXEC_HANG_UP) != 0;
	timeout = plan_u32(body);
	proc->owner = connection;
	shim->connections[connection].proc = proc_index(shim, proc);
	shim->connections[connection].executed = true;
	error = exec_spawn(shim, proc, body + 8, length - 8);
	if (error < 0) {
		proc->failed = true;
		proc->ended = true;
		proc->failure.error = -error;
		exec_finish(shim, proc);
		return;
	}
	if (timeout > 0)
		proc->deadline = now_ns() + timeout * NS_PER_MS;
}

void exec_tick(struct shim *shim, struct proc *proc, int64_t now)
{
	if (proc->deadline != 0 && now >= proc->deadline && !proc->timed_out) {
		proc->timed_out = true;
		proc->drain_until = now + EXEC_DRAIN_MS * NS_PER_MS;
		if (!proc->ended) {
			proc->code = 128 + SIGKILL;
			proc->signal = SIGKILL;
			usher_kill(shim, proc);
		}
	}
	if (proc->drain_until == 0 || now < proc->drain_until)
		return;
	if (proc->paused && !proc->timed_out)
		return;
	exec_sweep(shim, proc);
	if (proc->used && (!proc->paused || proc->timed_out))
		exec_finish(shim, proc);
}
