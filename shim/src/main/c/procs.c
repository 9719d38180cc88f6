/* The life of the container's first process and of its execs, from the clone to the last byte. */
#include "kernel.h"
#include "shim.h"

#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>

enum {
	READS_AT_ONCE = 8,
	EXEC_DRAIN_MS = 100,
	CONTAINER_DRAIN_MS = 300,
	KILL_AGAIN_MS = 10,
	SWEEP_MOST = 64,
};

static int index_of(const struct shim *shim, const struct proc *proc)
{
	return (int)(proc - shim->procs);
}

static bool is_first(const struct shim *shim, const struct proc *proc)
{
	return proc == &shim->procs[FIRST_PROCESS];
}

static void clear(struct proc *proc)
{
	*proc = (struct proc){
		.used = true,
		.owner = NOBODY,
		.pidfd = -1,
		.report = -1,
		.in = -1,
		.out = {-1, -1},
		.failure = {.index = -1},
	};
}

/* A process that was just cloned has copies of our descriptors, so close(2) alone leaves events. */
static void drop_fd(const struct shim *shim, int *fd)
{
	if (*fd >= 0)
		loop_unwatch(shim, *fd);
	close_fd(fd);
}

static void release(struct shim *shim, struct proc *proc)
{
	drop_fd(shim, &proc->pidfd);
	drop_fd(shim, &proc->report);
	drop_fd(shim, &proc->out[0]);
	drop_fd(shim, &proc->out[1]);
	close_fd(&proc->in);
	if (!is_first(shim, proc) && proc->used) {
		proc->used = false;
		shim->execs--;
	}
}

static int watch_start(const struct shim *shim, struct proc *proc)
{
	int index = index_of(shim, proc);
	int error = loop_watch(shim, proc->report, WATCH_REPORT, index);

	if (error == 0)
		error = loop_watch(shim, proc->pidfd, WATCH_END, index);
	if (error < 0)
		k_pidfd_send_signal(proc->pidfd, SIGKILL);
	return error;
}

static void watch_output(const struct shim *shim, struct proc *proc)
{
	for (int stream = 0; stream < LOG_STREAMS; stream++)
		if (proc->out[stream] >= 0)
			loop_watch(shim, proc->out[stream], (enum watched)(WATCH_OUT + stream),
				   index_of(shim, proc));
}

static bool is_silent(const struct proc *proc)
{
	return proc->out[0] < 0 && proc->out[1] < 0;
}

int proc_start_container(struct shim *shim)
{
	struct proc *first = &shim->procs[FIRST_PROCESS];
	struct spawn request = {.plan = &shim->plan, .join = -1};
	int error;

	clear(first);
	first->failure.index = 0;
	error = spawn_prepare(shim, &first->failure);
	request.clone_flags = shim->clone_flags;
	request.stdio = shim->stdio;
	if (error == 0)
		error = spawn_process(shim, &request, first, &first->failure);
	if (error == 0)
		error = watch_start(shim, first);
	if (error < 0) {
		first->failed = true;
		first->ended = true;
		first->pid = 0;
	}
	return error;
}

/* Entering one's own user namespace again is an error, so it has to be known. */
static uint64_t namespaces_to_join(pid_t pid)
{
	uint64_t flags = K_CLONE_NEWNS | K_CLONE_NEWUTS | K_CLONE_NEWIPC | K_CLONE_NEWNET |
			 K_CLONE_NEWCGROUP;
	struct stat own, theirs;
	char path[48];

	snprintf(path, sizeof(path), "/proc/%d/ns/user", (int)pid);
	if (stat("/proc/self/ns/user", &own) == 0 && stat(path, &theirs) == 0 &&
	    own.st_ino != theirs.st_ino)
		flags |= K_CLONE_NEWUSER;
	return flags;
}

static void container_started(struct shim *shim, struct proc *first)
{
	shim->state = RUNNING;
	shim->started_ns = clock_ns(CLOCK_REALTIME);
	shim->join_flags = namespaces_to_join(first->pid);
	spawn_forget_plan(shim);
	munmap((void *)(uintptr_t)shim->plan_bytes, shim->plan_length);
	shim->plan_bytes = NULL;
	connection_tell_all(shim);
}

