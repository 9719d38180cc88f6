/* The life of the container's first process, and what it shares with that of an exec. */
#include "procs.h"

#include "kernel.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>

enum {
	CONTAINER_DRAIN_MS = 300,
	KILL_MOST_MS = 2000,
	KILL_PAUSE_MOST_MS = 16,
	TERMINAL_MOST = 1 << 20,
};

int proc_index(const struct shim *shim, const struct proc *proc)
{
	return (int)(proc - shim->procs);
}

static bool is_first(const struct shim *shim, const struct proc *proc)
{
	return proc == &shim->procs[FIRST_PROCESS];
}

void proc_clear(struct proc *proc)
{
	*proc = (struct proc){
		.used = true,
		.owner = NOBODY,
		.pidfd = -1,
		.usher = -1,
		.report = -1,
		.in = -1,
		.out = {-1, -1},
		.failure = {.index = -1},
	};
}

void proc_drop_fd(const struct shim *shim, int *fd)
{
	if (*fd >= 0)
		loop_unwatch(shim, *fd);
	close_fd(fd);
}

void proc_release(struct shim *shim, struct proc *proc)
{
	proc_drop_fd(shim, &proc->pidfd);
	proc_drop_fd(shim, &proc->usher);
	proc_drop_fd(shim, &proc->report);
	proc_drop_fd(shim, &proc->out[0]);
	proc_drop_fd(shim, &proc->out[1]);
	proc_drop_fd(shim, &proc->in);
	if (!is_first(shim, proc) && proc->used) {
		proc->used = false;
		shim->execs--;
		if (shim->execs == 0)
			shim->execs_end = 0;
	}
}

int proc_watch_start(const struct shim *shim, struct proc *proc)
{
	int index = proc_index(shim, proc);
	int error = loop_watch(shim, proc->report, WATCH_REPORT, index);

	if (error == 0)
		error = loop_watch(shim, proc->pidfd, WATCH_END, index);
	if (error < 0)
		k_pidfd_send_signal(proc->pidfd, SIGKILL);
	return error;
}

void proc_watch_output(const struct shim *shim, struct proc *proc)
{
	for (int stream = 0; stream < LOG_STREAMS; stream++)
		if (proc->out[stream] >= 0)
			loop_watch(shim, proc->out[stream], (enum watched)(WATCH_OUT + stream),
				   proc_index(shim, proc));
}

bool proc_is_silent(const struct proc *proc)
{
	return proc->out[0] < 0 && proc->out[1] < 0;
}

