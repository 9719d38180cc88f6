/* Says as whom it runs. Installed setuid root: the answer is 0 unless no_new_privs is set. */
#include <stdio.h>
#include <unistd.h>

int main(void) {
  printf("Effective uid: %u\n", (unsigned)geteuid());
  return 0;
}
