/* How things end: the exit record, the rest of a control group, the tree below an exec. */
#include "kernel.h"
#include "shim.h"

#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

enum { TREE_MOST = 4096, PASSES_MOST = 8, GROUP_PASSES = 4, BATCH = 128, RECORD_MOST = 1024 };

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
			"\npid=%d\nleft=%d\noom_kills=%d\n",
			first->code, first->signal, shim->started_ns, shim->finished_ns,
			(int)first->pid, shim->left, shim->oom_kills);
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

/*
 * The pids of a control group as they are now. The kernel makes the list of a version 1 group when
 * a file is first read after open(2), and shows the same one again for as long as that file stays
 * open (kernel/cgroup/cgroup-v1.c, cgroup_pidlist_start); so each look opens it anew.
 */
struct listing {
	int fd;
	ssize_t length;
	ssize_t at;
	char text[4096];
};

/* A group that was removed has no processes, which is 0; 1 when there is something to read. */
static int list_open(struct listing *list, int file)
{
	char path[32];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", file);
	list->length = 0;
	list->at = 0;
	list->fd = open(path, O_RDONLY | O_CLOEXEC);
	if (list->fd < 0)
		return errno == ENOENT || errno == ENODEV ? 0 : -errno;
	return 1;
}

/* The next pid; 0 at the end, or -errno. */
static pid_t list_next(struct listing *list)
{
	pid_t pid = 0;

	for (;;) {
		if (list->at == list->length) {
			list->at = 0;
			list->length = read(list->fd, list->text, sizeof(list->text));
		}
		if (list->length < 0 && errno != ENODEV)
			return -errno;
		if (list->length <= 0)
			return 0;
		char c = list->text[list->at++];

		if (c >= '0' && c <= '9')
			pid = pid * 10 + (c - '0');
		else if (pid > 0)
			return pid;
	}
}

/* Processes that are held by their pidfds; listed is what a later look says of their pids. */
struct batch {
	int count;
	struct {
		pid_t pid;
		int fd;
		bool listed;
	} item[BATCH];
};

/* Up to a batch of what is left in a list: 1 when there may be more, 0 at its end, or -errno. */
static int take_batch(struct listing *list, struct batch *batch)
{
	pid_t own = getpid();

	batch->count = 0;
	while (batch->count < BATCH) {
		pid_t pid = list_next(list);

		if (pid <= 0)
			return pid;
		if (pid == 1 || pid == own)
			continue;
		batch->item[batch->count].pid = pid;
		batch->item[batch->count].listed = false;
		batch->item[batch->count++].fd = k_pidfd_open(pid);
	}
	return 1;
}

static int look_again(int file, struct batch *batch)
{
	struct listing list;
	int error = list_open(&list, file);
	pid_t pid = 0;

	if (error <= 0)
		return error;
	while ((pid = list_next(&list)) > 0)
		for (int i = 0; i < batch->count; i++)
			batch->item[i].listed |= batch->item[i].pid == pid;
	close(list.fd);
	return pid;
}

/*
 * A pid that is in the group before and after its pidfd was opened is that of a process of the
 * group, whoever may have had the number in between.
 */
static int signal_batch(int file, struct batch *batch, int signal)
{
	int error = look_again(file, batch);

	for (int i = 0; i < batch->count; i++) {
		if (batch->item[i].listed && batch->item[i].fd >= 0)
			k_pidfd_send_signal(batch->item[i].fd, signal);
		if (batch->item[i].fd >= 0)
			close(batch->item[i].fd);
	}
	return error;
}

/* Signals each process of a group; how many there were, or -errno. */
static int signal_listed(int file, int signal)
{
	struct listing list;
	struct batch batch;
	int found = 0;
	int more = list_open(&list, file);
	int error = 0;

	if (more <= 0)
		return more;
	while (more > 0 && error == 0) {
		more = take_batch(&list, &batch);
		found += batch.count;
		if (batch.count > 0)
			error = signal_batch(file, &batch, signal);
	}
	close(list.fd);
	if (more < 0)
		error = more;
	return error < 0 ? error : found;
}

/*
 * What cannot fork is killed in two passes, as the second finds who was being born in the first.
 * Without a limit to set, a few passes in a row are faster than most that fork.
 */
