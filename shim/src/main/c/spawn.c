/* From a plan to a process: the shim's own steps, the clone, and the way to the first step. */
#include "kernel.h"
#include "shim.h"
#include "steps.h"

#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>

#define PIPE_BYTES (1 << 20)

static int plan_fd(const struct field *field)
{
	return PLAN_FIRST_FD + (int)field->number;
}

static int add_tasks(struct shim *shim, int fd)
{
	if (shim->tasks_count == TASKS_MOST)
		return -E2BIG;
	shim->tasks[shim->tasks_count++] = fd;
	return 0;
}

static int take_own_step(struct shim *shim, const struct step *step)
{
	switch (step->op) {
	case OP_CLONE:
		shim->clone_flags = step->f[0].number;
		return (shim->clone_flags & ~K_CLONE_NEW_ALL) == 0 ? 0 : -EINVAL;
	case OP_ENTER:
		if (step->f[1].number != K_CLONE_NEWPID)
			return -EINVAL;
		shim->enter = plan_fd(&step->f[0]);
		return 0;
	case OP_USER:
		shim->user = plan_fd(&step->f[0]);
		shim->root_uid = (uid_t)step->f[1].number;
		shim->root_gid = (gid_t)step->f[2].number;
		return 0;
	case OP_CGROUP:
		shim->cgroup = plan_fd(&step->f[0]);
		return 0;
	case OP_TASKS:
		return add_tasks(shim, plan_fd(&step->f[0]));
	case OP_KILL_FILE:
		shim->kill_file = plan_fd(&step->f[0]);
		return 0;
	case OP_KILL_TASKS:
		shim->kill_tasks = plan_fd(&step->f[0]);
		return 0;
	case OP_PIDS_MAX:
		shim->pids_max = plan_fd(&step->f[0]);
		return 0;
	case OP_EVENTS:
		shim->events = plan_fd(&step->f[0]);
		return 0;
	case OP_STDIO:
		shim->stdio |= (unsigned)step->f[0].number;
		return 0;
	case OP_LOG_ROTATION:
		return rotation_begin(&shim->log, plan_fd(&step->f[0]), plan_text(&step->f[1]),
				      &(struct rotation){.most = step->f[2].number,
							 .files = (unsigned)step->f[3].number});
	default:
		return write_all(plan_fd(&step->f[0]), "0", 1);
	}
}

int spawn_prepare(struct shim *shim, struct failure *failure)
{
	struct section steps = shim->plan.parent;
	struct step step;
	int error = 0;

	while (error == 0 && plan_next(&steps, shim->plan.fds, &step) > 0) {
		copy_text(failure->step, sizeof(failure->step), step.name);
		error = take_own_step(shim, &step);
		if (step.op == OP_ENTER)
			shim->enter_index = failure->index;
		if (step.op == OP_USER)
			shim->user_index = failure->index;
		failure->index++;
	}
	failure->error = -error;
	failure->index -= error < 0;
	return error;
}

static bool is_kept(const struct shim *shim, int fd)
{
	for (int i = 0; i < shim->tasks_count; i++)
		if (shim->tasks[i] == fd)
			return true;
	return fd == shim->cgroup || fd == shim->kill_file || fd == shim->kill_tasks ||
	       fd == shim->pids_max || fd == shim->events || fd == shim->log.directory;
}

void spawn_forget_plan(struct shim *shim)
{
	for (int fd = PLAN_FIRST_FD; fd < PLAN_FIRST_FD + (int)shim->plan.fds; fd++)
		if (!is_kept(shim, fd))
			close(fd);
	close(FD_PLAN);
}

/* The ends of one standard stream: ours does not block, the process's does. */
static int make_pipe(int *ours, int *theirs, bool we_read)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) < 0)
		return -errno;
	*ours = ends[we_read ? 0 : 1];
	*theirs = ends[we_read ? 1 : 0];
	if (fcntl(*ours, F_SETFL, O_NONBLOCK | (we_read ? O_RDONLY : O_WRONLY)) < 0)
		return -errno;
	return 0;
}

struct ends {
	int stdio[3]; /* the process's side */
	int report;
};

static void close_ends(struct ends *ends)
{
	for (int fd = 0; fd <= 2; fd++)
		close_fd(&ends->stdio[fd]);
	close_fd(&ends->report);
}

static int make_output(struct proc *proc, struct ends *ends, bool container)
{
	for (int stream = 0; stream < LOG_STREAMS; stream++) {
		int error = make_pipe(&proc->out[stream], &ends->stdio[1 + stream], true);

		if (error < 0)
			return error;
		/* A roomy pipe spares wake-ups; a kernel that refuses only makes it slower. */
		if (container)
			fcntl(proc->out[stream], F_SETPIPE_SZ, PIPE_BYTES);
	}
	return 0;
}

