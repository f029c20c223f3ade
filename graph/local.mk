# SPDX-License-Identifier: Apache-2.0
# Graphs and stream capture, for both libcuda.so.1 of ours: each completes this
# with what launches a graph (graph/exec.h).
noinst_LTLIBRARIES += graph/libgraph.la
graph_libgraph_la_SOURCES = \
	graph/capture-nodes.c \
	graph/capture.c \
	graph/capture.h \
	graph/dot.c \
	graph/exec-api.c \
	graph/exec.c \
	graph/exec.h \
	graph/graph-api.c \
	graph/graph.c \
	graph/graph.h \
	graph/nodes-api.c \
	graph/params.c \
	graph/user.c \
	$(NULL)
$(graph_libgraph_la_OBJECTS): | $(BUILT_SOURCES)
