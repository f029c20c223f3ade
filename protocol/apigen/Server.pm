# SPDX-License-Identifier: Apache-2.0
# Writes the server's half: the table of driver functions that a backend fills,
# its loader, and the dispatch of every message.
package Server;
use strict;
use warnings;
use Text;
use Wire;
use Check;

# The driver functions that a session may call.
sub callable {
	my ($spec) = @_;
	return grep { $_->{mode} =~ /^(call|post|local|via)$/ }
		Text::functions($spec);
}

sub backend_header {
	my ($spec) = @_;
	my $o = Text::banner('The driver functions of a backend.');
	$o .= "#ifndef RGPU_SERVER_DRIVER_H\n#define RGPU_SERVER_DRIVER_H\n\n"
		. "#include \"cudaabi/gen/cuda-abi.h\"\n\n"
		. "struct rgpu_driver {\n";
	$o .= "\tCUresult (*$_->{name})(" . Text::c_args($_) . ");\n"
		for callable($spec);
	return "$o};\n\n#endif\n";
}

sub backend_load {
	my ($spec) = @_;
	my $o = Text::banner('Fills a table of driver functions.');
	$o .= "#include \"config.h\"\n#include \"server/backend.h\"\n"
		. "#pragma GCC diagnostic ignored \"-Wunused-parameter\"\n";
	for my $e (callable($spec)) {
		$o .= "\nstatic CUresult\nmissing_$e->{name}("
			. Text::c_args($e) . ")\n{\n"
			. "\treturn rgpu_backend_missing(\"$e->{name}\");\n}\n";
	}
	$o .= "\nconst struct rgpu_driver rgpu_driver_missing = {\n";
	$o .= "\t.$_->{name} = missing_$_->{name},\n" for callable($spec);
	$o .= "};\n\nconst struct rgpu_driver_symbol rgpu_driver_symbols[] = {\n";
	$o .= "\t{\"$_->{name}\", offsetof(struct rgpu_driver, $_->{name})},\n"
		for callable($spec);
	return $o . "};\nconst size_t rgpu_driver_symbol_count =\n"
		. "\tsizeof(rgpu_driver_symbols) / sizeof(rgpu_driver_symbols[0]);\n";
}

sub serve_args {
	my ($e) = @_;
	my $res = @{ $e->{reply} } ? ", struct rgpu_res_$e->{name} *res" : '';
	return "struct rgpu_session *s, struct rgpu_command *cmd, "
		. "const struct rgpu_args_$e->{name} *a$res";
}

sub serve_header {
	my ($spec) = @_;
	my $o = Text::banner('The hand-written halves of the dispatch.');
	$o .= "#ifndef RGPU_SERVER_SERVE_H\n#define RGPU_SERVER_SERVE_H\n\n"
		. "#include \"protocol/gen/wire.h\"\n"
		. "#include \"server/session.h\"\n\n";
	for my $e (grep { Check::hand_server($_) } Wire::messages($spec)) {
		$o .= "CUresult rgpu_serve_$e->{name}(" . serve_args($e) . ");\n";
	}
	return "$o\n#endif\n";
}

sub try { return "\tr = $_[0];\n\tif (r)\n\t\tgoto out;\n" }

# The real value of a parameter of the driver call, and how it is made.
sub argument {
	my ($e, $p) = @_;
	my $n = $p->{name};
	my $t = $p->{info} || {};
	if ($p->{shape}{new}) {
		return ("\t$p->{type} v_$n;\n",
			try("rgpu_session_may_bind(s, a.$n, RGPU_KIND_"
				. uc($t->{kind}) . ')'), "&v_$n");
	}
	if ($p->{dir} eq 'out') {
		return ("\t$p->{type} v_$n = 0;\n", '', "&v_$n");
	}
	if ($p->{type} eq 'CUstream') {
		return ("\tCUstream v_$n;\n",
			try("rgpu_session_stream(s, cmd, a.$n, &v_$n)"), "v_$n");
	}
	if (($t->{what} || '') eq 'handle') {
		my $how = $p->{shape}{del} ? 'unbind' : 'handle';
		return ("\tvoid *v_$n;\n",
			try("rgpu_session_$how(s, a.$n, RGPU_KIND_"
				. uc($t->{kind}) . ", &v_$n)"), "v_$n");
	}
	my $check = '';
	$check = try("rgpu_session_range(s, a.$n, "
		. in_args($e, $p->{shape}{range}) . ')') if $p->{shape}{range};
	$check = try("rgpu_session_range2d(s, a.$n, "
		. in_args($e, $p->{shape}{range2d}) . ')') if $p->{shape}{range2d};
	my $cast = ($t->{what} || '') eq 'enum' ? "($p->{type})" : '';
	return ('', $check, "${cast}a.$n");
}

