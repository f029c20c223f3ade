/* SPDX-License-Identifier: Apache-2.0 */
/* Headers of frames and units. */
#include "config.h"
#include "protocol/frame.h"

#include <string.h>

/* All hosts are little endian (codec.h refuses others). */
#define PUT(out, at, v) memcpy((out) + (at), &(v), sizeof(v))
#define GET(in, at, v)	memcpy(&(v), (in) + (at), sizeof(v))

void
rgpu_frame_put(uint8_t out[RGPU_FRAME_HEADER], const struct rgpu_frame *f)
{
	uint32_t zero = 0;

	PUT(out, 0, f->length);
	PUT(out, 4, f->type);
	PUT(out, 6, f->flags);
	PUT(out, 8, f->seq);
	PUT(out, 16, f->ack);
	PUT(out, 24, f->count);
	PUT(out, 28, zero);
}

int
rgpu_frame_get(const uint8_t in[RGPU_FRAME_HEADER], struct rgpu_frame *f)
{
	uint32_t zero;

	GET(in, 0, f->length);
	GET(in, 4, f->type);
	GET(in, 6, f->flags);
	GET(in, 8, f->seq);
	GET(in, 16, f->ack);
	GET(in, 24, f->count);
	GET(in, 28, zero);
	if (f->type < RGPU_FRAME_HELLO || f->type > RGPU_FRAME_REFUSED)
		return -1;
	if (f->flags || zero)
		return -1;
	if (f->length > RGPU_FRAME_MAX || f->length % 8)
		return -1;
	return 0;
}

void
rgpu_unit_put(uint8_t out[RGPU_UNIT_HEADER], const struct rgpu_unit *u)
{
	PUT(out, 0, u->length);
	PUT(out, 4, u->kind);
	PUT(out, 6, u->info);
	PUT(out, 8, u->id);
}

int
rgpu_unit_get(const uint8_t in[RGPU_UNIT_HEADER], struct rgpu_unit *u)
{
	GET(in, 0, u->length);
	GET(in, 4, u->kind);
	GET(in, 6, u->info);
	GET(in, 8, u->id);
	if (u->length < RGPU_UNIT_HEADER || u->length > RGPU_UNIT_MAX ||
		u->length % 8)
		return -1;
	return 0;
}
