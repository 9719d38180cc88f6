/* Who the process is and what it may do: ids, capabilities, limits, seccomp. */
#include "kernel.h"
#include "steps.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>

enum {
	CAPABILITY_VERSION = 0x20080522,
	CAPABILITIES_MOST = 64,
	SECCOMP_MODE_FILTER_OP = 1,
	FILTER_INSTRUCTION = 8,
	FILTER_MOST = 4096,
	KEYCTL_JOIN = 1,
	GROUPS_MOST = 65536,
};

/* What setresuid(2) takes for "leave it", which here would mean to stay root. */
#define UNCHANGED UINT32_MAX

struct capability_header {
	uint32_t version;
	int pid;
};

/* Low and high halves, as capset(2) wants them. */
struct capability_data {
	uint32_t effective;
	uint32_t permitted;
	uint32_t inheritable;
};

struct filter_program {
	unsigned short length;
	const void *filter;
};

struct capability_sets {
	uint64_t effective;
	uint64_t permitted;
	uint64_t inheritable;
};

static int result(long value)
{
	return value < 0 ? -errno : 0;
}

/* The raw calls: the library's would try to tell other threads. */
int identity_setgroups(const struct step *step)
{
	const struct field *list = &step->f[0];
	size_t bytes = (size_t)list->length * sizeof(uint32_t);
	const uint8_t *cursor = list->data;
	uint32_t *groups;

	if (list->length == 0)
		return result(syscall(SYS_setgroups, 0, NULL));
	if (list->length > GROUPS_MOST)
		return -EINVAL;
	groups = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (groups == MAP_FAILED)
		return -errno;
	for (uint32_t i = 0; i < list->length; i++, cursor += 4)
		groups[i] = plan_u32(cursor);
	return result(syscall(SYS_setgroups, list->length, groups));
}

int identity_setgid(const struct step *step)
{
	uint32_t gid = (uint32_t)step->f[0].number;

	if (gid == UNCHANGED)
		return -EINVAL;
	return result(syscall(SYS_setresgid, gid, gid, gid));
}

/* Of the container's own devpts: Unix98 slaves, Linux's admin-guide/devices.txt. */
static bool is_terminal(const struct stat *status)
{
	unsigned number = major(status->st_rdev);

	return S_ISCHR(status->st_mode) && number >= 136 && number <= 143;
}

/*
 * A program that reopens /dev/stdout needs to own the pipe or terminal behind it; other devices are
 * not ours.
 */
static int own_stdio(uint32_t uid)
{
	struct stat status;

	for (int fd = 0; fd <= 2; fd++) {
		if (fstat(fd, &status) < 0)
			return -errno;
		if ((S_ISFIFO(status.st_mode) || is_terminal(&status)) && status.st_uid != uid &&
		    fchown(fd, uid, (gid_t)-1) < 0 && errno != EINVAL && errno != EPERM)
			return -errno;
	}
	return 0;
}

int identity_setuid(const struct step *step)
{
	uint32_t uid = (uint32_t)step->f[0].number;
	int error = uid == UNCHANGED ? -EINVAL : own_stdio(uid);

	if (error < 0)
		return error;
	if (prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) < 0)
		return -errno;
	return result(syscall(SYS_setresuid, uid, uid, uid));
}

static int capabilities_get(struct capability_sets *sets)
{
	struct capability_header header = {CAPABILITY_VERSION, 0};
	struct capability_data data[2] = {{0}};

	if (syscall(SYS_capget, &header, data) < 0)
		return -errno;
	sets->effective = (uint64_t)data[1].effective << 32 | data[0].effective;
	sets->permitted = (uint64_t)data[1].permitted << 32 | data[0].permitted;
	sets->inheritable = (uint64_t)data[1].inheritable << 32 | data[0].inheritable;
	return 0;
}

static int capabilities_set(const struct capability_sets *sets)
{
	struct capability_header header = {CAPABILITY_VERSION, 0};
	struct capability_data data[2];

	for (int half = 0; half < 2; half++) {
		data[half].effective = (uint32_t)(sets->effective >> (32 * half));
		data[half].permitted = (uint32_t)(sets->permitted >> (32 * half));
		data[half].inheritable = (uint32_t)(sets->inheritable >> (32 * half));
	}
	return result(syscall(SYS_capset, &header, data));
}

static int drop_bounding(uint64_t keep)
{
	for (unsigned long cap = 0; cap < CAPABILITIES_MOST; cap++) {
		int held = prctl(PR_CAPBSET_READ, cap, 0, 0, 0);

		if (held < 0)
			break; /* beyond what this kernel knows */
		if (held == 1 && (keep >> cap & 1) == 0 &&
		    prctl(PR_CAPBSET_DROP, cap, 0, 0, 0) < 0)
			return -errno;
	}
	return 0;
}

