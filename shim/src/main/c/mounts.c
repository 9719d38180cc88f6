/* Mounts and files of the root to be. Nothing here ever resolves a path outside of it. */
#include "kernel.h"
#include "steps.h"

#include <limits.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

enum { DIRECTORY = 1, CREATE = 1, LINKS_MOST = 40 };

int open_in_root(int root, const char *path, uint64_t flags)
{
	CLEANUP_FD int own = -1;

	if (root < 0) {
		own = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
		if (own < 0)
			return -errno;
		root = own;
	}
	return k_openat2(root, path, flags, K_RESOLVE_IN_ROOT | K_RESOLVE_NO_MAGICLINKS);
}

/* A walk that makes what is missing: done is resolved, todo is still to come. */
struct walk {
	int root;
	bool directory;
	unsigned mode;
	int links;
	char done[PATH_MAX];
	char todo[PATH_MAX];
};

/* Cuts the next name off todo: 1, or 0 at the end, or -ENAMETOOLONG. */
static int next_name(struct walk *walk, char *name, size_t room)
{
	const char *from = walk->todo + strspn(walk->todo, "/");
	size_t length = strcspn(from, "/");

	if (length == 0)
		return 0;
	if (length >= room)
		return -ENAMETOOLONG;
	memcpy(name, from, length);
	name[length] = '\0';
	memmove(walk->todo, from + length, strlen(from + length) + 1);
	return 1;
}

static int append(char *path, const char *name)
{
	size_t used = strlen(path);

	if (used + strlen(name) + 2 > PATH_MAX)
		return -ENAMETOOLONG;
	path[used] = '/';
	memcpy(path + used + 1, name, strlen(name) + 1);
	return 0;
}

static int follow_link(struct walk *walk, int link)
{
	char target[PATH_MAX];
	ssize_t length = readlinkat(link, "", target, sizeof(target) - 1);

	if (length < 0)
		return -errno;
	if (++walk->links > LINKS_MOST)
		return -ELOOP;
	target[length] = '\0';
	if (append(target, walk->todo) < 0)
		return -ENAMETOOLONG;
	memcpy(walk->todo, target, strlen(target) + 1);
	if (target[0] == '/')
		walk->done[0] = '\0';
	return 0;
}

/* Makes one missing name; the last one is what the caller asked for. */
static int make_name(const struct walk *walk, const char *name)
{
	bool last = walk->todo[strspn(walk->todo, "/")] == '\0';
	CLEANUP_FD int made = -1;
	CLEANUP_FD int parent =
		open_in_root(walk->root, walk->done[0] == '\0' ? "/" : walk->done,
			     O_PATH | O_DIRECTORY);

	if (parent < 0)
		return parent;
	if (!last || walk->directory)
		return mkdirat(parent, name, last ? walk->mode : 0755) < 0 ? -errno : 0;
	made = openat(parent, name, O_CREAT | O_EXCL | O_NOFOLLOW | O_WRONLY | O_CLOEXEC,
		      walk->mode);
	return made < 0 ? -errno : 0;
}

static int enter_name(struct walk *walk, const char *name)
{
	CLEANUP_FD int fd = -1;
	char *slash = strrchr(walk->done, '/');
	struct stat status;
	int error;

	if (strcmp(name, ".") == 0)
		return 0;
	if (strcmp(name, "..") == 0) {
		if (slash != NULL)
			*slash = '\0';
		return 0;
	}
	slash = walk->done + strlen(walk->done);
	error = append(walk->done, name);
	if (error < 0)
		return error;
	fd = open_in_root(walk->root, walk->done, O_PATH | O_NOFOLLOW);
	if (fd >= 0 && fstat(fd, &status) == 0 && !S_ISLNK(status.st_mode))
		return 0;
	*slash = '\0';
	if (fd >= 0)
		return follow_link(walk, fd);
	if (fd != -ENOENT)
		return fd;
	error = make_name(walk, name);
	return error < 0 ? error : append(walk->done, name);
}

