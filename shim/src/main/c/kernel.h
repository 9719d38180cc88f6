/*
 * The kernel's interfaces that a C library may not know yet: numbers, structures and calls that
 * return a result or -errno. The numbers from 424 on are the same on every architecture.
 */
#ifndef GANTRY_KERNEL_H
#define GANTRY_KERNEL_H

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

enum {
	NR_PIDFD_SEND_SIGNAL = 424,
	NR_OPEN_TREE = 428,
	NR_MOVE_MOUNT = 429,
	NR_FSOPEN = 430,
	NR_FSCONFIG = 431,
	NR_FSMOUNT = 432,
	NR_PIDFD_OPEN = 434,
	NR_CLONE3 = 435,
	NR_CLOSE_RANGE = 436,
	NR_OPENAT2 = 437,
	NR_MOUNT_SETATTR = 442,
};

#define K_CLONE_PIDFD UINT64_C(0x00001000)
#define K_CLONE_PARENT UINT64_C(0x00008000)
#define K_CLONE_PARENT_SETTID UINT64_C(0x00100000)
#define K_CLONE_INTO_CGROUP UINT64_C(0x200000000)
#define K_CLONE_NEWNS UINT64_C(0x00020000)
#define K_CLONE_NEWCGROUP UINT64_C(0x02000000)
#define K_CLONE_NEWUTS UINT64_C(0x04000000)
#define K_CLONE_NEWIPC UINT64_C(0x08000000)
#define K_CLONE_NEWUSER UINT64_C(0x10000000)
#define K_CLONE_NEWPID UINT64_C(0x20000000)
#define K_CLONE_NEWNET UINT64_C(0x40000000)
#define K_CLONE_NEW_ALL                                                                            \
	(K_CLONE_NEWNS | K_CLONE_NEWCGROUP | K_CLONE_NEWUTS | K_CLONE_NEWIPC | K_CLONE_NEWUSER |   \
	 K_CLONE_NEWPID | K_CLONE_NEWNET)

#define K_OPEN_TREE_CLONE 1U
#define K_AT_EMPTY_PATH 0x1000U
#define K_AT_RECURSIVE 0x8000U
#define K_MOVE_F_EMPTY_PATH 0x04U
#define K_MOVE_T_EMPTY_PATH 0x40U
#define K_FSOPEN_CLOEXEC 1U
#define K_FSMOUNT_CLOEXEC 1U
#define K_FSCONFIG_SET_FLAG 0U
#define K_FSCONFIG_SET_STRING 1U
#define K_FSCONFIG_CMD_CREATE 6U
#define K_MOUNT_ATTR_RDONLY 0x1U
#define K_MOUNT_ATTR_NOSUID 0x2U
#define K_MOUNT_ATTR_NODEV 0x4U
#define K_MOUNT_ATTR_NOEXEC 0x8U
#define K_RESOLVE_NO_XDEV 0x01U
#define K_RESOLVE_NO_MAGICLINKS 0x02U
#define K_RESOLVE_NO_SYMLINKS 0x04U
#define K_RESOLVE_IN_ROOT 0x10U
#define K_P_PIDFD 3
#define K_PROC_MAGIC 0x9fa0
#define K_DEVPTS_MAGIC 0x1cd1
#define K_TIOCGPTPEER 0x5441

struct k_clone_args {
	uint64_t flags;
	uint64_t pidfd;
	uint64_t child_tid;
	uint64_t parent_tid;
	uint64_t exit_signal;
	uint64_t stack;
	uint64_t stack_size;
	uint64_t tls;
	uint64_t set_tid;
	uint64_t set_tid_size;
	uint64_t cgroup;
};

struct k_open_how {
	uint64_t flags;
	uint64_t mode;
	uint64_t resolve;
};

struct k_mount_attr {
	uint64_t attr_set;
	uint64_t attr_clr;
	uint64_t propagation;
	uint64_t userns_fd;
};

/* The result of a raw call as the rest of the program wants it. */
static inline int k_result(long result)
{
	return result < 0 ? -errno : (int)result;
}

static inline int k_clone3(struct k_clone_args *args)
{
	return k_result(syscall(NR_CLONE3, args, sizeof(*args)));
}

static inline int k_close_range(unsigned first, unsigned last)
{
	return k_result(syscall(NR_CLOSE_RANGE, first, last, 0U));
}

static inline int k_openat2(int dir, const char *path, uint64_t flags, uint64_t resolve)
{
	struct k_open_how how = {.flags = flags | O_CLOEXEC, .resolve = resolve};

	return k_result(syscall(NR_OPENAT2, dir, path, &how, sizeof(how)));
}

static inline int k_open_tree(int dir, const char *path, unsigned flags)
{
	return k_result(syscall(NR_OPEN_TREE, dir, path, flags | (unsigned)O_CLOEXEC));
}

static inline int k_move_mount(int from, int to, const char *path)
{
	unsigned flags = K_MOVE_F_EMPTY_PATH | (*path == '\0' ? K_MOVE_T_EMPTY_PATH : 0U);

	return k_result(syscall(NR_MOVE_MOUNT, from, "", to, path, flags));
}

static inline int k_fsopen(const char *type)
{
	return k_result(syscall(NR_FSOPEN, type, K_FSOPEN_CLOEXEC));
}

static inline int k_fsconfig(int fs, unsigned command, const char *key, const char *value)
{
	return k_result(syscall(NR_FSCONFIG, fs, command, key, value, 0));
}

static inline int k_fsmount(int fs, unsigned attributes)
{
	return k_result(syscall(NR_FSMOUNT, fs, K_FSMOUNT_CLOEXEC, attributes));
}

static inline int k_mount_set(int mount, unsigned flags, uint64_t attributes)
{
	struct k_mount_attr attr = {.attr_set = attributes};

	return k_result(syscall(NR_MOUNT_SETATTR, mount, "", flags | K_AT_EMPTY_PATH, &attr,
				sizeof(attr)));
}

static inline int k_pidfd_open(int pid)
{
	return k_result(syscall(NR_PIDFD_OPEN, pid, 0U));
}

static inline int k_pidfd_send_signal(int pidfd, int signal)
{
	return k_result(syscall(NR_PIDFD_SEND_SIGNAL, pidfd, signal, NULL, 0U));
}

#endif
