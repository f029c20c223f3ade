/* SPDX-License-Identifier: Apache-2.0 */
/* Asks a driver everything constant about its devices. */
#ifndef RGPU_SERVER_DEVICE_FACTS_H
#define RGPU_SERVER_DEVICE_FACTS_H

#include "protocol/facts.h"
#include "server/backend.h"

/* After cuInit. The facts are the caller's: rgpu_facts_free(). */
CUresult rgpu_device_facts_query(
	const struct rgpu_driver *driver, struct rgpu_facts *facts);

#endif
