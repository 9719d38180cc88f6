/*
 * Rotation of the log by the shim itself, where nobody else does it: the log becomes NAME.1, that
 * NAME.2 and so on, each by one rename, and a new log is begun between two lines.
 */
#include "base.h"
#include "log.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum { SLACK = 1 << 20, FILES_MOST = 1000, NUMBER_ROOM = 8 };

void rotation_measure(struct log *log)
{
	struct stat status;

	log->size = fstat(log->fd, &status) == 0 ? (uint64_t)status.st_size : 0;
}

int rotation_begin(struct log *log, int directory, const char *name, const struct rotation *wish)
{
	if (strlen(name) >= sizeof(log->name) - NUMBER_ROOM || strchr(name, '/') != NULL ||
	    wish->most == 0 || wish->files < 2 || wish->files > FILES_MOST)
		return -EINVAL;
	copy_text(log->name, sizeof(log->name), name);
	log->directory = directory;
	log->rotation = *wish;
	rotation_measure(log);
	return 0;
}

/* A client that rotates has moved it and is about to ask for another; then it is not ours to move. */
static bool is_in_place(const struct log *log)
{
	struct stat named, opened;

	return fstatat(log->directory, log->name, &named, AT_SYMLINK_NOFOLLOW) == 0 &&
	       fstat(log->fd, &opened) == 0 && S_ISREG(opened.st_mode) &&
	       named.st_dev == opened.st_dev && named.st_ino == opened.st_ino;
}

/* Number 0 is the log itself. */
static void numbered(const struct log *log, unsigned number, char *to, size_t room)
{
	if (number == 0)
		copy_text(to, room, log->name);
	else
		snprintf(to, room, "%s.%u", log->name, number % (FILES_MOST + 1));
}

/* The oldest is replaced. Whenever this is broken off, every file has a name, and only one. */
static int make_room(const struct log *log)
{
	char from[sizeof(log->name) + NUMBER_ROOM];
	char to[sizeof(log->name) + NUMBER_ROOM];

	for (unsigned number = log->rotation.files - 1; number > 0; number--) {
		numbered(log, number - 1, from, sizeof(from));
		numbered(log, number, to, sizeof(to));
		if (renameat(log->directory, from, log->directory, to) < 0 &&
		    (errno != ENOENT || number == 1))
			return -errno;
	}
	return 0;
}

static void go_on(struct log *log)
{
	int fd = openat(log->directory, log->name,
			O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0640);

	/* Without a new file the old one goes on, under its new name. */
	if (fd < 0)
		return;
	if (dup3(fd, log->fd, O_CLOEXEC) >= 0)
		log->cut = false;
	close(fd);
}

/* Between two lines of the container; but a line without an end does not put it off for ever. */
static bool is_due(const struct log *log)
{
	uint64_t most = log->rotation.most;

	if (most == 0 || log->size < most || log->cut)
		return false;
	return (!log->stream[0].broken && !log->stream[1].broken) || log->size >= most + SLACK;
}

void rotation_check(struct log *log)
{
	if (!is_due(log))
		return;
	if (is_in_place(log) && make_room(log) == 0)
		go_on(log);
	/* Where it failed it is tried again after as much again. */
	log->size = 0;
}
