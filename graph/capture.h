/* SPDX-License-Identifier: Apache-2.0 */
/* Capture of streams, for the other files of this folder. */
#ifndef RGPU_GRAPH_CAPTURE_H
#define RGPU_GRAPH_CAPTURE_H

#include "graph/graph.h"

/* What is said of a stream. */
enum rgpu_capturing {
	RGPU_NOT_CAPTURING, /* the call goes on as ever */
	RGPU_CAPTURING,	    /* it becomes a node */
	RGPU_FORBIDDEN,	    /* *result says why */
};

/* Lock held. */
enum rgpu_capturing rgpu_capture_state(CUstream stream, CUresult *result);

/* Lock held: a node behind what the stream, which is capturing, has so far.
 * Takes over params. */
CUresult rgpu_capture_add(CUstream stream, struct rgpu_graph_params *params);

#endif