static int make_ends(const struct spawn *request, struct proc *proc, struct ends *ends)
{
	bool terminal = (request->stdio & STDIO_TERMINAL) != 0;
	int reports[2];
	int error = 0;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, reports) < 0)
		return -errno;
	proc->report = reports[0];
	ends->report = reports[1];
	if (fcntl(proc->report, F_SETFL, O_NONBLOCK) < 0)
		return -errno;
	proc->terminal = terminal;
	if (terminal)
		return 0; /* /dev/null until the terminal is there */
	if ((request->stdio & STDIO_STDIN) != 0)
		error = make_pipe(&proc->in, &ends->stdio[0], false);
	return error < 0 ? error : make_output(proc, ends, request->join < 0);
}

/*
 * Leaves the new process with 0 to 2, its report socket at 3, and either the plan's descriptors
 * where they are or, for an exec, the pidfd at 4.
 */
static int settle_fds(const struct spawn *request, const struct ends *ends)
{
	for (int fd = 0; fd <= 2; fd++)
		if (ends->stdio[fd] >= 0 && dup2(ends->stdio[fd], fd) < 0)
			return -errno;
	if (dup3(ends->report, 3, O_CLOEXEC) < 0)
		return -errno;
	if (request->join >= 0) {
		if (request->join != 4 && dup3(request->join, 4, O_CLOEXEC) < 0)
			return -errno;
		return k_close_range(5, ~0U);
	}
	k_close_range(4, PLAN_FIRST_FD - 1);
	return k_close_range(PLAN_FIRST_FD + request->plan->fds, ~0U);
}

/* Version 1: a process that writes itself spares the grace period that writing its pid costs. */
static int join_groups(const struct shim *shim, struct failure *failure)
{
	copy_text(failure->step, sizeof(failure->step), "tasks");
	for (int i = 0; i < shim->tasks_count; i++) {
		int error = write_all(shim->tasks[i], "0", 1);

		if (error < 0) {
			snprintf(failure->object, sizeof(failure->object), "fd%d",
				 shim->tasks[i] - PLAN_FIRST_FD);
			return error;
		}
	}
	return 0;
}

/*
 * The namespaces of a running container, and its pid namespace for the clone to come. That one
 * cannot be dumped or traced from inside without CAP_SYS_PTRACE: the shim is not dumpable, and a
 * clone inherits that until its execve.
 */
static int join_container(const struct shim *shim, struct child *child, struct failure *failure)
{
	bool mapped = (shim->join_flags & K_CLONE_NEWUSER) != 0;
	int error;

	copy_text(failure->step, sizeof(failure->step), "join");
	error = mapped ? users_leave_machine(shim, child) : 0;
	if (error < 0)
		return error;
	if (setns(4, (int)(shim->join_flags | K_CLONE_NEWPID)) < 0)
		return -errno;
	error = mapped ? users_become_root() : 0;
	if (error < 0)
		return error;
	copy_text(failure->step, sizeof(failure->step), "descriptors");
	error = exec_own_null(child);
	if (error < 0)
		return error;
	copy_text(failure->step, sizeof(failure->step), "spawn");
	error = usher_go_inside(child);
	if (error < 0)
		return error;
	return setsid() < 0 ? -errno : 0;
}

/* Of the clone to come, which is when the root has changed. */
static int enter_pids(const struct shim *shim, struct failure *failure)
{
	failure->index = shim->enter_index;
	copy_text(failure->step, sizeof(failure->step), "enter");
	snprintf(failure->object, sizeof(failure->object), "fd%d", shim->enter - PLAN_FIRST_FD);
	return setns(shim->enter, (int)K_CLONE_NEWPID) < 0 ? -errno : 0;
}

/*
 * All namespaces but the user namespace are made inside it, so that they are its own. The process
 * is born here already and not at its change of root: only a process of the pid namespace can mount
 * its proc, and the kernel lets root inside do that only where another proc is still to be seen.
 * Others in that namespace see it meanwhile, but none of them has a capability over a process that
 * cannot be dumped and whose memory is the machine's: to look into it takes CAP_SYS_PTRACE there.
 */
static int go_into_users(const struct shim *shim, struct child *child, struct failure *failure)
{
	uint64_t fresh = shim->clone_flags & ~K_CLONE_NEWPID;
	int error;

	failure->index = shim->user_index;
	copy_text(failure->step, sizeof(failure->step), "user");
	error = users_leave_machine(shim, child);
	/* Root inside may not look at the holder, whose namespace this is. */
	if (error == 0 && shim->enter >= 0)
		error = enter_pids(shim, failure);
	if (error == 0)
		error = users_enter(shim, failure);
	if (error == 0 && fresh != 0 && unshare((int)fresh) < 0)
		error = -errno;
	if (error < 0)
		return error;
	child->birth = shim->clone_flags & K_CLONE_NEWPID;
	child->early = true;
	return exec_go_inside(child, failure);
}

static int go_in(const struct shim *shim, const struct spawn *request, const struct proc *proc,
		 struct child *child, struct failure *failure)
{
	int error = 0;