int make_in_root(int root, const char *path, bool directory, unsigned mode)
{
	struct walk walk = {.root = root, .directory = directory, .mode = mode};
	int fd = open_in_root(root, path, O_PATH);
	char name[NAME_MAX + 1];
	int error;

	if (fd != -ENOENT)
		return fd;
	if (strlen(path) >= sizeof(walk.todo))
		return -ENAMETOOLONG;
	memcpy(walk.todo, path, strlen(path) + 1);
	while ((error = next_name(&walk, name, sizeof(name))) > 0)
		if ((error = enter_name(&walk, name)) < 0)
			break;
	if (error < 0)
		return error;
	return open_in_root(root, walk.done[0] == '\0' ? "/" : walk.done, O_PATH);
}

int mount_root_propagation(const struct step *step, struct failure *failure)
{
	unsigned long flag = step->f[0].number;

	fail_on(failure, 0, "/");
	/* A shared root would let the detaching of the old tree reach the host's mounts. */
	if (flag != MS_PRIVATE && flag != MS_SLAVE)
		return -EINVAL;
	return mount("", "/", NULL, flag | MS_REC, NULL) < 0 ? -errno : 0;
}

/* At a place of the machine's where hooks find it, or on top of everything. */
int mount_attach_root(const struct step *step, struct child *child, struct failure *failure)
{
	int fd = PLAN_FIRST_FD + (int)step->f[0].number;
	int error = k_move_mount(fd, AT_FDCWD, plan_text(&step->f[1]));

	fail_on(failure, 0, plan_text(&step->f[1]));
	if (error == 0)
		child->root = fd;
	return error;
}

/* One option: key=value, or key. */
static int set_option(int fs, const char *option)
{
	const char *equals = strchr(option, '=');
	char key[256];

	if (equals == NULL)
		return k_fsconfig(fs, K_FSCONFIG_SET_FLAG, option, NULL);
	if ((size_t)(equals - option) >= sizeof(key))
		return -ENAMETOOLONG;
	memcpy(key, option, (size_t)(equals - option));
	key[equals - option] = '\0';
	return k_fsconfig(fs, K_FSCONFIG_SET_STRING, key, equals + 1);
}

static int set_options(int fs, const char *source, const struct field *options)
{
	const uint8_t *cursor = options->data;
	int error = 0;

	if (*source != '\0')
		error = k_fsconfig(fs, K_FSCONFIG_SET_STRING, "source", source);
	for (uint32_t i = 0; error == 0 && i < options->length; i++)
		error = set_option(fs, plan_list_text(&cursor));
	return error < 0 ? error : k_fsconfig(fs, K_FSCONFIG_CMD_CREATE, NULL, NULL);
}

/* The context's own log says more than the errno: "e tmpfs: Unknown parameter 'x'". */
static void read_complaint(int fs, struct failure *failure)
{
	ssize_t length = read(fs, failure->detail, sizeof(failure->detail) - 1);

	failure->detail[length > 0 ? length : 0] = '\0';
	failure->detail[strcspn(failure->detail, "\n")] = '\0';
	if (length > 2 && failure->detail[1] == ' ')
		memmove(failure->detail, failure->detail + 2, strlen(failure->detail + 2) + 1);
}

int mount_new(const struct step *step, const struct child *child, struct failure *failure)
{
	CLEANUP_FD int fs = -1;
	CLEANUP_FD int made = -1;
	CLEANUP_FD int target = -1;
	const char *path = plan_text(&step->f[4]);
	int error;

	fail_on(failure, 0, path);
	fs = k_fsopen(plan_text(&step->f[0]));
	if (fs < 0)
		return fs;
	error = set_options(fs, plan_text(&step->f[1]), &step->f[3]);
	if (error < 0) {
		read_complaint(fs, failure);
		return error;
	}
	made = k_fsmount(fs, (unsigned)step->f[2].number);
	if (made < 0)
		return made;
	target = make_in_root(child->root, path, true, 0755);
	return target < 0 ? target : k_move_mount(made, target, "");
}

int mount_attach(const struct step *step, const struct child *child, struct failure *failure)
{
	const char *path = plan_text(&step->f[1]);
	bool directory = (step->f[2].number & DIRECTORY) != 0;
	CLEANUP_FD int target =
		make_in_root(child->root, path, directory, directory ? 0755 : 0644);

	fail_on(failure, 0, path);
	if (target < 0)
		return target;
	return k_move_mount(PLAN_FIRST_FD + (int)step->f[0].number, target, "");
}