static void exec_started(struct shim *shim, struct proc *proc)
{
	uint8_t frame[MESSAGE_MOST];
	uint32_t pid = (uint32_t)proc->pid;

	if (proc->owner != NOBODY)
		connection_send(shim, proc->owner, MSG_EXEC_STARTED, frame,
				message_numbers(&pid, 1, frame));
}

/* The report socket has ended: execve has closed it, or the process is gone. */
static void report_closed(struct shim *shim, struct proc *proc)
{
	drop_fd(shim, &proc->report);
	if (proc->failed || !proc->executing)
		return; /* its end will tell */
	proc->started = true;
	watch_output(shim, proc);
	if (is_first(shim, proc))
		container_started(shim, proc);
	else
		exec_started(shim, proc);
}

void proc_reported(struct shim *shim, struct proc *proc)
{
	int more = 1;

	while (more == 1 && proc->report >= 0)
		more = spawn_report(proc);
	if (more == 0 && proc->report >= 0)
		report_closed(shim, proc);
}

static void close_output(const struct shim *shim, struct proc *proc, int stream)
{
	drop_fd(shim, &proc->out[stream]);
}

static void pump_log(struct shim *shim, struct proc *first, int stream)
{
	for (int reads = 0; reads < READS_AT_ONCE; reads++) {
		ssize_t got = read(first->out[stream], log_room(&shim->log), LOG_READ);

		if (got > 0) {
			log_take(&shim->log, stream, (size_t)got, now_ns());
			shim->warm |= got > LOG_PAGE;
		}
		if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR)) {
			close_output(shim, first, stream);
			log_flush(&shim->log, stream);
		}
		if (got < LOG_READ)
			return;
	}
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

/* One read of an exec's output and one frame; false when there is no more for now. */
static bool relay(struct shim *shim, struct proc *proc, int stream)
{
	ssize_t got;

	if (proc->out[stream] < 0 || proc->paused)
		return false;
	if (is_owner_slow(shim, proc)) {
		pause_output(shim, proc);
		return false;
	}
	got = read(proc->out[stream], shim->relay + FRAME_HEADER, RELAY);
	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return false;
	if (got <= 0) {
		close_output(shim, proc, stream);
		return false;
	}
	shim->warm |= got > LOG_PAGE;
	if (proc->owner != NOBODY)
		connection_send(shim, proc->owner, (unsigned)(MSG_STDOUT + stream), shim->relay,
				(size_t)got);
	return true;
}

/* Reads what is in the pipes; bounded, for somebody may write faster than we read. */
static void sweep(struct shim *shim, struct proc *proc)
{
	for (int stream = 0; stream < LOG_STREAMS; stream++)
		for (int reads = 0; reads < SWEEP_MOST; reads++)
			if (!relay(shim, proc, stream))
				break;
}

static void exec_result(struct shim *shim, struct proc *proc)
{
	uint32_t numbers[3] = {(uint32_t)proc->code, (uint32_t)proc->signal, proc->timed_out};
	uint8_t frame[MESSAGE_MOST];
	int owner = proc->owner;

	if (owner == NOBODY)
		return;
	proc->owner = NOBODY;
	shim->connections[owner].proc = NOBODY;
	if (proc->failed)
		connection_send(shim, owner, MSG_EXEC_FAILED, frame,
				message_failure(&proc->failure, frame));
	else
		connection_send(shim, owner, MSG_EXEC_EXITED, frame,
				message_numbers(numbers, 3, frame));
}

/* Answers the client; a process that cannot be killed right now stays until it is reaped. */
static void exec_finish(struct shim *shim, struct proc *proc)
{
	exec_result(shim, proc);
	if (proc->ended) {
		release(shim, proc);
		return;
	}
	proc->drain_until = 0;
	close_output(shim, proc, 0);
	close_output(shim, proc, 1);
}