static int raise_ambient(uint64_t wanted)
{
	if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) < 0)
		return -errno;
	for (unsigned long cap = 0; cap < CAPABILITIES_MOST; cap++)
		if ((wanted >> cap & 1) != 0 &&
		    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, cap, 0, 0) < 0)
			return -errno;
	return 0;
}

int identity_capabilities(const struct step *step)
{
	struct capability_sets now = {0}, then;
	int error = capabilities_get(&now);

	if (error < 0)
		return error;
	/* After setuid only the permitted set is left, and dropping needs CAP_SETPCAP. */
	now.effective = now.permitted;
	error = capabilities_set(&now);
	if (error == 0)
		error = drop_bounding(step->f[0].number);
	if (error < 0)
		return error;
	/* A machine that lacks a capability itself cannot give it: the rest is still right. */
	then.permitted = step->f[2].number & now.permitted;
	then.effective = step->f[1].number & then.permitted;
	then.inheritable = step->f[3].number & now.permitted;
	error = capabilities_set(&then);
	if (error < 0)
		return error;
	return raise_ambient(step->f[4].number & then.permitted & then.inheritable);
}

int identity_seccomp(const struct step *step)
{
	const struct field *code = &step->f[1];
	struct filter_program program = {
		.length = (unsigned short)(code->length / FILTER_INSTRUCTION),
		.filter = code->data,
	};

	if (code->length % FILTER_INSTRUCTION != 0 || code->length > FILTER_MOST * FILTER_INSTRUCTION)
		return -EINVAL;
	return result(syscall(SYS_seccomp, SECCOMP_MODE_FILTER_OP, (unsigned)step->f[0].number,
			      &program));
}

int identity_rlimit(const struct step *step)
{
	struct rlimit now, then = {.rlim_cur = step->f[1].number, .rlim_max = step->f[2].number};
	int which = (int)step->f[0].number;

	if (syscall(SYS_prlimit64, 0, which, &then, NULL) == 0)
		return 0;
	if (errno != EPERM || syscall(SYS_prlimit64, 0, which, NULL, &now) < 0)
		return -errno;
	/* Without CAP_SYS_RESOURCE the hard limit only goes down. */
	if (then.rlim_max > now.rlim_max)
		then.rlim_max = now.rlim_max;
	if (then.rlim_cur > then.rlim_max)
		then.rlim_cur = then.rlim_max;
	return result(syscall(SYS_prlimit64, 0, which, &then, NULL));
}

int identity_oom_score_adj(const struct step *step)
{
	CLEANUP_FD int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
	struct statfs fs;
	char text[16];
	int length = snprintf(text, sizeof(text), "%d", (int)(uint32_t)step->f[0].number);
	int error;

	if (fd < 0)
		return -errno;
	if (fstatfs(fd, &fs) < 0 || fs.f_type != K_PROC_MAGIC)
		return -EXDEV;
	error = write_all(fd, text, (size_t)length);
	/* Lower than now needs CAP_SYS_RESOURCE; the daemon knows that it lacks it and warns. */
	return error == -EACCES || error == -EPERM ? 0 : error;
}

int identity_session_keyring(const char *name)
{
	if (syscall(SYS_keyctl, KEYCTL_JOIN, name) >= 0)
		return 0;
	/* Kernels without keyrings, or a full quota: a container can live without one. */
	return errno == ENOSYS || errno == EDQUOT || errno == EPERM ? 0 : -errno;
}

int identity_keyring(const struct step *step)
{
	const char *name = plan_text(&step->f[0]);

	return identity_session_keyring(*name == '\0' ? NULL : name);
}

/*
 * The file by which a process names its next profile, of whatever has been mounted over parts of
 * /proc in the container. Kernels before 5.1 have but one such file for all security modules.
 */
static int open_next_profile(void)
{
	CLEANUP_FD int proc = open("/proc", O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	uint64_t resolve = K_RESOLVE_NO_XDEV | K_RESOLVE_NO_MAGICLINKS;
	struct statfs fs;
	int fd;

	if (proc < 0)
		return -errno;
	if (fstatfs(proc, &fs) < 0 || fs.f_type != K_PROC_MAGIC)
		return -EXDEV;
	fd = k_openat2(proc, "self/attr/apparmor/exec", O_WRONLY | O_CLOEXEC, resolve);
	return fd == -ENOENT ? k_openat2(proc, "self/attr/exec", O_WRONLY | O_CLOEXEC, resolve)
			     : fd;
}

/* Takes effect with the program that is executed (aa_change_onexec(2)). */
int identity_apparmor(const struct step *step)
{
	const char *profile = plan_text(&step->f[0]);
	char text[512];
	int length = snprintf(text, sizeof(text), "exec %s", profile);
	CLEANUP_FD int fd = open_next_profile();

	if (length >= (int)sizeof(text))
		return -ENAMETOOLONG;
	return fd < 0 ? fd : write_all(fd, text, (size_t)length);
}
