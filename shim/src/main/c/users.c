/*
 * User namespaces: how one is made for a pod, and how a process comes into it. Whoever owns the
 * machine's root does here what root inside could not do any more, and is that root afterwards.
 */
#include "kernel.h"
#include "shim.h"
#include "steps.h"

#include <sched.h>
#include <sys/prctl.h>
#include <sys/stat.h>

/* Its file in /proc belongs to the machine's root for as long as the process cannot be dumped. */
static int set_oom_score(const struct plan *plan, struct child *child)
{
	struct section steps = plan->child;
	struct step step;
	int error = 0;

	while (error == 0 && plan_next(&steps, plan->fds, &step) > 0)
		if (step.op == OP_OOM_SCORE_ADJ)
			error = identity_oom_score_adj(&step);
	child->oom_settled = true;
	return error;
}

/* A pipe belongs to who made it; root inside has to be able to give it to the process's user. */
static int give_stdio(const struct shim *shim)
{
	struct stat status;

	for (int fd = 0; fd <= 2; fd++) {
		if (fstat(fd, &status) < 0)
			return -errno;
		if (S_ISFIFO(status.st_mode) && fchown(fd, shim->root_uid, shim->root_gid) < 0)
			return -errno;
	}
	return 0;
}

int users_leave_machine(const struct shim *shim, struct child *child)
{
	int error = set_oom_score(child->plan, child);

	return error < 0 ? error : give_stdio(shim);
}

/*
 * A change of ids makes a process dumpable where the administrator says so (fs.suid_dumpable), and
 * these are the ids of others inside.
 */
int users_become_root(void)
{
	if (syscall(SYS_setgroups, 0, NULL) < 0 || syscall(SYS_setresgid, 0, 0, 0) < 0 ||
	    syscall(SYS_setresuid, 0, 0, 0) < 0)
		return -errno;
	return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0 ? -errno : 0;
}

int users_enter(const struct shim *shim, struct failure *failure)
{
	failure->index = shim->user_index;
	copy_text(failure->step, sizeof(failure->step), "user");
	snprintf(failure->object, sizeof(failure->object), "fd%d", shim->user - PLAN_FIRST_FD);
	if (setns(shim->user, (int)K_CLONE_NEWUSER) < 0)
		return -errno;
	return users_become_root();
}

/*
 * The answer is 0 or an errno. The namespaces live while somebody holds them; this process ends
 * with the other end of the pipe, so that one whose daemon died is not left.
 */
int users_make(void)
{
	uint64_t kinds = K_CLONE_NEWUSER | K_CLONE_NEWNET | K_CLONE_NEWIPC | K_CLONE_NEWUTS;
	uint8_t answer;
	char ignored;
	ssize_t got;

	setsid();
	answer = (uint8_t)(unshare((int)kinds) < 0 ? errno : 0);
	if (k_close_range(FD_PLAN + 1, ~0U) < 0 || write_all(FD_PLAN, &answer, 1) < 0)
		return -EPIPE;
	do {
		got = read(FD_LISTEN, &ignored, 1);
	} while (got > 0);
	return answer == 0 ? 0 : -answer;
}