static void exec_finish_if_silent(struct shim *shim, struct proc *proc)
{
	if (proc->used && proc->ended && (is_silent(proc) || proc->failed || proc->owner == NOBODY))
		exec_finish(shim, proc);
}

void proc_output(struct shim *shim, struct proc *proc, int stream)
{
	if (is_first(shim, proc)) {
		if (proc->out[stream] >= 0)
			pump_log(shim, proc, stream);
		return;
	}
	for (int reads = 0; reads < READS_AT_ONCE; reads++)
		if (!relay(shim, proc, stream))
			break;
	exec_finish_if_silent(shim, proc);
}

void proc_resume(struct shim *shim, int index)
{
	struct proc *proc = &shim->procs[index];

	if (!proc->used || !proc->paused)
		return;
	proc->paused = false;
	watch_output(shim, proc);
}

void proc_abandon(struct shim *shim, int index)
{
	struct proc *proc = &shim->procs[index];

	if (!proc->used)
		return;
	proc->owner = NOBODY;
	proc->deadline = 0;
	close_output(shim, proc, 0);
	close_output(shim, proc, 1);
	if (proc->ended)
		release(shim, proc);
	else
		end_kill_tree(proc->pid);
}

static void died_before_exec(struct proc *proc)
{
	proc->failed = true;
	proc->failure.error = ECHILD;
	copy_text(proc->failure.step, sizeof(proc->failure.step), "start");
	snprintf(proc->failure.detail, sizeof(proc->failure.detail),
		 "the process ended with code %d before it executed anything", proc->code);
}

/* Its status, by its own descriptor only. */
static bool reap(struct shim *shim, struct proc *proc)
{
	siginfo_t info = {0};

	if (waitid((idtype_t)K_P_PIDFD, (id_t)proc->pidfd, &info, WEXITED | WNOHANG) < 0 ||
	    info.si_pid == 0)
		return false;
	proc->signal = info.si_code == CLD_EXITED ? 0 : info.si_status;
	proc->code = info.si_code == CLD_EXITED ? info.si_status : 128 + info.si_status;
	drop_fd(shim, &proc->pidfd);
	proc->ended = true;
	proc_reported(shim, proc);
	if (!proc->failed && !proc->executing)
		died_before_exec(proc);
	return true;
}

static void container_ended(struct shim *shim, struct proc *first)
{
	shim->finished_ns = clock_ns(CLOCK_REALTIME);
	first->drain_until = now_ns() + CONTAINER_DRAIN_MS * NS_PER_MS;
	end_signal_group(shim, SIGKILL);
}

void proc_ended(struct shim *shim, struct proc *proc)
{
	if (proc->pidfd < 0 || !reap(shim, proc))
		return;
	if (is_first(shim, proc)) {
		container_ended(shim, proc);
		return;
	}
	if (proc->owner != NOBODY && !proc->failed) {
		sweep(shim, proc);
		if (!proc->used)
			return;
		if (proc->drain_until == 0)
			proc->drain_until = now_ns() + EXEC_DRAIN_MS * NS_PER_MS;
	}
	exec_finish_if_silent(shim, proc);
}

static struct proc *free_proc(struct shim *shim)
{
	for (int i = 1; i <= EXECS; i++)
		if (!shim->procs[i].used)
			return &shim->procs[i];
	return NULL;
}

