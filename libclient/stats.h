/* SPDX-License-Identifier: Apache-2.0 */
/* RGPU_STATS=1: what the connection did, on stderr at the program's end. */
#ifndef RGPU_CLIENT_STATS_H
#define RGPU_CLIENT_STATS_H

/* Called once, when the driver has been initialised. */
void rgpu_stats_begin(void);

#endif
