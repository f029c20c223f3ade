# SPDX-License-Identifier: Apache-2.0
# Writes what every libcuda.so.1 of ours has: the exported symbols, the inner
# functions they call, the cuGetProcAddress table, the version scripts.
package Exports;
use strict;
use warnings;
use Text;

# The C parameters of the inner function: a ptds function gets its stream.
sub inner_args {
	my ($e) = @_;
	return Text::c_args($e, ($e->{pt} || '') eq 'ptds'
		? 'CUstream hStream' : ());
}

sub inner_names {
	my ($e, $stream) = @_;
	return Text::c_names($e, ($e->{pt} || '') eq 'ptds' ? $stream : ());
}

# The entry whose inner function does the work.
sub target {
	my ($spec, $e) = @_;
	return $e->{mode} eq 'same' ? $spec->{by_name}{ $e->{mode_arg} } : $e;
}

sub inner_header {
	my ($spec) = @_;
	my $o = Text::banner('The inner function of each entry point.');
	$o .= "#ifndef RGPU_CUDAABI_INNER_H\n#define RGPU_CUDAABI_INNER_H\n\n"
		. "#include <stdbool.h>\n\n#include \"cudaabi/gen/cuda-abi.h\"\n\n";
	for my $e (grep { $_->{mode} ne 'same' } Text::functions($spec)) {
		$o .= "CUresult rgpu_do_$e->{name}(" . inner_args($e) . ");\n";
	}
	$o .= "\n/* While a stream is captured: whether it took the call, and *result. */\n";
	for my $e (grep { ($_->{capture} || '') eq 'take' }
			Text::functions($spec)) {
		$o .= "bool rgpu_capture_$e->{name}(" . inner_args($e)
			. ", CUresult *result);\n";
	}
	return "$o\n#endif\n";
}

# While a stream is captured the call may become a node, or be forbidden. What
# puts work into a stream and cannot become a node is not done either.
sub capture {
	my ($e, $name, $call, $stream) = @_;
	my $how = $e->{capture};
	my ($p) = grep { $_->{type} eq 'CUstream' && !$_->{stars} }
		Text::c_params($e);
	if (!$how && $e->{mode} =~ /^(?:call|post|via)$/
		&& $name !~ /^cu(?:Graph|StreamDestroy|StreamGet)/
		&& ($p || ($e->{pt} || '') eq 'ptds')) {
		$how = 'sync';
		$stream = $p->{name} if $p;
	}
	return '' unless $how;
	my %test = (
		take => "rgpu_capture_$e->{name}($call, &r)",
		unsafe => 'rgpu_capture_unsafe(&r)',
		sync => "rgpu_capture_sync($stream, &r)",
	);
	return "\tif (rgpu_capture_is_on() &&\n\t\t$test{$how})\n"
		. "\t\treturn rgpu_leave(RGPU_OP_$name, r);\n";
}

# In a per-thread symbol stream 0 is the per-thread default stream.
sub replace_stream {
	my ($e) = @_;
	my $o = '';
	for my $p (Text::c_params($e)) {
		if ($p->{type} eq 'CUstream' && !$p->{stars}) {
			$o .= "\tif (!$p->{name})\n"
				. "\t\t$p->{name} = CU_STREAM_PER_THREAD;\n";
		} elsif ($p->{type} eq 'CUlaunchConfig') {
			$o .= "\tCUlaunchConfig own;\n\n"
				. "\tif ($p->{name} && !$p->{name}->hStream) {\n"
				. "\t\town = *$p->{name};\n"
				. "\t\town.hStream = CU_STREAM_PER_THREAD;\n"
				. "\t\t$p->{name} = &own;\n\t}\n";
		}
	}
	return $o;
}

sub exports {
	my ($spec) = @_;
	my $o = Text::banner('The exported entry points.');
	$o .= "#include \"config.h\"\n#include \"common/compiler.h\"\n"
		. "#include \"cudaabi/capture.h\"\n"
		. "#include \"cudaabi/entry.h\"\n"
		. "#include \"cudaabi/gen/inner.h\"\n"
		. "#include \"cudaabi/ops.h\"\n";
	for my $s (Text::symbols($spec)) {
		my ($name, $e, $per_thread) = @$s;
		my $t = target($spec, $e);
		my $enter = $e->{early} ? 'rgpu_enter_early' : 'rgpu_enter';
		my $stream = $per_thread ? 'CU_STREAM_PER_THREAD' : '0';
		my $prepare = $per_thread ? replace_stream($e) : '';
		my $call = inner_names($e, $stream);
		$o .= "\nRGPU_EXPORT CUresult\n$name(" . Text::c_args($e) . ")\n{\n"
			. ($prepare =~ s/^(\tCUlaunchConfig own;\n)\n// ? $1 : '')
			. "\tCUresult r = $enter(RGPU_OP_$e->{name});\n\n"
			. "\tif (r)\n\t\treturn r;\n$prepare"
			. capture($t, $e->{name}, $call, $stream)
			. "\tr = rgpu_do_$t->{name}($call);\n"
			. "\treturn rgpu_leave(RGPU_OP_$e->{name}, r);\n}\n";
	}
	return $o;
}

sub procs {
	my ($spec) = @_;
	my $o = Text::banner('What cuGetProcAddress knows.');
	$o .= "#include \"config.h\"\n#include \"cudaabi/procs.h\"\n"
		. "#include \"cudaabi/gen/cuda-abi.h\"\n\n"
		. "const struct rgpu_proc rgpu_procs[] = {\n";
	my @rows;
	for my $s (Text::symbols($spec)) {
		my ($name, $e, $per_thread) = @$s;
		push @rows, [Text::family($e->{name}),
			$per_thread ? $e->{pt_since} : $e->{since},
			$per_thread, $name];
	}
	for (sort { $a->[0] cmp $b->[0] || $a->[2] <=> $b->[2]
			|| $a->[1] <=> $b->[1] } @rows) {
		$o .= "\t{\"$_->[0]\", $_->[1], $_->[2],\n"
			. "\t\t(rgpu_proc_fn)$_->[3]},\n";
	}
	return $o . "};\nconst size_t rgpu_proc_count =\n"
		. "\tsizeof(rgpu_procs) / sizeof(rgpu_procs[0]);\n";
}

sub map {
	my ($spec, @more) = @_;
	return Text::banner('', '#') . "{\nglobal:\n"
		. join('', map { "\t$_;\n" } @more, sort map { $_->[0] }
			Text::symbols($spec)) . "local:\n\t*;\n};\n";
}

# The shim also catches dlopen by absolute path.
sub client_map { return Exports::map($_[0], 'dlopen') }

# The software GPU implements what it can; the rest falls back to these.
sub refuse {
	my ($spec) = @_;
	my $o = Text::banner('Entry points that are not implemented.');
	$o .= "#include \"config.h\"\n#include \"common/compiler.h\"\n"
		. "#include \"cudaabi/entry.h\"\n"
		. "#include \"cudaabi/gen/inner.h\"\n"
		. "#include \"cudaabi/ops.h\"\n"
		. "#pragma GCC diagnostic ignored \"-Wunused-parameter\"\n";
	for my $e (grep { $_->{mode} ne 'same' } Text::functions($spec)) {
		$o .= "\nRGPU_WEAK CUresult\nrgpu_do_$e->{name}("
			. inner_args($e) . ")\n{\n"
			. "\treturn rgpu_refuse(RGPU_OP_$e->{name});\n}\n";
	}
	return $o;
}

1;
