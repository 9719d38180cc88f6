/* Prints the serial number of the session keyring this process has, without making one. */
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { KEYCTL_GET_KEYRING_ID = 0, KEY_SPEC_SESSION_KEYRING = -3 };

int main(void)
{
	long serial = syscall(SYS_keyctl, KEYCTL_GET_KEYRING_ID, KEY_SPEC_SESSION_KEYRING, 0);

	printf("%ld\n", serial);
	return serial < 0 ? 1 : 0;
}
