/* The last steps of a new process: its terminal, its descriptors, its program. */
#include "kernel.h"
#include "steps.h"

#include <limits.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <sys/wait.h>

static const char default_path[] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

int exec_close_fds(struct child *child)
{
	int error;

	if (child->report != 3) {
		if (dup3(child->report, 3, O_CLOEXEC) < 0)
			return -errno;
		child->report = 3;
	}
	error = k_close_range(4, ~0U);
	child->root = -1;
	child->empty = -1;
	child->fds_closed = error == 0;
	return error;
}

static bool is_null(int fd)
{
	struct stat status;

	return fstat(fd, &status) == 0 && S_ISCHR(status.st_mode) &&
	       status.st_rdev == makedev(1, 3);
}

static int open_null(void)
{
	int null = k_openat2(AT_FDCWD, "/dev/null", O_RDWR | O_NOCTTY,
			     K_RESOLVE_NO_SYMLINKS | K_RESOLVE_NO_MAGICLINKS);

	if (null >= 0 && !is_null(null))
		close_fd(&null);
	return null;
}

/*
 * A root without the device gets the reading end of an empty pipe for all three: reading finds the
 * end, and writing fails with EBADF, while the writing end of a pipe without a reader would kill
 * whoever takes its standard output for granted.
 */
static int open_nothing(void)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) < 0)
		return -errno;
	close(ends[1]);
	return ends[0];
}

int exec_stand_in(struct child *child)
{
	CLEANUP_FD int nothing = -1;

	for (int fd = 0; fd <= 2; fd++) {
		if (!is_null(fd))
			continue;
		if (nothing < 0)
			nothing = open_nothing();
		if (nothing < 0)
			return nothing;
		if (dup2(nothing, fd) < 0)
			return -errno;
		child->stand_ins |= 1U << fd;
	}
	return 0;
}

/*
 * The shim was given the machine's own device, and an open file is a way to its inode: its mode
 * and owner could be changed from inside.
 */
int exec_own_null(struct child *child)
{
	CLEANUP_FD int null = -1;
	unsigned stand_ins = child->stand_ins;

	if (child->streams_settled)
		return 0;
	child->streams_settled = true;
	for (int fd = 0; fd <= 2; fd++) {
		if ((stand_ins >> fd & 1) == 0 && !is_null(fd))
			continue;
		if (null < 0)
			null = open_null();
		if (null < 0)
			return exec_stand_in(child);
		if (dup2(null, fd) < 0)
			return -errno;
	}
	return 0;
}

int exec_go_inside(struct child *child, struct failure *failure)
{
	if (child->born == NULL)
		return 0;
	copy_text(failure->step, sizeof(failure->step), "spawn");
	return usher_go_inside(child);
}

/* An exec leads its session from its clone on. */
int exec_new_session(void)
{
	return setsid() < 0 && getsid(0) != getpid() ? -errno : 0;
}

char **exec_vector(const struct field *list)
{
	size_t bytes = ((size_t)list->length + 1) * sizeof(char *);
	const uint8_t *cursor = list->data;
	char **vector = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (vector == MAP_FAILED)
		return NULL;
	for (uint32_t i = 0; i < list->length; i++)
		vector[i] = (char *)(uintptr_t)plan_list_text(&cursor);
	return vector;
}

static const char *path_of(char *const *environment)
{
	for (; *environment != NULL; environment++)
		if (strncmp(*environment, "PATH=", 5) == 0)
			return *environment + 5;
	return default_path;
}

/* Comes back only with an error: the most telling one of all places that were tried. */
static int exec_from_path(char *const *arguments, char *const *environment)
{
	const char *next = path_of(environment);
	char candidate[PATH_MAX];
	int error = -ENOENT;

	for (;;) {
		size_t length = strcspn(next, ":");
		int size = snprintf(candidate, sizeof(candidate), "%.*s/%s", (int)length,
				    length == 0 ? "." : next, arguments[0]);

		if (length > 0 && size < (int)sizeof(candidate)) {
			execve(candidate, arguments, environment);
			if (errno != ENOENT && errno != ENOTDIR && errno != EACCES)
				return -errno;
			if (errno == EACCES)
				error = -EACCES;
		}
		if (next[length] == '\0')
			return error;
		next += length + 1;
	}
}

static void explain(const char *program, int error, struct failure *failure)
{
	struct stat status;

	if (error == -ENOENT && strchr(program, '/') != NULL && stat(program, &status) == 0)
		copy_text(failure->detail, sizeof(failure->detail),
			  "the file is there, its interpreter or loader is not");
	else if (error == -ENOENT && strchr(program, '/') == NULL)
		copy_text(failure->detail, sizeof(failure->detail), "in no directory of PATH");
}

