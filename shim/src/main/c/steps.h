/* The steps of a new process, from the clone to execve(2). */
#ifndef GANTRY_STEPS_H
#define GANTRY_STEPS_H

#include "base.h"
#include "plan.h"

#include <stdbool.h>

/* Where descriptor 0 of a plan is found. */
#define PLAN_FIRST_FD 7

/* What the steps of one process share. */
struct child {
	const struct plan *plan;
	int report; /* close-on-exec socket to the shim */
	int root;   /* the attached root, or -1 */
	int empty;  /* the empty tmpfs of masked directories, or -1 */
	int *born; /* in an usher: where the kernel writes the pid of the process itself; else NULL */
	uint64_t birth; /* an usher's: CLONE_NEW* flags of the process itself */
	bool early; /* an usher's: born before the plan's steps, which still need descriptors */
	bool oom_settled;
	unsigned stand_ins; /* bits of those of 0-2 that are to become the root's /dev/null */
	bool streams_settled;
	bool fds_closed;
	bool umask_set;
};

/* What a new process tells the shim over its report socket; a failure follows kind FAILED. */
enum report_kind { REPORT_FAILED = 1, REPORT_TERMINAL = 2, REPORT_EXEC = 3, REPORT_HOOK = 4 };

struct report {
	uint32_t kind;
	struct failure failure;
};

/*
 * Takes the steps of a section one after the other and does not come back, unless one fails: then
 * the failure is complete and -errno is returned.
 */
int steps_run(struct section steps, uint32_t fds, struct child *child, struct failure *failure);

/* mounts.c */
int mount_root_propagation(const struct step *step, struct failure *failure);
int mount_attach_root(const struct step *step, struct child *child, struct failure *failure);
int mount_new(const struct step *step, const struct child *child, struct failure *failure);
int mount_attach(const struct step *step, const struct child *child, struct failure *failure);
int mount_mkdir(const struct step *step, const struct child *child, struct failure *failure);
int mount_symlink(const struct step *step, const struct child *child, struct failure *failure);
int mount_mknod(const struct step *step, const struct child *child, struct failure *failure);
int mount_mask(const struct step *step, struct child *child, struct failure *failure);
int mount_read_only(const struct step *step, const struct child *child, struct failure *failure);
int mount_pivot(const struct child *child);
int mount_empty_root(struct child *child);
int mount_chdir(const struct step *step, const struct child *child, struct failure *failure);

/* Opens an existing path, never leaving the root; root -1 is the process's own. */
int open_in_root(int root, const char *path, uint64_t flags);

/* Makes what is missing of a path and opens the end of it (O_PATH). */
int make_in_root(int root, const char *path, bool directory, unsigned mode);

/* usher.c: from here on as the process itself, in the pid namespace, without the machine's files. */
int usher_go_inside(struct child *child);

/* identity.c */
int identity_setgroups(const struct step *step);
int identity_setgid(const struct step *step);
int identity_setuid(const struct step *step);
int identity_capabilities(const struct step *step);
int identity_seccomp(const struct step *step);
int identity_apparmor(const struct step *step);
int identity_rlimit(const struct step *step);
int identity_oom_score_adj(const struct step *step);
int identity_keyring(const struct step *step);
/* Joins the session keyring of that name or makes it; NULL makes one that nobody can join. */
int identity_session_keyring(const char *name);

/* hook.c */

/* Runs a hook to its end; the state it is given says that pid is the container's process. */
int hook_run(const struct step *step, pid_t pid, struct failure *failure);
/* Has the shim run the hook that is the step of that index. */
int hook_ask(const struct child *child, int32_t index, struct failure *failure);

/* exec.c */
/* Texts of a plan as execve(2) takes them; NULL when there is no memory. */
char **exec_vector(const struct field *list);
int exec_program(const struct step *step, struct child *child, struct failure *failure);
int exec_terminal(const struct step *step, struct child *child, struct failure *failure);
int exec_new_session(void);
/* Lets an usher's process be born; nothing for everybody else. */
int exec_go_inside(struct child *child, struct failure *failure);
/* Whatever of 0-2 is the inherited /dev/null becomes the root's own, once that is in its place. */
int exec_own_null(struct child *child);
/* The same before that: an empty pipe. */
int exec_stand_in(struct child *child);
int exec_close_fds(struct child *child);
__attribute__((noreturn)) void exec_hold(struct child *child);

#endif
