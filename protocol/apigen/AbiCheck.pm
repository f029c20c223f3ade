# SPDX-License-Identifier: Apache-2.0
# Writes a file that compiles only where our ABI header agrees with cuda.h: our
# types go in under other names, beside the real ones, and every size, offset,
# value and prototype is compared by the compiler.
package AbiCheck;
use strict;
use warnings;
use Text;
use Abi;

# Our declarations with every name of ours changed, so that both can stand in
# one file.
sub renamed {
	my ($spec) = @_;
	my %names;
	for my $t (values %{ $spec->{types} }) {
		next if $t->{what} eq 'ctype';
		$names{ $t->{name} } = 1;
		$names{ $t->{tag} } = 1 if $t->{tag};
		$names{ $_->{name} } = 1 for @{ $t->{values} || [] };
	}
	my $text = Abi::types($spec);
	$text =~ s/\b(\w+)\b/$names{$1} ? "our_$1" : $1/ge;
	return $text;
}

sub member_name {
	my ($m) = @_;
	return $m =~ /(\w+)(?:\[\d+\])?$/ ? $1 : undef;
}

sub source {
	my ($spec) = @_;
	my $o = Text::banner('Compares our ABI with the toolkit\'s cuda.h.');
	$o .= "#define __CUDA_API_VERSION_INTERNAL\n#include <cuda.h>\n"
		. "#include <cudaProfiler.h>\n"
		. "#include <cudaTypedefs.h>\n#include <cudaProfilerTypedefs.h>\n"
		. "#include <stddef.h>\n"
		. "#include <stdint.h>\n\n" . renamed($spec) . "\n";
	for my $t (Abi::of($spec, 'enum')) {
		$o .= "_Static_assert(sizeof($t->{name}) == 4, \"$t->{name}\");\n";
		$o .= "_Static_assert((unsigned)our_$_->{name} == "
			. "(unsigned)$_->{name},\n\t\"$_->{name}\");\n"
			for @{ $t->{values} };
	}
	for my $t (Abi::of($spec, 'type'), Abi::of($spec, 'struct')) {
		$o .= "_Static_assert(sizeof(our_$t->{name}) == "
			. "sizeof($t->{name}),\n\t\"$t->{name}\");\n";
		for my $m (grep { defined } map { member_name($_) }
			@{ $t->{members} || [] }) {
			$o .= "_Static_assert(offsetof(our_$t->{name}, $m) ==\n"
				. "\toffsetof($t->{name}, $m), \"$t->{name}.$m\");\n";
		}
	}
	$o .= "_Static_assert((size_t)$_->{name} == (size_t)"
		. "($_->{c}), \"$_->{name}\");\n" for Abi::of($spec, 'constant');
	$o .= prototypes($spec);
	return $o . versions($spec);
}

# An initialiser of the wrong type does not compile.
sub prototypes {
	my ($spec) = @_;
	my $o = "\nvoid *rgpu_abi_check_symbols[2048];\nvoid\n"
		. "rgpu_abi_check(void)\n{\n\tsize_t n = 0;\n";
	for my $s (Text::symbols($spec)) {
		my ($name, $e) = @$s;
		my $args = Text::c_args($e);
		$o .= "\tCUresult (*f_$name)($args) = &$name;\n"
			. "\trgpu_abi_check_symbols[n++] = *(void **)&f_$name;\n";
	}
	return "$o}\n";
}

# PFN_cuMemAlloc_v3020 must have the type of the symbol we give for 3020.
sub versions {
	my ($spec) = @_;
	my $o = "void\nrgpu_abi_check_versions(void)\n{\n";
	for my $s (Text::symbols($spec)) {
		my ($name, $e, $per_thread) = @$s;
		my $v = $per_thread ? $e->{pt_since} : $e->{since};
		my $pfn = 'PFN_' . Text::family($e->{name}) . "_v$v"
			. ($per_thread ? "_$e->{pt}" : '');
		$o .= "\t$pfn v_$name = &$name;\n\t(void)v_$name;\n";
	}
	return "$o}\n";
}

1;