int proc_start_container(struct shim *shim)
{
	struct proc *first = &shim->procs[FIRST_PROCESS];
	struct spawn request = {.plan = &shim->plan, .join = -1};
	int error;

	proc_clear(first);
	first->failure.index = 0;
	error = spawn_prepare(shim, &first->failure);
	request.clone_flags = shim->clone_flags;
	request.stdio = shim->stdio;
	if (error == 0)
		error = spawn_process(shim, &request, first, &first->failure);
	if (error == 0)
		error = proc_watch_start(shim, first);
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

/* The report socket has ended: execve has closed it, or the process is gone. */
static void report_closed(struct shim *shim, struct proc *proc)
{
	proc_drop_fd(shim, &proc->report);
	usher_adopt(shim, proc);
	if (proc->failed || !proc->executing)
		return; /* its end will tell */
	proc->started = true;
	proc_watch_output(shim, proc);
	if (is_first(shim, proc))
		container_started(shim, proc);
	else
		exec_started(shim, proc);
}

void proc_reported(struct shim *shim, struct proc *proc)
{
	int more = 1;

	while (more == 1 && proc->report >= 0)
		more = spawn_report(shim, proc);
	if (more == 0 && proc->report >= 0)
		report_closed(shim, proc);
}

void proc_close_output(const struct shim *shim, struct proc *proc, int stream)
{
	proc_drop_fd(shim, &proc->out[stream]);
}

/* One read and what it brings, as read(2) tells it. */
static ssize_t read_log(struct shim *shim, struct proc *first, int stream)
{
	ssize_t got = read(first->out[stream], log_room(&shim->log), LOG_READ);

	if (got > 0) {
		log_take(&shim->log, stream, (size_t)got, now_ns());
		if (shim->attached > 0)
			stream_output(shim, stream, log_room(&shim->log), (size_t)got);
		shim->warm |= got > LOG_PAGE;
	} else if (got == 0 || (errno != EAGAIN && errno != EINTR)) {
		proc_close_output(shim, first, stream);
		log_flush(&shim->log, stream);
	}
	return got;
}

static void pump_log(struct shim *shim, struct proc *first, int stream)
{
	for (int reads = 0; reads < READS_AT_ONCE; reads++)
		if (read_log(shim, first, stream) < LOG_READ)
			return;
}

int64_t proc_capacity(int fd)
{
	int bytes = fcntl(fd, F_GETPIPE_SZ);

	return bytes > 0 ? bytes : TERMINAL_MOST;
}

/* All that was written until now. Somebody may go on writing, but cannot get ahead of that. */
static void drain_log(struct shim *shim, struct proc *first, int stream)
{
	int64_t left = proc_capacity(first->out[stream]);
	ssize_t got = 1;

	for (; left > 0 && got > 0; left -= got)
		got = read_log(shim, first, stream);
}

void proc_output(struct shim *shim, struct proc *proc, int stream)
{
	if (is_first(shim, proc)) {
		if (proc->out[stream] >= 0)
			pump_log(shim, proc, stream);
		return;
	}
	for (int reads = 0; reads < READS_AT_ONCE; reads++)
		if (exec_relay(shim, proc, stream) == 0)
			break;
	exec_finish_if_silent(shim, proc);
}

static void died_before_exec(const struct shim *shim, struct proc *proc)
{
	if (proc->timed_out)
		return; /* its time was over, whatever kept it within its steps */
	if (!is_first(shim, proc) && shim->procs[FIRST_PROCESS].ended) {
		exec_cut_off(proc);
		return;
	}
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
	proc_drop_fd(shim, &proc->pidfd);
	proc->ended = true;
	proc_reported(shim, proc);
	if (!proc->failed && !proc->executing)
		died_before_exec(shim, proc);
	return true;
}

/* Until its last process is gone a control group is looked at again, ever more seldom. */
static void kill_rest(struct shim *shim, int64_t now)
{
	shim->left = end_signal_group(shim, SIGKILL);
	shim->kill_pause *= 2;
	if (shim->kill_pause > KILL_PAUSE_MOST_MS * NS_PER_MS)
		shim->kill_pause = KILL_PAUSE_MOST_MS * NS_PER_MS;
	shim->kill_next = now + shim->kill_pause;
}

static void container_ended(struct shim *shim, struct proc *first)
{
	int64_t now = now_ns();

	end_count_oom_kills(shim);
	shim->finished_ns = clock_ns(CLOCK_REALTIME);
	first->drain_until = now + CONTAINER_DRAIN_MS * NS_PER_MS;
	shim->kill_until = now + KILL_MOST_MS * NS_PER_MS;
	shim->kill_pause = NS_PER_MS / 2;
	kill_rest(shim, now);
	for (int i = 1; i < shim->execs_end; i++)
		if (shim->procs[i].used && !shim->procs[i].ended)
			usher_kill(shim, &shim->procs[i]);
}

void proc_ended(struct shim *shim, struct proc *proc)
{
	if (proc->pidfd < 0 || !usher_is_over(shim, proc) || !reap(shim, proc))
		return;
	if (is_first(shim, proc)) {
		container_ended(shim, proc);
		return;
	}
	exec_ended(shim, proc);
}

static void container_finish(struct shim *shim, struct proc *first)
{
	for (int i = 1; i < shim->execs_end; i++) {
		struct proc *proc = &shim->procs[i];

		if (proc->used && !proc->ended && !proc->failed)
			exec_cut_off(proc);
		if (proc->used)
			exec_sweep(shim, proc);
		if (proc->used)
			exec_finish(shim, proc);
	}
	for (int stream = 0; stream < LOG_STREAMS; stream++) {
		if (first->out[stream] >= 0)
			drain_log(shim, first, stream);
		log_flush(&shim->log, stream);
	}
	if (shim->finished_ns == 0)
		shim->finished_ns = clock_ns(CLOCK_REALTIME);
	shim->state = first->failed ? FAILED : EXITED;
	end_record(shim);
	connection_say_goodbye(shim);
}

/* Output and execs are waited for until a moment, and whoever was killed until a later one. */
static bool is_awaited(const struct shim *shim, const struct proc *first, int64_t now)
{
	if (first->failed)
		return false;
	if (now < first->drain_until && (!proc_is_silent(first) || shim->execs > 0))
		return true;
	return shim->left != 0 && now < shim->kill_until;
}

static void container_tick(struct shim *shim, struct proc *first, int64_t now)
{
	if (shim->left != 0 && now >= shim->kill_next)
		kill_rest(shim, now);
	if (!is_awaited(shim, first, now))
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

	for (int i = 1; i < shim->execs_end; i++)
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

	for (int i = 1; i < shim->execs_end; i++) {
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
		sooner(&next, shim->left != 0 ? shim->kill_next : first->drain_until);
	return next;
}
