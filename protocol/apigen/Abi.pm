# SPDX-License-Identifier: Apache-2.0
# Writes our own header of the driver ABI, and the error names.
package Abi;
use strict;
use warnings;
use Text;

sub of {
	my ($spec, $what) = @_;
	return grep { $_->{what} eq $what }
		map { $spec->{types}{$_} } @{ $spec->{type_order} };
}

sub enum {
	my ($t) = @_;
	return "typedef unsigned int $t->{name};\n" unless @{ $t->{values} };
	return "typedef enum {\n"
		. join('', map { "\t$_->{name} = $_->{value},\n" } @{ $t->{values} })
		. "} $t->{name};\n";
}

sub struct {
	my ($t) = @_;
	return "typedef $t->{keyword} {\n"
		. join('', map { "\t$_;\n" } @{ $t->{members} })
		. "} $t->{name};\n";
}

# All declarations of types, in an order that compiles.
sub types {
	my ($spec) = @_;
	my $o = '';
	$o .= "typedef struct $_->{tag} *$_->{name};\n" for of($spec, 'handle');
	$o .= "typedef struct $_->{name} $_->{name};\n" for of($spec, 'opaque');
	$o .= enum($_) for of($spec, 'enum');
	$o .= "typedef $_->{c} $_->{name};\n" for of($spec, 'type');
	$o .= "typedef $_->{result} (*$_->{name})$_->{args};\n"
		for of($spec, 'function');
	$o .= struct($_) for of($spec, 'struct');
	return $o;
}

sub header {
	my ($spec) = @_;
	my $o = Text::banner('The CUDA 13.0 driver ABI.');
	$o .= "#ifndef RGPU_CUDA_ABI_H\n#define RGPU_CUDA_ABI_H\n\n"
		. "#include <stddef.h>\n#include <stdint.h>\n\n";
	$o .= types($spec);
	$o .= "#define $_->{name} $_->{c}\n" for of($spec, 'constant');
	$o .= "\n";
	for my $s (Text::symbols($spec)) {
		my ($name, $e) = @$s;
		$o .= "CUresult $name(" . Text::c_args($e) . ");\n";
	}
	return "$o\n#endif\n";
}

sub errors {
	my ($spec) = @_;
	my $o = Text::banner('Names and texts of CUresult.');
	$o .= "#include \"config.h\"\n#include \"cudaabi/errors.h\"\n\n"
		. "const struct rgpu_cuda_error rgpu_cuda_errors[] = {\n";
	for my $v (@{ $spec->{types}{CUresult}{values} }) {
		my $text = $v->{text} // die "CUresult: $v->{name} has no text\n";
		$o .= "\t{$v->{value}, \"$v->{name}\",\n\t\t\"$text\"},\n";
	}
	return $o . "};\nconst size_t rgpu_cuda_error_count =\n"
		. "\tsizeof(rgpu_cuda_errors) / sizeof(rgpu_cuda_errors[0]);\n";
}

1;
