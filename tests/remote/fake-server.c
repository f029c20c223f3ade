/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fake-server PATH MODE: listens on a unix socket and answers every hello in a
 * way no rgpud of this version does.
 *
 *   newer     refuses, as a server of another protocol version does
 *   welcome9  welcomes, in another protocol version
 *   silent    never answers
 *   close     closes at once
 *   garbage   answers with random bytes
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "protocol/codec.h"
#include "protocol/hello.h"

static void
send_frame(int fd, uint16_t type, const struct rgpu_enc *body)
{
	uint8_t head[RGPU_FRAME_HEADER];
	struct rgpu_frame f = {.length = (uint32_t)body->pos, .type = type};

	rgpu_frame_put(head, &f);
	if (write(fd, head, sizeof(head)) < 0 ||
		write(fd, body->base, body->pos) < 0)
		perror("fake-server: write");
}

/* Magic and version come first in every answer, for ever. */
static void
answer_in_version(int fd, uint16_t type, uint32_t version)
{
	static const char text[] = "this server speaks protocol 7 to 9";
	uint64_t memory[64];
	struct rgpu_enc e = rgpu_enc_init(memory, sizeof(memory));

	rgpu_put_u32(&e, RGPU_MAGIC);
	rgpu_put_u32(&e, version);
	rgpu_put_u32(&e, RGPU_REFUSED_VERSION);
	rgpu_put_cstr(&e, text);
	rgpu_enc_room(&e, 0, 8);
	send_frame(fd, type, &e);
}

static void
garbage(int fd)
{
	uint8_t bytes[4096];

	srand(1);
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)rand();
	if (write(fd, bytes, sizeof(bytes)) < 0)
		perror("fake-server: write");
}

static void
serve(int fd, const char *mode)
{
	if (!strcmp(mode, "newer"))
		answer_in_version(fd, RGPU_FRAME_REFUSED, 7);
	else if (!strcmp(mode, "welcome9"))
		answer_in_version(fd, RGPU_FRAME_WELCOME, 9);
	else if (!strcmp(mode, "garbage"))
		garbage(fd);
	/* Until the client goes. */
	if (strcmp(mode, "close") != 0) {
		char byte;

		while (read(fd, &byte, 1) > 0)
			;
	}
	close(fd);
}

int
main(int argc, char **argv)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX};
	int s = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), fd;

	if (argc != 3 || strlen(argv[1]) >= sizeof(a.sun_path)) {
		fprintf(stderr, "usage: fake-server PATH MODE\n");
		return 2;
	}
	strcpy(a.sun_path, argv[1]);
	if (s < 0 || bind(s, (struct sockaddr *)&a, sizeof(a)) ||
		listen(s, 8)) {
		perror("fake-server");
		return 1;
	}
	while ((fd = accept(s, NULL, NULL)) >= 0)
		serve(fd, argv[2]);
	return 0;
}
