/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What operations between lanes keep in op->x.
 */
#ifndef RGPU_SOFTGPU_PTX_WARP_H
#define RGPU_SOFTGPU_PTX_WARP_H

/* shfl: x[0] the mode, x[1] whether r[5] is a predicate to write. */
enum { PTX_SHFL_UP, PTX_SHFL_DOWN, PTX_SHFL_BFLY, PTX_SHFL_IDX };

/* vote: x[0] the mode, x[1] whether the source is negated. */
enum { PTX_VOTE_ALL, PTX_VOTE_ANY, PTX_VOTE_UNI, PTX_VOTE_BALLOT };

/* redux: x[0] the operation; x[1] of f32: these. */
enum {
	PTX_REDUX_ADD,
	PTX_REDUX_AND,
	PTX_REDUX_OR,
	PTX_REDUX_XOR,
	PTX_REDUX_MIN_U,
	PTX_REDUX_MAX_U,
	PTX_REDUX_MIN_S,
	PTX_REDUX_MAX_S,
	PTX_REDUX_MIN_F,
	PTX_REDUX_MAX_F,
};
enum { PTX_REDUX_ABS = 1, PTX_REDUX_NAN = 2 };

/* Barriers: x[0] of these, x[1] whether r[2] has a count of threads, x[2]
 * whether the predicate r[3] is negated. r[1] is the barrier, r[0] what .red
 * gives. */
enum {
	PTX_BAR_SYNC,
	PTX_BAR_ARRIVE,
	PTX_BAR_RED_POPC,
	PTX_BAR_RED_AND,
	PTX_BAR_RED_OR,
};

#endif
