/* How things end: the exit record, the rest of a control group, the tree below an exec. */
#include "kernel.h"
#include "shim.h"

#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>

enum { TREE_MOST = 4096, PASSES_MOST = 8, RECORD_MOST = 1024 };

/* One line is one value. */
static void one_line(char *text)
{
	for (; *text != '\0'; text++)
		if ((unsigned char)*text < ' ')
			*text = ' ';
}

static int write_failed(const struct shim *shim, char *text, size_t room)
{
	struct failure failure = shim->procs[FIRST_PROCESS].failure;

	one_line(failure.object);
	one_line(failure.detail);
	return snprintf(text, room,
			"index=%" PRId32 "\nstep=%s\nobject=%s\nerrno=%" PRId32
			"\ndetail=%s\nfinished_ns=%" PRId64 "\n",
			failure.index, failure.step, failure.object, failure.error, failure.detail,
			shim->finished_ns);
}

static int write_ended(const struct shim *shim, char *text, size_t room)
{
	const struct proc *first = &shim->procs[FIRST_PROCESS];

	return snprintf(text, room,
			"code=%d\nsignal=%d\nstarted_ns=%" PRId64 "\nfinished_ns=%" PRId64
			"\npid=%d\n",
			first->code, first->signal, shim->started_ns, shim->finished_ns,
			(int)first->pid);
}

int end_record(const struct shim *shim)
{
	char text[RECORD_MOST];
	int length = shim->state == FAILED ? write_failed(shim, text, sizeof(text))
					   : write_ended(shim, text, sizeof(text));
	CLEANUP_FD int fd = openat(FD_RUN_DIR, "exit.tmp",
				   O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0644);
	int error;

	if (fd < 0)
		return -errno;
	error = write_all(fd, text, (size_t)length);
	if (error < 0)
		return error;
	return renameat(FD_RUN_DIR, "exit.tmp", FD_RUN_DIR, "exit") < 0 ? -errno : 0;
}

/* Calls for each number of a text, such as the content of a tasks file. */
static bool signal_listed(int fd, int signal)
{
	char text[4096];
	off_t offset = 0;
	ssize_t length;
	bool any = false;
	pid_t pid = 0;

	while ((length = pread(fd, text, sizeof(text), offset)) > 0) {
		for (ssize_t i = 0; i < length; i++) {
			if (text[i] >= '0' && text[i] <= '9') {
				pid = pid * 10 + (text[i] - '0');
				continue;
			}
			if (pid > 1 && pid != getpid() && kill(pid, signal) == 0)
				any = true;
			pid = 0;
		}
		offset += length;
	}
	return any;
}

bool end_signal_group(const struct shim *shim, int signal)
{
	bool any = false;

	if (signal == SIGKILL && shim->kill_file >= 0)
		any = write_all(shim->kill_file, "1", 1) == 0;
	if (shim->kill_tasks >= 0)
		any = signal_listed(shim->kill_tasks, signal) || any;
	return any;
}

struct tree {
	pid_t leader;
	size_t count;
	pid_t member[TREE_MOST];
};

static bool is_member(const struct tree *tree, pid_t pid)
{
	for (size_t i = 0; i < tree->count; i++)
		if (tree->member[i] == pid)
			return true;
	return false;
}

/* Parent and session of a process, from the part of its stat line behind the name. */
static bool read_stat(const char *pid, pid_t *parent, pid_t *session)
{
	char path[32], text[512];
	CLEANUP_FD int fd = -1;
	const char *rest;
	ssize_t length;
	int group;

	snprintf(path, sizeof(path), "/proc/%.20s/stat", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || (length = read(fd, text, sizeof(text) - 1)) <= 0)
		return false;
	text[length] = '\0';
	rest = strrchr(text, ')');
	return rest != NULL && sscanf(rest + 1, " %*c %d %d %d", parent, &group, session) == 3;
}

/* Adds a process that belongs to the tree and is not in it yet. */
static bool consider(struct tree *tree, const char *name)
{
	pid_t pid = (pid_t)strtol(name, NULL, 10);
	pid_t parent, session;

	if (pid <= 1 || tree->count == TREE_MOST || is_member(tree, pid) ||
	    !read_stat(name, &parent, &session))
		return false;
	if (session != tree->leader && !is_member(tree, parent))
		return false;
	tree->member[tree->count++] = pid;
	return true;
}

struct entry {
	uint64_t inode;
	int64_t offset;
	unsigned short length;
	unsigned char type;
	char name[];
};

static bool scan_processes(struct tree *tree)
{
	CLEANUP_FD int proc = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	_Alignas(struct entry) char buffer[8192];
	bool grown = false;
	long length;

	while (proc >= 0 && (length = syscall(SYS_getdents64, proc, buffer, sizeof(buffer))) > 0) {
		for (long at = 0; at < length;) {
			const struct entry *entry = (const struct entry *)(buffer + at);

			if (entry->name[0] >= '1' && entry->name[0] <= '9')
				grown = consider(tree, entry->name) || grown;
			at += entry->length;
		}
	}
	return grown;
}

/*
 * First everything is stopped, so that no parent goes on or forks when its child dies; passes go on
 * until one finds nobody new. Only then all are killed.
 */
void end_kill_tree(pid_t leader)
{
	static struct tree tree;
	size_t stopped = 1;
	bool grown = true;

	tree.leader = leader;
	tree.member[0] = leader;
	tree.count = 1;
	kill(leader, SIGSTOP);
	for (int pass = 0; pass < PASSES_MOST && grown; pass++) {
		grown = scan_processes(&tree);
		for (; stopped < tree.count; stopped++)
			kill(tree.member[stopped], SIGSTOP);
	}
	for (size_t i = tree.count; i-- > 0;)
		kill(tree.member[i], SIGKILL);
}
