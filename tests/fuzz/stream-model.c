/* SPDX-License-Identifier: Apache-2.0 */
/* Frames and units, read the plain way. */
#include "config.h"
#include "tests/fuzz/stream-model.h"

#include <string.h>

/* From protocol/frame.h, in numbers: what is on the wire does not move with the
 * code. */
#define FRAME_HEADER 32
#define FRAME_MAX    16777216u
#define UNIT_HEADER  16
#define UNIT_MAX     1114112u

static uint64_t
number(const uint8_t *p, int bytes)
{
	uint64_t v = 0;

	while (bytes--)
		v = v << 8 | p[bytes];
	return v;
}

void
rgpu_model_init(
	struct rgpu_model *m, const uint8_t *data, size_t size, uint16_t type)
{
	memset(m, 0, sizeof(*m));
	m->data = data;
	m->size = size;
	m->type = type;
	m->seq = 1;
}

static bool
damaged(struct rgpu_model *m)
{
	m->damaged = true;
	return false;
}

/* False: no whole header, or a bad one. */
static bool
open_frame(struct rgpu_model *m)
{
	const uint8_t *p = m->data + m->pos;
	uint64_t length, count;

	if (m->size - m->pos < FRAME_HEADER)
		return false;
	length = number(p, 4);
	count = number(p + 24, 4);
	if (!length || length % 8 || length > FRAME_MAX)
		return damaged(m);
	if (number(p + 4, 2) != m->type || number(p + 6, 2) ||
		number(p + 28, 4) || number(p + 8, 8) != m->seq)
		return damaged(m);
	if (!count || count > length / UNIT_HEADER)
		return damaged(m);
	m->pos += FRAME_HEADER;
	m->frame_left = length;
	m->units_left = (uint32_t)count;
	return true;
}

bool
rgpu_model_next(struct rgpu_model *m, struct rgpu_model_unit *u)
{
	const uint8_t *p;
	uint64_t length;

	if (m->damaged || (!m->frame_left && !open_frame(m)))
		return false;
	p = m->data + m->pos;
	if (m->size - m->pos < UNIT_HEADER)
		return false;
	length = number(p, 4);
	if (length < UNIT_HEADER || length > UNIT_MAX || length % 8 ||
		length > m->frame_left)
		return damaged(m);
	if (length > m->size - m->pos)
		return false;
	/* The last unit and the frame's last byte come together. */
	if ((length == m->frame_left) != (m->units_left == 1))
		return damaged(m);
	u->kind = (uint16_t)number(p + 4, 2);
	u->info = (uint16_t)number(p + 6, 2);
	u->id = number(p + 8, 8);
	u->body = p + UNIT_HEADER;
	u->size = length - UNIT_HEADER;
	m->pos += length;
	m->frame_left -= length;
	m->units_left--;
	m->seq++;
	return true;
}
