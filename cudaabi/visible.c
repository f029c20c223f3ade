/* SPDX-License-Identifier: Apache-2.0 */
/* Which devices an application sees. */
#include "config.h"
#include "cudaabi/visible.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

void
rgpu_uuid_text(const uint8_t uuid[16], char text[RGPU_UUID_TEXT])
{
	int n = snprintf(text, RGPU_UUID_TEXT, "GPU-");

	for (int i = 0; i < 16; i++) {
		int dash = i == 4 || i == 6 || i == 8 || i == 10;

		n += snprintf(text + n, RGPU_UUID_TEXT - (size_t)n, "%s%02x",
			dash ? "-" : "", uuid[i]);
	}
}

/* An ordinal below count, or -1. */
static int
by_ordinal(const char *item, size_t len, int count)
{
	int n = 0;

	if (len == 0 || len > 4)
		return -1;
	for (size_t i = 0; i < len; i++) {
		if (item[i] < '0' || item[i] > '9')
			return -1;
		n = n * 10 + (item[i] - '0');
	}
	return n < count ? n : -1;
}

/* The only device whose UUID begins like item, or -1. */
static int
by_uuid(const char *item, size_t len, int count, const uint8_t (*uuids)[16])
{
	char text[RGPU_UUID_TEXT];
	int found = -1;

	if (len < 5 || len >= RGPU_UUID_TEXT || strncasecmp(item, "GPU-", 4))
		return -1;
	for (int i = 0; i < count; i++) {
		rgpu_uuid_text(uuids[i], text);
		if (strncasecmp(item, text, len))
			continue;
		if (found >= 0)
			return -1;
		found = i;
	}
	return found;
}

int
rgpu_visible_devices(
	const char *list, int count, const uint8_t (*uuids)[16], int *out)
{
	int n = 0;

	for (int i = 0; !list && i < count; i++)
		out[n++] = i;
	while (list && *list) {
		size_t len;
		int dev;

		list += strspn(list, " \t");
		len = strcspn(list, ", \t");
		dev = by_ordinal(list, len, count);
		if (dev < 0)
			dev = by_uuid(list, len, count, uuids);
		if (dev < 0)
			break;
		for (int i = 0; i < n; i++) {
			if (out[i] == dev)
				return 0;
		}
		out[n++] = dev;
		list += len;
		list += strspn(list, " \t");
		if (*list != ',')
			break;
		list++;
	}
	return n;
}
