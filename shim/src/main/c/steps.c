#include "steps.h"

#include "kernel.h"

#include <sched.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/vfs.h>

static int plan_fd(const struct field *field)
{
	return PLAN_FIRST_FD + (int)field->number;
}

static int result(int value)
{
	return value < 0 ? -errno : 0;
}

static int step_sysctl(const struct step *step, const struct child *child, struct failure *failure)
{
	CLEANUP_FD int fd = -1;
	struct statfs fs;
	char path[256];
	const char *name = plan_text(&step->f[0]);

	fail_on(failure, 0, name);
	if (snprintf(path, sizeof(path), "/proc/sys/%s", name) >= (int)sizeof(path))
		return -ENAMETOOLONG;
	fd = open_in_root(child->root, path, O_WRONLY | O_NOFOLLOW);
	if (fd < 0)
		return fd;
	/* A container image cannot make us write to something that only looks like /proc. */
	if (fstatfs(fd, &fs) < 0 || fs.f_type != K_PROC_MAGIC)
		return -EXDEV;
	return write_all(fd, step->f[1].data, step->f[1].length - 1);
}

static int step_name(const struct step *step, struct failure *failure)
{
	const char *name = plan_text(&step->f[0]);

	fail_on(failure, 0, name);
	if (step->op == OP_HOSTNAME)
		return result(sethostname(name, strlen(name)));
	return result(setdomainname(name, strlen(name)));
}

static int step_write_fd(const struct step *step)
{
	return write_all(plan_fd(&step->f[0]), step->f[1].data, step->f[1].length);
}

/* The kernel shows in /proc the pid namespace of who opens it, and an usher's is the machine's. */
static int step_mount(const struct step *step, const struct child *child, struct failure *failure)
{
	if (child->born != NULL && strcmp(plan_text(&step->f[0]), "proc") == 0) {
		fail_on(failure, 0, plan_text(&step->f[4]));
		copy_text(failure->detail, sizeof(failure->detail),
			  "with an entered pid namespace it belongs behind the pivot");
		return -EINVAL;
	}
	return mount_new(step, child, failure);
}

/* From here on the process is inside, and nothing of the machine's is left in it. */
static int step_new_root(const struct step *step, struct child *child, struct failure *failure)
{
	int error = step->op == OP_PIVOT ? mount_pivot(child) : mount_empty_root(child);

	if (error == 0)
		error = exec_stand_in(child);
	return error < 0 ? error : exec_go_inside(child, failure);
}

/* The steps on mounts and files of the root to be. */
static int take_mount_step(const struct step *step, struct child *child, struct failure *failure)
{
	switch (step->op) {
	case OP_ROOT_PROPAGATION:
		return mount_root_propagation(step, failure);
	case OP_ATTACH_ROOT:
		return mount_attach_root(step, child, failure);
	case OP_MOUNT:
		return step_mount(step, child, failure);
	case OP_ATTACH:
		return mount_attach(step, child, failure);
	case OP_MKDIR:
		return mount_mkdir(step, child, failure);
	case OP_SYMLINK:
		return mount_symlink(step, child, failure);
	case OP_MKNOD:
		return mount_mknod(step, child, failure);
	case OP_MASK:
		return mount_mask(step, child, failure);
	case OP_READ_ONLY:
		return mount_read_only(step, child, failure);
	case OP_PIVOT:
	case OP_EMPTY_ROOT:
		return step_new_root(step, child, failure);
	case OP_SYSCTL:
		return step_sysctl(step, child, failure);
	default:
		return mount_chdir(step, child, failure);
	}
}

/* The steps that end in what the process may do. */
static int take_identity_step(const struct step *step, struct child *child)
{
	int error = 0;

	if (step->op >= OP_SETGROUPS && step->op <= OP_SECCOMP)
		error = exec_own_null(child);
	if (error < 0)
		return error;
	switch (step->op) {
	case OP_RLIMIT:
		return identity_rlimit(step);
	case OP_OOM_SCORE_ADJ:
		return child->oom_settled ? 0 : identity_oom_score_adj(step);
	case OP_KEYRING:
		return identity_keyring(step);
	case OP_APPARMOR:
		return identity_apparmor(step);
	case OP_SETGROUPS:
		return identity_setgroups(step);
	case OP_SETGID:
		return identity_setgid(step);
	case OP_SETUID:
		return identity_setuid(step);
	case OP_CAPABILITIES:
		return identity_capabilities(step);
	case OP_SECCOMP:
		return identity_seccomp(step);
	default:
		return result(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
	}
}

static int step_hook(const struct step *step, const struct child *child, struct failure *failure)
{
	fail_on(failure, 0, plan_text(&step->f[1]));
	if (step->f[0].number == HOOK_BY_SHIM)
		return hook_ask(child, failure->index, failure);
	return hook_run(step, getpid(), failure);
}

static int take_step(const struct step *step, struct child *child, struct failure *failure)
{
	if (step->op >= OP_ROOT_PROPAGATION && step->op <= OP_SYSCTL)
		return take_mount_step(step, child, failure);
	if (step->op >= OP_SETGROUPS && step->op <= OP_SECCOMP)
		return take_identity_step(step, child);
	switch (step->op) {
	case OP_WRITE_FD:
		return step_write_fd(step);
	case OP_SETNS:
		return result(setns(plan_fd(&step->f[0]), (int)step->f[1].number));
	case OP_UNSHARE:
		return result(unshare((int)step->f[0].number));
	case OP_HOSTNAME:
	case OP_DOMAINNAME:
		return step_name(step, failure);
	case OP_UMASK:
		umask((mode_t)step->f[0].number & 0777);
		child->umask_set = true;
		return 0;
	case OP_CHDIR:
	case OP_EMPTY_ROOT:
		return take_mount_step(step, child, failure);
	case OP_SETSID:
		return exec_new_session();
	case OP_TTY:
		return exec_terminal(step, child, failure);
	case OP_CLOSE_FDS:
		return exec_close_fds(child);
	case OP_EXEC:
		return exec_program(step, child, failure);
	case OP_HOOK:
		return step_hook(step, child, failure);
	case OP_HOLD:
		exec_hold(child);
	default:
		return take_identity_step(step, child);
	}
}

/* A failure names at least the step's first text or number. */
static void name_object(const struct step *step, struct failure *failure)
{
	switch (step->fields[0]) {
	case '\0':
		break;
	case 's':
		fail_on(failure, 0, plan_text(&step->f[0]));
		break;
	case 'f':
		snprintf(failure->object, sizeof(failure->object), "fd%u",
			 (unsigned)step->f[0].number);
		break;
	case 'i':
		snprintf(failure->object, sizeof(failure->object), "%d",
			 (int)(uint32_t)step->f[0].number);
		break;
	case 'u':
		snprintf(failure->object, sizeof(failure->object), "%u",
			 (unsigned)step->f[0].number);
		break;
	default:
		break;
	}
}

int steps_run(struct section steps, uint32_t fds, struct child *child, struct failure *failure)
{
	struct step step;
	int error = 0;

	while (plan_next(&steps, fds, &step) > 0) {
		copy_text(failure->step, sizeof(failure->step), step.name);
		failure->object[0] = '\0';
		failure->detail[0] = '\0';
		name_object(&step, failure);
		error = take_step(&step, child, failure);
		if (error < 0)
			break;
		failure->index++;
	}
	failure->error = -error;
	return error < 0 ? error : -EINVAL;
}
