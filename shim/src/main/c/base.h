/* What every file of the shim shares: failures, cleanup of descriptors, time. */
#ifndef GANTRY_BASE_H
#define GANTRY_BASE_H

#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* A failed step as it is reported to the daemon. All text is cut to fit. */
struct failure {
	int32_t index; /* place in the plan, -1 before any step */
	int32_t error; /* positive errno */
	char step[24];
	char object[256];
	char detail[256];
};

static inline void copy_text(char *to, size_t room, const char *text)
{
	size_t length = strnlen(text, room - 1);

	memcpy(to, text, length);
	to[length] = '\0';
}

/* Fills the failure's object and returns the error, so that callers can return it at once. */
static inline int fail_on(struct failure *failure, int error, const char *object)
{
	copy_text(failure->object, sizeof(failure->object), object);
	return error;
}

static inline void close_fd(int *fd)
{
	int saved = errno;

	if (*fd >= 0)
		close(*fd);
	*fd = -1;
	errno = saved;
}

#define CLEANUP_FD __attribute__((cleanup(close_fd)))

#define NS_PER_SECOND INT64_C(1000000000)
#define NS_PER_MS INT64_C(1000000)

static inline int64_t clock_ns(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (int64_t)now.tv_sec * NS_PER_SECOND + now.tv_nsec;
}

/* For deadlines. */
static inline int64_t now_ns(void)
{
	return clock_ns(CLOCK_MONOTONIC);
}

/* Everything or -errno; for files and pipes that block. */
static inline int write_all(int fd, const void *data, size_t length)
{
	const char *next = data;

	while (length > 0) {
		ssize_t done = write(fd, next, length);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return -errno;
		next += done;
		length -= (size_t)done;
	}
	return 0;
}

#endif
