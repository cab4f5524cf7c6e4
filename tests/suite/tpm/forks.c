/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Signs GET https://api.example/a by the profile argv[1], in this process, in a
 * child of it, and in this process again while the child lives: one line for
 * each, with the value of the first header.
 */
#include <apam/apam.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

static int
sign(struct apam_profile *profile, const char *who)
{
	struct apam_request get = APAM_REQUEST("GET", "https://api.example/a");
	struct apam_signature signature = APAM_SIGNATURE_INIT;
	struct apam_error err = APAM_ERROR_INIT;

	if (apam_sign(profile, &get, &signature, &err) != APAM_OK) {
		printf("%s: %s\n", who, err.text);
		(void)fflush(stdout);
		return 1;
	}
	printf("%s %s\n", who, signature.headers[0].value.p);
	(void)fflush(stdout);
	apam_signature_release(&signature);
	return 0;
}

int
main(int argc, char **argv)
{
	struct apam_error err = APAM_ERROR_INIT;
	struct apam_profile *profile;
	int from_child[2], to_child[2], failed = 0, how = 1;
	struct apam *ctx = NULL;
	char byte = 0;
	pid_t pid;

	if (argc != 2 || apam_open(NULL, &ctx, &err) != APAM_OK ||
	    apam_profile_get(ctx, argv[1], &profile, &err) != APAM_OK ||
	    pipe(from_child) != 0 || pipe(to_child) != 0) {
		printf("forks: %s\n", err.text);
		return 1;
	}
	failed |= sign(profile, "before");
	pid = fork();
	if (pid == 0) {
		failed = sign(profile, "child");
		failed |= write(from_child[1], &byte, 1) != 1;
		failed |= read(to_child[0], &byte, 1) != 1;
		failed |= sign(profile, "child-again");
		_exit(failed);
	}
	failed |= read(from_child[0], &byte, 1) != 1;
	failed |= sign(profile, "parent");
	failed |= write(to_child[1], &byte, 1) != 1;
	failed |= waitpid(pid, &how, 0) != pid || how != 0;
	apam_close(&ctx);
	return failed;
}