/* An exec may ask for a terminal; everything else of its first section is the container's. */
static int exec_stdio(const struct plan *plan, unsigned *stdio)
{
	struct section steps = plan->parent;
	struct step step;

	while (plan_next(&steps, plan->fds, &step) > 0) {
		if (step.op != OP_STDIO)
			return -EINVAL;
		*stdio |= (unsigned)step.f[0].number & STDIO_TERMINAL;
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
	if (setns(first->pidfd, (int)K_CLONE_NEWPID) < 0)
		return -errno;
	error = spawn_process(shim, &request, proc, &proc->failure);
	return error < 0 ? error : watch_start(shim, proc);
}

void proc_start_exec(struct shim *shim, int connection, const uint8_t *body, size_t length)
{
	struct proc *proc = free_proc(shim);
	uint32_t timeout;
	int error = -EINVAL;

	if (proc == NULL || length < 8 || shim->connections[connection].proc != NOBODY) {
		connection_close(shim, connection); /* not what a client of ours would send */
		return;
	}
	clear(proc);
	shim->execs++;
	timeout = plan_u32(body);
	proc->owner = connection;
	shim->connections[connection].proc = index_of(shim, proc);
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

static void exec_tick(struct shim *shim, struct proc *proc, int64_t now)
{
	if (proc->deadline != 0 && now >= proc->deadline && !proc->timed_out) {
		proc->timed_out = true;
		proc->drain_until = now + EXEC_DRAIN_MS * NS_PER_MS;
		if (!proc->ended) {
			proc->code = 128 + SIGKILL;
			proc->signal = SIGKILL;
			end_kill_tree(proc->pid);
		}
	}
	if (proc->drain_until == 0 || now < proc->drain_until)
		return;
	if (proc->paused && !proc->timed_out)
		return;
	sweep(shim, proc);
	if (proc->used && (!proc->paused || proc->timed_out))
		exec_finish(shim, proc);
}

static void container_finish(struct shim *shim, struct proc *first)
{
	for (int i = 1; i <= EXECS; i++) {
		struct proc *proc = &shim->procs[i];

		if (proc->used && !proc->ended)
			end_kill_tree(proc->pid);
		if (proc->used)
			exec_finish(shim, proc);
	}
	for (int stream = 0; stream < LOG_STREAMS; stream++) {
		if (first->out[stream] >= 0)
			pump_log(shim, first, stream);
		log_flush(&shim->log, stream);
	}
	if (shim->finished_ns == 0)
		shim->finished_ns = clock_ns(CLOCK_REALTIME);
	shim->state = first->failed ? FAILED : EXITED;
	end_record(shim);
	connection_say_goodbye(shim);
}

static void container_tick(struct shim *shim, struct proc *first, int64_t now)
{
	if (!first->failed && now < first->drain_until) {
		if (shim->kill_tasks >= 0 && !is_silent(first))
			end_signal_group(shim, SIGKILL);
		if (!is_silent(first) || shim->execs > 0)
			return;
	}
	container_finish(shim, first);
}

/*
 * An unfinished line is written when nothing else happens; while there is something to read, only
 * when it has waited for long. So a stalled disk or a busy machine does not tear lines apart.
 */
static void flush_unfinished(struct shim *shim, int64_t now, bool idle)
{
	for (int stream = 0; stream < LOG_STREAMS; stream++) {
		int64_t due = shim->log.stream[stream].due;

		if (due != 0 && now >= (idle ? due : due + NS_PER_SECOND))
			log_flush(&shim->log, stream);
	}
}

void proc_tick(struct shim *shim, int64_t now, bool idle)
{
	struct proc *first = &shim->procs[FIRST_PROCESS];

	for (int i = 1; i <= EXECS && shim->execs > 0; i++)
		if (shim->procs[i].used)
			exec_tick(shim, &shim->procs[i], now);
	flush_unfinished(shim, now, idle);
	if (first->ended)
		container_tick(shim, first, now);
}

static void sooner(int64_t *next, int64_t candidate)
{
	if (candidate != 0 && (*next == 0 || candidate < *next))
		*next = candidate;
}

int64_t proc_next_tick(const struct shim *shim)
{
	const struct proc *first = &shim->procs[FIRST_PROCESS];
	int64_t next = 0;

	for (int i = 1; i <= EXECS && shim->execs > 0; i++) {
		const struct proc *proc = &shim->procs[i];

		if (!proc->used)
			continue;
		if (!proc->timed_out)
			sooner(&next, proc->deadline);
		if (!proc->paused || proc->timed_out)
			sooner(&next, proc->drain_until);
	}
	for (int stream = 0; stream < LOG_STREAMS; stream++)
		sooner(&next, shim->log.stream[stream].due);
	if (first->ended)
		sooner(&next, shim->kill_tasks >= 0 ? now_ns() + KILL_AGAIN_MS * NS_PER_MS
						    : first->drain_until);
	return next;
}
