/* The plan format: a checked view on bytes that came from outside. See shim/README.md. */
#ifndef GANTRY_PLAN_H
#define GANTRY_PLAN_H

#include <stddef.h>
#include <stdint.h>

enum op {
	OP_CLONE = 1,
	OP_ENTER = 2,
	OP_CGROUP = 3,
	OP_TASKS = 4,
	OP_KILL_FILE = 5,
	OP_KILL_TASKS = 6,
	OP_STDIO = 7,
	OP_SHIM_CGROUP = 8,
	OP_PIDS_MAX = 9,
	OP_USER = 10,
	OP_LOG_ROTATION = 11,
	OP_EVENTS = 12,
	OP_WRITE_FD = 32,
	OP_SETNS = 33,
	OP_UNSHARE = 34,
	OP_ROOT_PROPAGATION = 35,
	OP_ATTACH_ROOT = 36,
	OP_MOUNT = 37,
	OP_ATTACH = 38,
	OP_MKDIR = 39,
	OP_SYMLINK = 40,
	OP_MKNOD = 41,
	OP_MASK = 42,
	OP_READ_ONLY = 43,
	OP_PIVOT = 44,
	OP_SYSCTL = 45,
	OP_HOSTNAME = 46,
	OP_DOMAINNAME = 47,
	OP_RLIMIT = 48,
	OP_OOM_SCORE_ADJ = 49,
	OP_UMASK = 50,
	OP_CHDIR = 51,
	OP_KEYRING = 52,
	OP_SETSID = 53,
	OP_TTY = 54,
	OP_SETGROUPS = 55,
	OP_SETGID = 56,
	OP_SETUID = 57,
	OP_CAPABILITIES = 58,
	OP_NO_NEW_PRIVILEGES = 59,
	OP_SECCOMP = 60,
	OP_CLOSE_FDS = 61,
	OP_EXEC = 62,
	OP_HOLD = 63,
	OP_EMPTY_ROOT = 64,
	OP_APPARMOR = 65,
	OP_HOOK = 66,
};

enum {
	PLAN_LARGEST = 4 << 20,
	PLAN_FIELDS = 6,
	PLAN_FDS_MOST = 1024,
};

/* Who runs a hook: the shim among the machine's namespaces, or the new process. */
enum { HOOK_BY_SHIM = 0, HOOK_BY_PROCESS = 1 };

/* Operations from here on belong to the new process. */
#define PLAN_FIRST_CHILD_OP ((enum op)32)

/*
 * One field: a number, or text and bytes in the plan itself. Text always ends with a NUL. A list
 * starts at data and has length items.
 */
struct field {
	uint64_t number;
	const uint8_t *data;
	uint32_t length;
};

struct step {
	enum op op;
	const char *name;
	const char *fields; /* their kinds, one letter each */
	struct field f[PLAN_FIELDS];
};

struct section {
	const uint8_t *next;
	const uint8_t *end;
};

struct plan {
	uint32_t fds;
	uint32_t parent_steps;
	struct section parent;
	struct section child;
};

/*
 * Checks every byte of a plan; afterwards its steps can be read without checks. Returns 0, or
 * -EINVAL with the offset of the first wrong byte.
 */
int plan_open(struct plan *plan, const uint8_t *bytes, size_t length, size_t *offset);

/* The next step of a section: 1, or 0 at its end, or -EINVAL. */
int plan_next(struct section *section, uint32_t fds, struct step *step);

/* Text of a field. */
const char *plan_text(const struct field *field);

/* The next text of a list; moves the cursor on. */
const char *plan_list_text(const uint8_t **cursor);

uint32_t plan_u32(const uint8_t *bytes);

/* Prints the plan one step per line, as Plan.toString in Java does. */
void plan_print(const struct plan *plan);

#endif