	if (proc->ushered)
		error = usher_begin(shim, proc, child);
	if (error == 0 && request->join >= 0)
		return join_container(shim, child, failure);
	if (error == 0 && shim->user >= 0)
		return go_into_users(shim, child, failure);
	return error == 0 && proc->ushered ? enter_pids(shim, failure) : error;
}

__attribute__((noreturn)) static void be_the_child(const struct shim *shim,
						   const struct spawn *request,
						   const struct proc *proc,
						   const struct ends *ends)
{
	struct report report = {.kind = REPORT_FAILED, .failure = {.index = -1}};
	struct child child = {
		.plan = request->plan, .report = ends->report, .root = -1, .empty = -1};
	int error = join_groups(shim, &report.failure);

	if (error == 0) {
		copy_text(report.failure.step, sizeof(report.failure.step), "descriptors");
		error = settle_fds(request, ends);
		child.report = error == 0 ? 3 : child.report;
	}
	if (error == 0)
		error = go_in(shim, request, proc, &child, &report.failure);
	umask(0);
	if (error == 0) {
		report.failure.index = (int32_t)request->plan->parent_steps;
		error = steps_run(request->plan->child, request->plan->fds, &child, &report.failure);
	}
	report.failure.error = -error;
	write_all(child.report, &report, sizeof(report));
	_exit(127);
}

int spawn_process(struct shim *shim, const struct spawn *request, struct proc *proc,
		  struct failure *failure)
{
	struct ends ends = {.stdio = {-1, -1, -1}, .report = -1};
	bool into_users = request->join < 0 && shim->user >= 0;
	struct k_clone_args args = {
		.flags = (into_users ? 0 : request->clone_flags) | K_CLONE_PIDFD,
		.pidfd = (uint64_t)(uintptr_t)&proc->pidfd,
		.exit_signal = (request->clone_flags & K_CLONE_PARENT) != 0 ? 0 : SIGCHLD,
	};
	int pid = make_ends(request, proc, &ends);

	copy_text(failure->step, sizeof(failure->step), "spawn");
	failure->index = -1;
	if (shim->cgroup >= 0) {
		args.flags |= K_CLONE_INTO_CGROUP;
		args.cgroup = (uint64_t)shim->cgroup;
	}
	if (pid >= 0 && (request->join >= 0 || shim->enter >= 0 || into_users))
		pid = usher_prepare(shim, proc);
	if (pid >= 0)
		pid = k_clone3(&args);
	if (pid == 0)
		be_the_child(shim, request, proc, &ends);
	close_ends(&ends);
	proc->pid = pid;
	failure->error = pid < 0 ? -pid : 0;
	return pid < 0 ? pid : 0;
}

/*
 * The master of a terminal takes the place of all three pipes. Who traces the process from inside
 * can write reports in its name: a descriptor nobody asked for is closed again.
 */
static void take_terminal(struct proc *proc, struct msghdr *header)
{
	struct cmsghdr *ancillary = CMSG_FIRSTHDR(header);
	CLEANUP_FD int master = -1;

	if (ancillary == NULL || ancillary->cmsg_type != SCM_RIGHTS)
		return;
	memcpy(&master, CMSG_DATA(ancillary), sizeof(master));
	if (!proc->terminal || proc->out[0] >= 0)
		return;
	fcntl(master, F_SETFL, O_RDWR | O_NONBLOCK);
	proc->out[0] = master;
	/* Reading and writing are watched apart, which takes two descriptors. */
	proc->in = fcntl(master, F_DUPFD_CLOEXEC, 0);
	master = -1;
}

/* Texts end where they should, whoever wrote them. */
static void take_failure(struct proc *proc, const struct failure *failure)
{
	struct failure *taken = &proc->failure;

	proc->failed = true;
	*taken = *failure;
	taken->step[sizeof(taken->step) - 1] = '\0';
	taken->object[sizeof(taken->object) - 1] = '\0';
	taken->detail[sizeof(taken->detail) - 1] = '\0';
}

int spawn_report(struct shim *shim, struct proc *proc)
{
	struct report report;
	struct iovec data = {.iov_base = &report, .iov_len = sizeof(report)};
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(sizeof(int))];
	} control;
	struct msghdr header = {
		.msg_iov = &data,
		.msg_iovlen = 1,
		.msg_control = control.bytes,
		.msg_controllen = sizeof(control.bytes),
	};
	ssize_t length = recvmsg(proc->report, &header, MSG_CMSG_CLOEXEC);

	if (length < 0)
		return errno == EAGAIN || errno == EINTR ? -EAGAIN : 0;
	take_terminal(proc, &header);
	if (length != (ssize_t)sizeof(report))
		return 0;
	if (report.kind == REPORT_EXEC)
		proc->executing = true;
	else if (report.kind == REPORT_FAILED)
		take_failure(proc, &report.failure);
	else if (report.kind == REPORT_HOOK && proc == &shim->procs[FIRST_PROCESS] &&
		 shim->plan_bytes != NULL)
		hook_serve(shim, proc, report.failure.index);
	return 1;
}
