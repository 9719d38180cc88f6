/*
 * Goes round and round through what /proc shows of the other processes and looks for something of
 * the machine's: look-outside MARKER DEVICE, where MARKER is the path of a file that only the
 * machine's root has, and DEVICE the number of the file system that the machine's /dev/null is on.
 * Prints one line for each kind of find, and "seen" at the first process of a container like its
 * own that it could look into.
 */
#include <ctype.h>
#include <dirent.h>
#include <libgen.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { ROOM = PATH_MAX + 512 };

static const char *marker;
static char directory[PATH_MAX];
static dev_t null_device;

static void tell(const char *what)
{
	static char told[4096];

	if (strstr(told, what) != NULL || strlen(told) + strlen(what) + 2 > sizeof(told))
		return;
	strcat(told, what);
	puts(what);
	fflush(stdout);
}

static void look_through(const char *door, const char *kind)
{
	char path[ROOM];

	snprintf(path, sizeof(path), "%s%s", door, marker);
	if (access(path, F_OK) == 0)
		tell(kind);
	snprintf(path, sizeof(path), "%s/../marker", door);
	if (access(path, F_OK) == 0)
		tell(kind);
}

static void look_at_descriptor(const char *fd)
{
	char target[PATH_MAX];
	ssize_t length = readlink(fd, target, sizeof(target) - 1);
	struct stat status;

	target[length > 0 ? length : 0] = '\0';
	if (strstr(target, directory) != NULL)
		tell("a file of the machine's");
	if (stat(fd, &status) == 0 && S_ISCHR(status.st_mode) && status.st_dev == null_device)
		tell("the machine's /dev/null");
	look_through(fd, "a descriptor that leads out");
}

static void look_at_descriptors(const char *process)
{
	char path[ROOM];
	struct dirent *entry;
	DIR *all;

	snprintf(path, sizeof(path), "/proc/%s/fd", process);
	all = opendir(path);
	while (all != NULL && (entry = readdir(all)) != NULL) {
		if (!isdigit((unsigned char)entry->d_name[0]))
			continue;
		snprintf(path, sizeof(path), "/proc/%s/fd/%s", process, entry->d_name);
		look_at_descriptor(path);
	}
	if (all != NULL)
		closedir(all);
}

static void look_at(const char *process)
{
	char path[ROOM];
	struct stat status;

	snprintf(path, sizeof(path), "/proc/%s/root/bin/busybox", process);
	if (stat(path, &status) == 0)
		tell("seen");
	snprintf(path, sizeof(path), "/proc/%s/root", process);
	look_through(path, "the machine's root");
	snprintf(path, sizeof(path), "/proc/%s/cwd", process);
	look_through(path, "a working directory outside");
	look_at_descriptors(process);
}

int main(int argc, char **argv)
{
	char copy[PATH_MAX];

	if (argc != 3)
		return 2;
	marker = argv[1];
	snprintf(copy, sizeof(copy), "%s", marker);
	snprintf(directory, sizeof(directory), "%s", dirname(copy));
	null_device = (dev_t)strtoull(argv[2], NULL, 10);
	for (;;) {
		DIR *processes = opendir("/proc");
		struct dirent *entry;

		while (processes != NULL && (entry = readdir(processes)) != NULL)
			if (isdigit((unsigned char)entry->d_name[0]) &&
			    strtol(entry->d_name, NULL, 10) != getpid())
				look_at(entry->d_name);
		if (processes != NULL)
			closedir(processes);
	}
}