int mount_mkdir(const struct step *step, const struct child *child, struct failure *failure)
{
	const char *path = plan_text(&step->f[0]);
	CLEANUP_FD int fd =
		make_in_root(child->root, path, true, (unsigned)step->f[1].number & 07777);

	fail_on(failure, 0, path);
	return fd < 0 ? fd : 0;
}

/* The directory a name is to be made in; name points into path. */
static int open_parent(int root, const char *path, const char **name)
{
	const char *slash = strrchr(path, '/');
	char parent[PATH_MAX];
	size_t length;

	*name = slash == NULL ? path : slash + 1;
	if (**name == '\0')
		return -EINVAL;
	if (strlen(path) >= sizeof(parent))
		return -ENAMETOOLONG;
	length = (size_t)(*name - path);
	memcpy(parent, path, length);
	parent[length] = '\0';
	return make_in_root(root, *parent == '\0' ? "/" : parent, true, 0755);
}

int mount_symlink(const struct step *step, const struct child *child, struct failure *failure)
{
	const char *path = plan_text(&step->f[1]);
	const char *name;
	CLEANUP_FD int parent = open_parent(child->root, path, &name);

	fail_on(failure, 0, path);
	if (parent < 0)
		return parent;
	if (symlinkat(plan_text(&step->f[0]), parent, name) < 0 && errno != EEXIST)
		return -errno;
	return 0;
}

int mount_mknod(const struct step *step, const struct child *child, struct failure *failure)
{
	const char *path = plan_text(&step->f[0]);
	mode_t mode = (mode_t)step->f[1].number;
	dev_t device = makedev((unsigned)step->f[2].number, (unsigned)step->f[3].number);
	struct stat there;
	const char *name;
	CLEANUP_FD int parent = open_parent(child->root, path, &name);

	fail_on(failure, 0, path);
	if (parent < 0)
		return parent;
	if (mknodat(parent, name, mode, device) < 0) {
		int error = -errno;

		if (error == -EEXIST && fstatat(parent, name, &there, AT_SYMLINK_NOFOLLOW) == 0 &&
		    (there.st_mode & S_IFMT) == (mode & S_IFMT) && there.st_rdev == device)
			return 0;
		return error;
	}
	return fchownat(parent, name, (uid_t)step->f[4].number, (gid_t)step->f[5].number,
			AT_SYMLINK_NOFOLLOW) < 0
		       ? -errno
		       : 0;
}

/* An empty tmpfs that nobody can write to. */
static int make_empty(void)
{
	CLEANUP_FD int fs = k_fsopen("tmpfs");
	static const char *const options[] = {"nr_inodes", "2", "size", "4096", "mode", "0555"};
	int error = 0;

	if (fs < 0)
		return fs;
	for (size_t i = 0; error == 0 && i < 6; i += 2)
		error = k_fsconfig(fs, K_FSCONFIG_SET_STRING, options[i], options[i + 1]);
	if (error == 0)
		error = k_fsconfig(fs, K_FSCONFIG_CMD_CREATE, NULL, NULL);
	if (error < 0)
		return error;
	return k_fsmount(fs, K_MOUNT_ATTR_RDONLY | K_MOUNT_ATTR_NOSUID | K_MOUNT_ATTR_NODEV |
				     K_MOUNT_ATTR_NOEXEC);
}

/*
 * The first masked directory gets the tmpfs itself, the others clones of that mount: kernels
 * before 6.15 clone only what is attached.
 */
static int mask_directory(struct child *child, int target)
{
	CLEANUP_FD int clone = -1;
	int error;

	if (child->empty < 0) {
		CLEANUP_FD int made = make_empty();

		if (made < 0)
			return made;
		error = k_move_mount(made, target, "");
		if (error == 0) {
			child->empty = made;
			made = -1;
		}
		return error;
	}
	clone = k_open_tree(child->empty, "", K_OPEN_TREE_CLONE | K_AT_EMPTY_PATH);
	return clone < 0 ? clone : k_move_mount(clone, target, "");
}

