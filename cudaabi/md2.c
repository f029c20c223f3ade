/* SPDX-License-Identifier: Apache-2.0 */
/* MD2, from the text of RFC 1319. tests/test-md2.c has the vectors of its
 * appendix. */
#include "config.h"
#include "cudaabi/md2.h"

#include <string.h>

#define BLOCK RGPU_MD2_BYTES

struct md2 {
	uint8_t state[3 * BLOCK], sum[BLOCK], block[BLOCK];
	uint8_t last;
	size_t used;
};

/* RFC 1319 section 3.2: a permutation made of the digits of pi. */
static const uint8_t substitute[256] = {
	41,
	46,
	67,
	201,
	162,
	216,
	124,
	1,
	61,
	54,
	84,
	161,
	236,
	240,
	6,
	19,
	98,
	167,
	5,
	243,
	192,
	199,
	115,
	140,
	152,
	147,
	43,
	217,
	188,
	76,
	130,
	202,
	30,
	155,
	87,
	60,
	253,
	212,
	224,
	22,
	103,
	66,
	111,
	24,
	138,
	23,
	229,
	18,
	190,
	78,
	196,
	214,
	218,
	158,
	222,
	73,
	160,
	251,
	245,
	142,
	187,
	47,
	238,
	122,
	169,
	104,
	121,
	145,
	21,
	178,
	7,
	63,
	148,
	194,
	16,
	137,
	11,
	34,
	95,
	33,
	128,
	127,
	93,
	154,
	90,
	144,
	50,
	39,
	53,
	62,
	204,
	231,
	191,
	247,
	151,
	3,
	255,
	25,
	48,
	179,
	72,
	165,
	181,
	209,
	215,
	94,
	146,
	42,
	172,
	86,
	170,
	198,
	79,
	184,
	56,
	210,
	150,
	164,
	125,
	182,
	118,
	252,
	107,
	226,
	156,
	116,
	4,
	241,
	69,
	157,
	112,
	89,
	100,
	113,
	135,
	32,
	134,
	91,
	207,
	101,
	230,
	45,
	168,
	2,
	27,
	96,
	37,
	173,
	174,
	176,
	185,
	246,
	28,
	70,
	97,
	105,
	52,
	64,
	126,
	15,
	85,
	71,
	163,
	35,
	221,
	81,
	175,
	58,
	195,
	92,
	249,
	206,
	186,
	197,
	234,
	38,
	44,
	83,
	13,
	110,
	133,
	40,
	132,
	9,
	211,
	223,
	205,
	244,
	65,
	129,
	77,
	82,
	106,
	220,
	55,
	200,
	108,
	193,
	171,
	250,
	36,
	225,
	123,
	8,
	12,
	189,
	177,
	74,
	120,
	136,
	149,
	139,
	227,
	99,
	232,
	109,
	233,
	203,
	213,
	254,
	59,
	0,
	29,
	57,
	242,
	239,
	183,
	14,
	102,
	88,
	208,
	228,
	166,
	119,
	114,
	248,
	235,
	117,
	75,
	10,
	49,
	68,
	80,
	180,
	143,
	237,
	31,
	26,
	219,
	153,
	141,
	51,
	159,
	17,
	131,
	20,
};

static void
mix(struct md2 *m)
{
	unsigned t = 0;

	for (int i = 0; i < BLOCK; i++) {
		m->state[BLOCK + i] = m->block[i];
		m->state[2 * BLOCK + i] = m->block[i] ^ m->state[i];
	}
	for (int i = 0; i < BLOCK; i++) {
		m->sum[i] ^= substitute[m->block[i] ^ m->last];
		m->last = m->sum[i];
	}
	for (unsigned round = 0; round < 18; round++) {
		for (int i = 0; i < 3 * BLOCK; i++)
			t = m->state[i] ^= substitute[t];
		t = (t + round) & 0xff;
	}
}

static void
update(struct md2 *m, const void *data, size_t len)
{
	const uint8_t *p = data;

	while (len--) {
		m->block[m->used++] = *p++;
		if (m->used == BLOCK) {
			mix(m);
			m->used = 0;
		}
	}
}

static void
finish(struct md2 *m, uint8_t out[BLOCK])
{
	uint8_t pad[BLOCK], sum[BLOCK];
	size_t n = BLOCK - m->used;

	memset(pad, (int)n, sizeof(pad));
	update(m, pad, n);
	memcpy(sum, m->sum, sizeof(sum));
	update(m, sum, sizeof(sum));
	memcpy(out, m->state, BLOCK);
}

void
rgpu_md2(const void *data, size_t len, uint8_t out[BLOCK])
{
	struct md2 m = {.used = 0};

	update(&m, data, len);
	finish(&m, out);
}

void
rgpu_hmac_md2(const uint8_t key[BLOCK], const void *data, size_t len,
	uint8_t out[BLOCK])
{
	struct md2 inner = {.used = 0}, outer = {.used = 0};
	uint8_t ipad[BLOCK], opad[BLOCK], digest[BLOCK];

	for (int i = 0; i < BLOCK; i++) {
		ipad[i] = key[i] ^ 0x36;
		opad[i] = key[i] ^ 0x5c;
	}
	update(&inner, ipad, BLOCK);
	update(&inner, data, len);
	finish(&inner, digest);
	update(&outer, opad, BLOCK);
	update(&outer, digest, BLOCK);
	finish(&outer, out);
}
