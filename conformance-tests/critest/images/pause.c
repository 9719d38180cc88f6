/* What the image "pause" runs: waits to be told to end, and reaps what it inherits meanwhile. */
#define _POSIX_C_SOURCE 200809L
#include <signal.h>
#include <stddef.h>
#include <sys/wait.h>

int main(void) {
  sigset_t awaited;
  sigemptyset(&awaited);
  sigaddset(&awaited, SIGCHLD);
  sigaddset(&awaited, SIGINT);
  sigaddset(&awaited, SIGTERM);
  sigprocmask(SIG_BLOCK, &awaited, NULL);
  int received;
  while (sigwait(&awaited, &received) == 0 && received == SIGCHLD) {
    while (waitpid(-1, NULL, WNOHANG) > 0) {
    }
  }
  return 0;
}
