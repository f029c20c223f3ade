# SPDX-License-Identifier: Apache-2.0
# Writes the table of operations: number, name, how it travels.
package Ops;
use strict;
use warnings;

use Text;

sub types {
	my ($spec) = @_;
	return map { $spec->{types}{$_} } @{ $spec->{type_order} };
}

sub header {
	my ($spec) = @_;
	my $o = Text::banner('Operation numbers. They never change.');
	$o .= "#ifndef RGPU_CUDAABI_OPS_GEN_H\n#define RGPU_CUDAABI_OPS_GEN_H\n\n"
		. "enum rgpu_op {\n";
	$o .= sprintf("\tRGPU_OP_%s = 0x%04x,\n", $_->{name}, $_->{num})
		for @{ $spec->{entries} };
	$o .= sprintf("\tRGPU_OP_LIMIT = 0x%04x, /* above every number */\n",
		$spec->{entries}[-1]{num} + 1);
	$o .= "};\n\n/* Kinds of handles, in the id of each. */\nenum rgpu_kind {\n";
	my $kind = 0;
	$o .= sprintf("\tRGPU_KIND_%s = %d,\n", uc $_->{kind}, ++$kind)
		for (grep { $_->{what} eq 'handle' } types($spec)),
		grep { $_->{what} eq 'type' && $_->{kind} } types($spec);
	return "$o};\n\n#endif\n";
}

sub source {
	my ($spec) = @_;
	my $o = Text::banner('Operations by number.');
	$o .= "#include \"config.h\"\n#include \"cudaabi/ops.h\"\n\n"
		. "const struct rgpu_op_info rgpu_ops[] = {\n";
	for my $e (@{ $spec->{entries} }) {
		my ($class) = split /,/, $e->{meter};
		my $why = $e->{mode} eq 'refuse' ? "\"$e->{mode_arg}\"" : '0';
		$o .= sprintf("\t{0x%04x, RGPU_MODE_%s, RGPU_METER_%s,\n"
				. "\t\t\"%s\", %s},\n", $e->{num},
			uc $e->{mode}, uc $class, $e->{name}, $why);
	}
	return $o . "};\nconst size_t rgpu_op_count =\n"
		. "\tsizeof(rgpu_ops) / sizeof(rgpu_ops[0]);\n";
}

1;
