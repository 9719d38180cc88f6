/* The CRI log of a container: what comes out of two pipes becomes lines of one file. */
#ifndef GANTRY_LOG_H
#define GANTRY_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	LOG_LINE = 16 << 10,  /* longest content of one line */
	LOG_READ = 64 << 10,  /* most that is read at once */
	LOG_OUT = 128 << 10,
	LOG_PAGE = 4096,
	LOG_STREAMS = 2,
};

/* The unfinished line of a stream. */
struct log_stream {
	uint32_t length;
	int64_t due; /* when it is written as it is, monotonic ns; 0 without one */
	bool broken; /* what was written last is the beginning of a line */
	char text[LOG_LINE];
};

/* When the shim begins a new file of itself. */
struct rotation {
	uint64_t most;  /* bytes of a file; 0: never */
	unsigned files; /* kept, the log itself is one of them */
};

struct log {
	int fd;
	int directory; /* that the log is in, or -1 */
	uint64_t size; /* of the file */
	struct rotation rotation;
	char name[256]; /* in the directory */
	bool cut; /* the last write ended within a line */
	uint32_t out_length;
	int64_t second; /* what stamp was made for */
	char stamp[32];
	struct log_stream stream[LOG_STREAMS];
	/* Unfinished line and read bytes side by side, so that lines are never split. */
	_Alignas(LOG_PAGE) char in[LOG_LINE + LOG_READ];
	_Alignas(LOG_PAGE) char out[LOG_OUT];
};

/* Where the next bytes of a stream are to be read to: at most LOG_READ of them. */
char *log_room(struct log *log);

/* Takes bytes that were read into the room; stream 0 is stdout, 1 stderr. */
void log_take(struct log *log, int stream, size_t length, int64_t now);

/* Writes the unfinished line of a stream as a partial one. */
void log_flush(struct log *log, int stream);

/* Gives the buffers' pages back to the kernel. */
void log_trim(struct log *log);

/* rotation.c */

/* Lets the log be rotated, which has that name in the directory: 0 or -errno. */
int rotation_begin(struct log *log, int directory, const char *name, const struct rotation *wish);

/* The log's descriptor is another file now. */
void rotation_measure(struct log *log);

/* Begins a new file if the log has grown too large. */
void rotation_check(struct log *log);

#endif