int exec_program(const struct step *step, struct child *child, struct failure *failure)
{
	char **arguments = exec_vector(&step->f[0]);
	char **environment = exec_vector(&step->f[1]);
	struct report ready = {.kind = REPORT_EXEC};
	sigset_t none;
	int error;

	if (arguments == NULL || environment == NULL)
		return -ENOMEM;
	if (arguments[0] == NULL || *arguments[0] == '\0')
		return -EINVAL;
	error = exec_go_inside(child, failure); /* a plan that changes no root */
	if (error < 0)
		return error;
	error = exec_own_null(child);
	if (error < 0)
		return error;
	fail_on(failure, 0, arguments[0]);
	if (!child->fds_closed && (error = exec_close_fds(child)) < 0)
		return error;
	if (!child->umask_set)
		umask(022);
	sigemptyset(&none);
	error = write_all(child->report, &ready, sizeof(ready));
	if (error < 0)
		return error;
	sigprocmask(SIG_SETMASK, &none, NULL);
	if (strchr(arguments[0], '/') == NULL) {
		error = exec_from_path(arguments, environment);
	} else {
		execve(arguments[0], arguments, environment);
		error = -errno;
	}
	explain(arguments[0], error, failure);
	return error;
}

/* Hands the master to the shim as ancillary data of a report. */
static int send_master(int report, int master)
{
	struct report message = {.kind = REPORT_TERMINAL};
	struct iovec data = {.iov_base = &message, .iov_len = sizeof(message)};
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(sizeof(int))];
	} control = {0};
	struct msghdr header = {
		.msg_iov = &data,
		.msg_iovlen = 1,
		.msg_control = control.bytes,
		.msg_controllen = sizeof(control.bytes),
	};
	struct cmsghdr *ancillary = CMSG_FIRSTHDR(&header);

	if (ancillary == NULL)
		return -EINVAL;
	ancillary->cmsg_level = SOL_SOCKET;
	ancillary->cmsg_type = SCM_RIGHTS;
	ancillary->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(ancillary), &master, sizeof(int));
	return sendmsg(report, &header, MSG_NOSIGNAL) < 0 ? -errno : 0;
}

/* The slave of a fresh pair; its descriptor comes from the master, never from a path. */
static int open_pair(const struct child *child, int *master)
{
	struct statfs fs;
	int unlocked = 0;
	int slave;

	*master = open_in_root(child->root, "/dev/pts/ptmx", O_RDWR | O_NOCTTY);
	if (*master < 0)
		return *master;
	if (fstatfs(*master, &fs) < 0 || fs.f_type != K_DEVPTS_MAGIC)
		return -ENODEV;
	if (ioctl(*master, TIOCSPTLCK, &unlocked) < 0)
		return -errno;
	slave = ioctl(*master, K_TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
	return slave < 0 ? -errno : slave;
}

/* Shows the slave at another path as well, such as /dev/console. */
static int attach_console(const struct child *child, int slave, const char *console)
{
	CLEANUP_FD int clone = k_open_tree(slave, "", K_OPEN_TREE_CLONE | K_AT_EMPTY_PATH);
	CLEANUP_FD int target = -1;

	if (clone < 0)
		return clone;
	target = make_in_root(child->root, console, false, 0600);
	return target < 0 ? target : k_move_mount(clone, target, "");
}

int exec_terminal(const struct step *step, struct child *child, struct failure *failure)
{
	CLEANUP_FD int master = -1;
	CLEANUP_FD int slave = open_pair(child, &master);
	struct winsize size = {
		.ws_row = (unsigned short)step->f[0].number,
		.ws_col = (unsigned short)step->f[1].number,
	};
	const char *console = plan_text(&step->f[2]);
	int error;

	fail_on(failure, 0, "/dev/pts/ptmx");
	if (slave < 0)
		return slave;
	if (*console != '\0') {
		fail_on(failure, 0, console);
		error = attach_console(child, slave, console);
		if (error < 0)
			return error;
	}
	if (size.ws_row > 0 && ioctl(master, TIOCSWINSZ, &size) < 0)
		return -errno;
	error = exec_new_session();
	if (error < 0)
		return error;
	if (ioctl(slave, TIOCSCTTY, 0) < 0)
		return -errno;
	for (int fd = 0; fd <= 2; fd++)
		if (dup2(slave, fd) < 0)
			return -errno;
	child->stand_ins = 0;
	return send_master(child->report, master);
}

void exec_hold(struct child *child)
{
	sigset_t all;
	int ignored;

	prctl(PR_SET_NAME, "gantry-hold", 0, 0, 0);
	/* The end of the socket tells the waiting shim that all steps were taken, so it is the last. */
	k_close_range(0, (unsigned)child->report - 1);
	k_close_range((unsigned)child->report + 1, ~0U);
	close(child->report);
	sigfillset(&all);
	for (;;) {
		sigwait(&all, &ignored);
		while (waitpid(-1, NULL, WNOHANG) > 0)
			;
	}
}
