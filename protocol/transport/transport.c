/* SPDX-License-Identifier: Apache-2.0 */
/* The list of transports. */
#include "config.h"
#include "protocol/transport/transport.h"

#include <string.h>

#include "common/error.h"

static const struct rgpu_transport_ops *const all[] = {
	&rgpu_transport_unix,
	&rgpu_transport_tcp,
};

const struct rgpu_transport_ops *
rgpu_transport_find(const char *scheme)
{
	for (size_t i = 0; i < RGPU_COUNT(all); i++) {
		if (!strcmp(all[i]->scheme, scheme))
			return all[i];
	}
	rgpu_error("transport '%s' is not in this build", scheme);
	return NULL;
}