# "N, 2" -> "a.N, 2": expressions of the description name parameters.
sub in_args {
	my ($e, $text) = @_;
	my %names = map { $_->{name} => 1 } @{ $e->{params} };
	$text =~ s/\b([A-Za-z]\w*)\b/$names{$1} ? "a.$1" : $1/ge;
	return $text;
}

sub driver_call {
	my ($e) = @_;
	my ($decl, $prepare, @args) = ('', '');
	for my $p (Text::c_params($e)) {
		my ($d, $c, $a) = argument($e, $p);
		$decl .= $d;
		$prepare .= $c;
		push @args, $a;
	}
	my $o = "${prepare}\tr = s->driver->$e->{name}(" . join(', ', @args)
		. ");\n";
	for my $p (grep { $_->{shape}{new} } @{ $e->{params} }) {
		$o .= "\tif (!r)\n\t\tr = rgpu_session_bind(s, cmd, a.$p->{name},\n"
			. "\t\t\tRGPU_KIND_" . uc($p->{info}{kind})
			. ", v_$p->{name});\n";
	}
	$o .= "\tres.$_->{name} = v_$_->{name};\n" for @{ $e->{reply} };
	return ($decl, $o);
}

sub answer {
	my ($e) = @_;
	return "\trgpu_session_answer(s, cmd, r);\n" unless @{ $e->{reply} };
	my $n = $e->{name};
	my $begin = "rgpu_session_begin_answer(s, cmd, r,\n"
		. "\t\trgpu_size_res_$n(&res), &out)";
	return ($e->{always} ? "\tif (!$begin) {\n"
		: "\tif (r) {\n\t\trgpu_session_answer(s, cmd, r);\n"
			. "\t} else if (!$begin) {\n")
		. "\t\trgpu_put_res_$n(&out.enc, &res);\n"
		. "\t\trgpu_session_end_answer(s, cmd, &out);\n\t}\n";
}

sub handler {
	my ($e) = @_;
	my $n = $e->{name};
	my $hand = Check::hand_server($e);
	my ($decl, $call) = $hand ? ('', '') : driver_call($e);
	$call = "\tr = rgpu_serve_$n(s, cmd, &a"
		. (@{ $e->{reply} } ? ', &res' : '') . ");\n"
		. "\tif (r == RGPU_SERVE_LATER)\n\t\treturn 0;\n" if $hand;
	my $o = "\nstatic int\ndispatch_$n(struct rgpu_session *s, "
		. "struct rgpu_command *cmd)\n{\n"
		. "\tstruct rgpu_args_$n a;\n";
	$o .= "\tstruct rgpu_res_$n res;\n\tstruct rgpu_sending out;\n"
		if @{ $e->{reply} };
	$o .= "$decl\tCUresult r;\n\n"
		. "\tif (rgpu_get_args_$n(&cmd->body, &a))\n\t\treturn -1;\n";
	$o .= "\tmemset(&res, 0, sizeof(res));\n" if @{ $e->{reply} };
	$o .= try('rgpu_session_enter(s, cmd)') unless $e->{noctx};
	$o .= $call;
	my $label = $o =~ /goto out/ ? "out:\n" : '';
	return "$o$label" . answer($e) . "\treturn 0;\n}\n";
}

sub dispatch {
	my ($spec) = @_;
	my $o = Text::banner('From messages to the driver.');
	$o .= "#include \"config.h\"\n#include \"server/dispatch.h\"\n\n"
		. "#include <string.h>\n\n#include \"cudaabi/gen/ops.h\"\n"
		. "#include \"server/gen/serve.h\"\n";
	$o .= handler($_) for Wire::messages($spec);
	$o .= "\nint\nrgpu_dispatch(struct rgpu_session *s, "
		. "struct rgpu_command *cmd)\n{\n\tswitch (cmd->op) {\n";
	$o .= "\tcase RGPU_OP_$_->{name}: return dispatch_$_->{name}(s, cmd);\n"
		for Wire::messages($spec);
	return "$o\tdefault: return rgpu_dispatch_unknown(cmd);\n\t}\n}\n";
}

1;
