/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Prints how much of a list of opcodes the table of forms has. A line of a
 * list is an opcode and how often it occurs; '#' begins a comment.
 *
 * usage: ptx-coverage [--missing] LIST...
 */
#include "config.h"
#include <stdio.h>
#include <string.h>

#include "softgpu/ptx/optab.h"

struct tally {
	unsigned long forms, known, weight, known_weight;
};

static double
percent(unsigned long part, unsigned long all)
{
	return all ? 100.0 * (double)part / (double)all : 0;
}

static void
add_line(struct tally *t, const char *line, bool missing)
{
	char opcode[128];
	unsigned long count;

	if (sscanf(line, "%127s %lu", opcode, &count) != 2 || *opcode == '#')
		return;
	t->forms++;
	t->weight += count;
	if (ptx_form_find_text(opcode)) {
		t->known++;
		t->known_weight += count;
	} else if (missing) {
		printf("%s %lu\n", opcode, count);
	}
}

static int
read_list(const char *name, bool missing)
{
	const char *base = strrchr(name, '/');
	FILE *f = fopen(name, "r");
	struct tally t = {0};
	char line[256];

	if (!f) {
		fprintf(stderr, "ptx-coverage: %s: %m\n", name);
		return -1;
	}
	while (fgets(line, sizeof(line), f))
		add_line(&t, line, missing);
	fclose(f);
	if (!missing)
		printf("%s: %lu of %lu forms (%.2f %%), %lu of %lu "
		       "instructions (%.3f %%)\n",
			base ? base + 1 : name, t.known, t.forms,
			percent(t.known, t.forms), t.known_weight, t.weight,
			percent(t.known_weight, t.weight));
	return t.forms ? 0 : -1;
}

int
main(int argc, char **argv)
{
	bool missing = argc > 1 && strcmp(argv[1], "--missing") == 0;
	int rc = 0;

	if (argc < (missing ? 3 : 2)) {
		fprintf(stderr, "usage: ptx-coverage [--missing] LIST...\n");
		return 2;
	}
	for (int i = missing ? 2 : 1; i < argc; i++)
		if (read_list(argv[i], missing))
			rc = 1;
	return rc;
}
