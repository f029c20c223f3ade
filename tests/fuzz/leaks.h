/* SPDX-License-Identifier: Apache-2.0 */
/* Memory that an input leaves behind. */
#ifndef RGPU_TESTS_FUZZ_LEAKS_H
#define RGPU_TESTS_FUZZ_LEAKS_H

#include <stdint.h>

/* Before the first rgpu_fuzz_live(). */
void rgpu_fuzz_watch_memory(void);

/* A measure of what malloc() has given and not got back: blocks or bytes. 0
 * where nothing here can be measured. */
int64_t rgpu_fuzz_live(void);

#endif
