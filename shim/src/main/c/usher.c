/*
 * The way into a pid namespace that others live in. A process is seen there from its birth on, so it
 * must hold nothing of the machine's by then. Therefore it is an usher, a clone in the machine's own
 * pid namespace, that leaves all that is the machine's behind; then it clones the process itself,
 * as the shim's child, and ends.
 */
#include "kernel.h"
#include "procs.h"
#include "steps.h"

#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>

#define BORN_BYTES (sizeof(pid_t) * (1 + EXECS))

int usher_prepare(struct shim *shim, struct proc *proc)
{
	if (shim->born == NULL) {
		void *page = mmap(NULL, BORN_BYTES, PROT_READ | PROT_WRITE,
				  MAP_SHARED | MAP_ANONYMOUS, -1, 0);

		if (page == MAP_FAILED)
			return -errno;
		shim->born = page;
	}
	shim->born[proc_index(shim, proc)] = 0;
	proc->ushered = true;
	return 0;
}

int usher_begin(const struct shim *shim, const struct proc *proc, struct child *child)
{
	child->born = &shim->born[proc_index(shim, proc)];
	return madvise(shim->born, BORN_BYTES, MADV_DONTFORK) < 0 ? -errno : 0;
}

/*
 * Mounts that a later step attaches belong to the container, as its root does, and so do the pod's
 * namespaces that a process born early enters; everything else is the machine's.
 */
static int close_machine_fds(struct child *child)
{
	bool keep[PLAN_FIRST_FD + PLAN_FDS_MOST] = {false};
	struct section steps = child->plan->child;
	int end = PLAN_FIRST_FD + (int)child->plan->fds;
	struct step step;

	if (child->root < 0 && !child->early)
		return exec_close_fds(child);
	while (plan_next(&steps, child->plan->fds, &step) > 0)
		if (step.op == OP_ATTACH || (child->early && step.fields[0] == 'f'))
			keep[PLAN_FIRST_FD + step.f[0].number] = true;
	if (child->root >= 0)
		keep[child->root] = true;
	child->empty = -1;
	for (int fd = child->report + 1; fd < end; fd++)
		if (!keep[fd])
			close(fd);
	return k_close_range((unsigned)end, ~0U);
}

/*
 * The kernel writes the pid before the process takes its first breath, and within the same call: an
 * usher that is killed at any moment has either had no child, or the shim knows it.
 */
int usher_go_inside(struct child *child)
{
	struct k_clone_args args = {
		.flags = K_CLONE_PARENT | K_CLONE_PARENT_SETTID | child->birth,
		.parent_tid = (uint64_t)(uintptr_t)child->born,
	};
	int pid = close_machine_fds(child);

	if (pid == 0)
		pid = k_clone3(&args);
	if (pid > 0)
		_exit(0);
	if (pid == 0)
		child->born = NULL;
	return pid;
}

static void fail_birth(struct proc *proc, pid_t born, int error)
{
	kill(born, SIGKILL);
	copy_text(proc->failure.step, sizeof(proc->failure.step), "spawn");
	proc->failure.error = -error;
	proc->failed = true;
	proc->ended = true;
	proc->drain_until = now_ns();
}

void usher_adopt(struct shim *shim, struct proc *proc)
{
	int index = proc_index(shim, proc);
	pid_t born;
	int error;

	if (!proc->ushered)
		return;
	born = __atomic_load_n(&shim->born[index], __ATOMIC_ACQUIRE);
	if (born == 0)
		return;
	proc->ushered = false;
	proc->usher = proc->pidfd;
	proc->pid = born;
	/* Nobody but us reaps it, so the number is still its own. */
	proc->pidfd = k_pidfd_open(born);
	error = proc->pidfd < 0 ? proc->pidfd : loop_watch(shim, proc->pidfd, WATCH_END, index);
	if (error < 0)
		fail_birth(proc, born, error);
	else if (proc->doomed)
		end_kill_tree(born);
}

static bool has_ended(int pidfd, int flags)
{
	siginfo_t info = {0};

	return waitid((idtype_t)K_P_PIDFD, (id_t)pidfd, &info, WEXITED | WNOHANG | flags) == 0 &&
	       info.si_pid != 0;
}

bool usher_is_over(struct shim *shim, struct proc *proc)
{
	if (proc->ushered) {
		/* In this order: the last thing it can do is to leave a child. */
		bool ended = has_ended(proc->pidfd, WNOWAIT);

		usher_adopt(shim, proc);
		if (proc->ushered)
			return ended;
	}
	if (proc->usher >= 0 && has_ended(proc->usher, 0))
		proc_drop_fd(shim, &proc->usher);
	/* The process was faster: its usher's own end comes back to this. */
	if (proc->usher >= 0 && proc->pidfd >= 0 && has_ended(proc->pidfd, WNOWAIT))
		loop_unwatch(shim, proc->pidfd);
	return proc->usher < 0;
}

void usher_kill(struct shim *shim, struct proc *proc)
{
	proc->doomed = true;
	usher_adopt(shim, proc);
	end_kill_tree(proc->pid);
}