/* The root's own /dev/null, and only if it is that device: an image may hold anything there. */
static int mask_file(const struct child *child, int target)
{
	CLEANUP_FD int null = -1;
	CLEANUP_FD int clone = -1;
	struct stat status;
	int error;

	null = k_openat2(child->root < 0 ? AT_FDCWD : child->root, "/dev/null", O_PATH,
			 K_RESOLVE_NO_SYMLINKS | K_RESOLVE_NO_MAGICLINKS |
				 (child->root < 0 ? 0 : K_RESOLVE_IN_ROOT));
	if (null < 0)
		return null;
	if (fstat(null, &status) < 0 || !S_ISCHR(status.st_mode) ||
	    status.st_rdev != makedev(1, 3))
		return -ENODEV;
	clone = k_open_tree(null, "", K_OPEN_TREE_CLONE | K_AT_EMPTY_PATH);
	if (clone < 0)
		return clone;
	error = k_mount_set(clone, 0, K_MOUNT_ATTR_RDONLY | K_MOUNT_ATTR_NOSUID | K_MOUNT_ATTR_NOEXEC);
	return error < 0 ? error : k_move_mount(clone, target, "");
}

int mount_mask(const struct step *step, struct child *child, struct failure *failure)
{
	const char *path = plan_text(&step->f[0]);
	CLEANUP_FD int target = open_in_root(child->root, path, O_PATH);
	struct stat status;

	fail_on(failure, 0, path);
	if (target == -ENOENT || target == -ENOTDIR)
		return 0;
	if (target < 0)
		return target;
	if (fstat(target, &status) < 0)
		return -errno;
	if (S_ISDIR(status.st_mode))
		return mask_directory(child, target);
	return mask_file(child, target);
}

int mount_read_only(const struct step *step, const struct child *child, struct failure *failure)
{
	const char *path = plan_text(&step->f[0]);
	CLEANUP_FD int target = -1;
	CLEANUP_FD int clone = -1;
	int error;

	fail_on(failure, 0, path);
	if (strcmp(path, "/") == 0 && child->root >= 0)
		return k_mount_set(child->root, 0, K_MOUNT_ATTR_RDONLY);
	target = open_in_root(child->root, path, O_PATH);
	if (target == -ENOENT || target == -ENOTDIR)
		return 0;
	if (target < 0)
		return target;
	clone = k_open_tree(target, "", K_OPEN_TREE_CLONE | K_AT_EMPTY_PATH | K_AT_RECURSIVE);
	if (clone < 0)
		return clone;
	error = k_mount_set(clone, K_AT_RECURSIVE, K_MOUNT_ATTR_RDONLY);
	return error < 0 ? error : k_move_mount(clone, target, "");
}

/* The old root ends up on top of the new one at the same place, and is detached from there. */
int mount_pivot(const struct child *child)
{
	if (child->root < 0)
		return -ENOENT;
	if (fchdir(child->root) < 0 || syscall(SYS_pivot_root, ".", ".") < 0 ||
	    umount2(".", MNT_DETACH) < 0 || chdir("/") < 0)
		return -errno;
	return 0;
}

int mount_empty_root(struct child *child)
{
	int made = make_empty();
	int error;

	if (made < 0)
		return made;
	error = k_move_mount(made, AT_FDCWD, "/");
	if (error < 0) {
		close(made);
		return error;
	}
	child->root = made;
	return mount_pivot(child);
}

int mount_chdir(const struct step *step, const struct child *child, struct failure *failure)
{
	const char *path = plan_text(&step->f[0]);
	bool create = (step->f[1].number & CREATE) != 0;
	char where[PATH_MAX];
	CLEANUP_FD int fd = -1;

	fail_on(failure, 0, path);
	fd = create ? make_in_root(child->root, path, true, 0755)
		    : open_in_root(child->root, path, O_PATH | O_DIRECTORY);
	if (fd < 0)
		return fd;
	if (fchdir(fd) < 0)
		return -errno;
	/* A directory that this root cannot reach would be a door to the host (CVE-2024-21626). */
	if (syscall(SYS_getcwd, where, sizeof(where)) < 0)
		return -errno;
	return where[0] == '/' ? 0 : -EXDEV;
}
