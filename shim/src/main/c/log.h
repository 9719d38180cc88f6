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
	char text[LOG_LINE];
};

struct log {
	int fd;
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

#endif
