#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# Writes one output of the interface description to stdout:
#   apigen.pl SPECDIR OUTPUT
# An error is "file:line: what" on stderr and exit 1.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/apigen";
use Read;
use Check;

# OUTPUT => [module, function]
my %outputs = (
	check => undef,
	'cuda-abi.h' => ['Abi', 'header'],
	'errors.c' => ['Abi', 'errors'],
	'abi-check.c' => ['AbiCheck', 'source'],
	'inner.h' => ['Exports', 'inner_header'],
	'exports.c' => ['Exports', 'exports'],
	'procs.c' => ['Exports', 'procs'],
	'libcuda.map' => ['Exports', 'map'],
	'client.map' => ['Exports', 'client_map'],
	'refuse.c' => ['Exports', 'refuse'],
	'ops.h' => ['Ops', 'header'],
	'ops.c' => ['Ops', 'source'],
	'wire.h' => ['Wire', 'header'],
	'wire.txt' => ['Wire', 'golden'],
	'send.h' => ['Client', 'header'],
	'send.c' => ['Client', 'source'],
	'backend.h' => ['Server', 'backend_header'],
	'backend-load.c' => ['Server', 'backend_load'],
	'serve.h' => ['Server', 'serve_header'],
	'dispatch.c' => ['Server', 'dispatch'],
	'roundtrip.c' => ['Tests', 'roundtrip'],
	'fuzz-messages.c' => ['Tests', 'fuzz'],
	'rgpu-coverage.7' => ['Man', 'coverage'],
	'messages.md' => ['Protocol', 'table'],
);

my ($dir, $what) = @ARGV;
die "usage: apigen.pl SPECDIR OUTPUT\noutputs: "
	. join(' ', sort keys %outputs) . "\n"
	unless @ARGV == 2 && exists $outputs{$what};

my $spec = eval { Check::spec(Read::spec($dir)) };
if (!$spec) {
	print STDERR $@;
	exit 1;
}
exit 0 unless $outputs{$what};

my ($module, $function) = @{ $outputs{$what} };
require "$module.pm";
my $code = $module->can($function) or die "$module has no $function\n";
my $text = $code->($spec);
print $text;