static int kill_listed(const struct shim *shim)
{
	int found = 1;

	if (shim->pids_max >= 0)
		write_all(shim->pids_max, "0", 1); /* what it does not prevent is counted */
	for (int pass = 0; pass < GROUP_PASSES && found > 0; pass++)
		found = signal_listed(shim->kill_tasks, SIGKILL);
	return found;
}

/*
 * A group that somebody else owns is gone with its counters as soon as that one notices that it is
 * empty, so they are read before anything else is done.
 */
void end_count_oom_kills(struct shim *shim)
{
	static const char counter[] = "\noom_kill ";
	char text[512];
	const char *found;
	ssize_t length;

	if (shim->events < 0)
		return;
	length = pread(shim->events, text, sizeof(text) - 1, 0);
	if (length < 0) {
		shim->oom_kills = -errno;
		return;
	}
	text[length] = '\0';
	found = strstr(text, counter);
	shim->oom_kills = found == NULL ? -EINVAL : (int)strtol(found + sizeof(counter) - 1, NULL, 10);
}

int end_signal_group(const struct shim *shim, int signal)
{
	int error = 0;

	if (shim->kill_file >= 0)
		error = signal == SIGKILL ? write_all(shim->kill_file, "1", 1) : -EOPNOTSUPP;
	if (error == -ENODEV) /* a group that was removed has no processes */
		error = 0;
	if (shim->kill_tasks < 0)
		return error;
	return signal == SIGKILL ? kill_listed(shim) : signal_listed(shim->kill_tasks, signal);
}

/* A pid alone may be somebody else's a moment later; with the time of its start it is not. */
struct member {
	pid_t pid;
	unsigned long long start;
};

struct tree {
	size_t count;
	struct member member[TREE_MOST]; /* its leader is the first */
};

static bool is_member(const struct tree *tree, pid_t pid)
{
	for (size_t i = 0; i < tree->count; i++)
		if (tree->member[i].pid == pid)
			return true;
	return false;
}

struct stat_line {
	pid_t parent;
	pid_t session;
	unsigned long long start;
};

/* What is behind the name in /proc/PID/stat (proc_pid_stat(5)). */
static bool read_stat(pid_t pid, struct stat_line *line)
{
	char path[32], text[512];
	CLEANUP_FD int fd = -1;
	const char *rest;
	ssize_t length;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || (length = read(fd, text, sizeof(text) - 1)) <= 0)
		return false;
	text[length] = '\0';
	rest = strrchr(text, ')');
	return rest != NULL &&
	       sscanf(rest + 1,
		      " %*c %d %*d %d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d %*d %llu",
		      &line->parent, &line->session, &line->start) == 3;
}

/* The pidfd is opened first: while it can be signalled, what was read is about its process. */
static void signal_member(const struct member *member, int signal)
{
	CLEANUP_FD int pidfd = k_pidfd_open(member->pid);
	struct stat_line now;

	if (pidfd >= 0 && read_stat(member->pid, &now) && now.start == member->start)
		k_pidfd_send_signal(pidfd, signal);
}

/* Adds a process that belongs to the tree and is not in it yet. */
static bool consider(struct tree *tree, const char *name)
{
	pid_t pid = (pid_t)strtol(name, NULL, 10);
	struct stat_line line;

	if (pid <= 1 || tree->count == TREE_MOST || is_member(tree, pid) || !read_stat(pid, &line))
		return false;
	if (line.session != tree->member[0].pid && !is_member(tree, line.parent))
		return false;
	tree->member[tree->count++] = (struct member){.pid = pid, .start = line.start};
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
 * until one finds nobody new. Only then all are killed. The leader is a child of ours that nobody has
 * reaped, so its pid is its own.
 */
void end_kill_tree(pid_t leader)
{
	static struct tree tree;
	size_t stopped = 1;
	bool grown = true;

	tree.member[0].pid = leader;
	tree.count = 1;
	kill(leader, SIGSTOP);
	for (int pass = 0; pass < PASSES_MOST && grown; pass++) {
		grown = scan_processes(&tree);
		for (; stopped < tree.count; stopped++)
			signal_member(&tree.member[stopped], SIGSTOP);
	}
	for (size_t i = tree.count; i-- > 1;)
		signal_member(&tree.member[i], SIGKILL);
	kill(leader, SIGKILL);
}
