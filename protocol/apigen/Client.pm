# SPDX-License-Identifier: Apache-2.0
# Writes the client's half: for every message a function that sends it, and the
# inner functions of entries that need no hand.
package Client;
use strict;
use warnings;
use Text;
use Wire;
use Check;

sub has_bytes { return grep { $_->{shape}{bytes} } @{ $_[0]{reply} } }
sub later { return grep { $_->{shape}{later} } @{ $_[0]{params} } }
sub bulk { return grep { $_->{shape}{bulk} } @{ $_[0]{request} } }

# The functions that send a message, as [name, C parameters].
sub senders {
	my ($e) = @_;
	my $n = $e->{name};
	my $in = "uint64_t context, const struct rgpu_args_$n *a";
	return (["rgpu_detach_$n", "$in, const struct rgpu_landing *to"],
		["rgpu_await_$n", "$in, void *data, size_t size"]) if later($e);
	return ["rgpu_post_$n", $in] if $e->{mode} eq 'post';
	return ["rgpu_notify_$n", "$in, const struct rgpu_notice *notice"]
		if $e->{notify};
	my $res = @{ $e->{reply} } ? ", struct rgpu_res_$n *res" : '';
	my $call = has_bytes($e) ? ', struct rgpu_call *call' : '';
	return ["rgpu_call_$n", "$in$res$call"];
}

sub header {
	my ($spec) = @_;
	my $o = Text::banner('Sends each message. *_call with a struct rgpu_call: '
		. 'end it.');
	$o .= "#ifndef RGPU_CLIENT_SEND_H\n#define RGPU_CLIENT_SEND_H\n\n"
		. "#include \"cudaabi/gen/cuda-abi.h\"\n"
		. "#include \"protocol/gen/wire.h\"\n"
		. "#include \"protocol/transport/calls.h\"\n\n";
	for my $e (Wire::messages($spec)) {
		$o .= "CUresult $_->[0]($_->[1]);\n" for senders($e);
	}
	return "$o\n#endif\n";
}

sub begin {
	my ($e, $flags) = @_;
	return "\tif (rgpu_client_begin(RGPU_OP_$e->{name}, $flags, context,\n"
		. "\t\trgpu_size_args_$e->{name}(a), &s))\n"
		. "\t\treturn rgpu_client_lost();\n"
		. "\trgpu_put_args_$e->{name}(&s.enc, a);\n";
}

sub post {
	my ($e, $name, $args) = @_;
	my $o = "\nCUresult\n$name($args)\n{\n\tstruct rgpu_sending s;\n";
	my ($b) = bulk($e);
	if ($b) {
		my $len = Wire::length_name($b);
		$o .= "\tuint64_t head[32];\n\n"
			. "\tif (a->$len > RGPU_CLIENT_INLINE) {\n"
			. "\t\ts.enc = rgpu_enc_init(head, sizeof(head));\n"
			. "\t\trgpu_put_args_$e->{name}(&s.enc, a);\n"
			. "\t\treturn rgpu_client_post_bulk("
			. "RGPU_OP_$e->{name},\n"
			. "\t\t\tcontext, &s.enc, a->$b->{name}, a->$len);\n\t}\n";
		$o .= begin($e, 0) =~ s/args_$e->{name}\(a\), &s/args_$e->{name}(a) + a->$len, &s/r;
		$o .= "\trgpu_client_put_data(&s, a->$b->{name}, a->$len);\n";
	} else {
		$o .= "\n" . begin($e, 0);
	}
	return "$o\treturn rgpu_client_post(&s);\n}\n";
}

sub call {
	my ($e, $name, $args) = @_;
	my $bytes = has_bytes($e);
	my $call = $bytes ? 'call' : '&own';
	my $o = "\nCUresult\n$name($args)\n{\n\tstruct rgpu_sending s;\n"
		. ($bytes ? '' : "\tstruct rgpu_call own;\n")
		. "\tCUresult r;\n\n\trgpu_call_init($call);\n"
		. begin($e, 'RGPU_COMMAND_REPLY')
		. "\tr = rgpu_context_saw(context,\n"
		. "\t\trgpu_client_call(&s, $call));\n";
	my $has = $e->{always} ? "($call)->body.base" : '!r';
	$o .= "\tif ($has && rgpu_get_res_$e->{name}(&($call)->body, res))\n"
		. "\t\tr = rgpu_client_broken(RGPU_OP_$e->{name});\n"
		if @{ $e->{reply} };
	$o .= "\trgpu_call_end($call);\n" unless $bytes;
	return "$o\treturn r;\n}\n";
}

# Copies to the host: waited for, or landing in their stream's own time.
sub data {
	my ($e, $name, $args) = @_;
	my $wait = $name =~ /^rgpu_await/;
	my $o = "\nCUresult\n$name($args)\n{\n\tstruct rgpu_sending s;\n";
	$o .= "\tstruct rgpu_call call;\n\tCUresult r;\n\n"
		. "\trgpu_call_init(&call);\n\tcall.data = data;\n"
		. "\tcall.data_size = size;\n" if $wait;
	$o .= "\n" unless $wait;
	$o .= begin($e, 'RGPU_COMMAND_REPLY');
	$o .= $wait ? "\tr = rgpu_context_saw(context,\n"
		. "\t\trgpu_client_call(&s, &call));\n"
		. "\trgpu_call_end(&call);\n\treturn r;\n"
		: "\treturn rgpu_client_detach(&s, to);\n";
	return "$o}\n";
}

# Nobody waits: a function is called when the answer comes.
sub notified {
	my ($e, $name, $args) = @_;
	return "\nCUresult\n$name($args)\n{\n\tstruct rgpu_sending s;\n\n"
		. begin($e, 'RGPU_COMMAND_REPLY')
		. "\treturn rgpu_client_notify(&s, notice);\n}\n";
}

sub sender {
	my ($e, $name, $args) = @_;
	return notified($e, $name, $args) if $e->{notify};
	return data($e, $name, $args) if later($e);
	return post($e, $name, $args) if $e->{mode} eq 'post';
	return call($e, $name, $args);
}

# ---- inner functions that need no hand --------------------------------------

sub declared {
	my ($e) = @_;
	my @extra = ($e->{pt} || '') eq 'ptds' ? 'CUstream hStream' : ();
	return "\nCUresult\nrgpu_do_$e->{name}(" . Text::c_args($e, @extra) . ")\n";
}

# Checks of one parameter before anything is sent.
sub check {
	my ($e, $p) = @_;
	my $s = $p->{shape};
	if ($p->{dir} eq 'out' && !$s->{opt}) {
		return "\tif (!$p->{name})\n"
			. "\t\treturn CUDA_ERROR_INVALID_VALUE;\n";
	}
	my $try = sub { "\tr = $_[0];\n\tif (r)\n\t\treturn r;\n" };
	return $try->("rgpu_client_range($p->{name}, $s->{range})")
		if $s->{range};
	return $try->("rgpu_client_range2d($p->{name}, $s->{range2d})")
		if $s->{range2d};
	return $try->("rgpu_client_device($p->{name}, &a.$p->{name})")
		if $p->{type} eq 'CUdevice' && $p->{dir} eq 'in';
	return '' unless $p->{info} && $p->{info}{what} eq 'handle'
		&& $p->{dir} eq 'in' && $p->{type} ne 'CUstream';
	return $try->("rgpu_client_known_$p->{info}{kind}("
		. "(uint64_t)(uintptr_t)$p->{name})");
}

sub fill {
	my ($e, $p) = @_;
	return '' if $p->{type} =~ /^(CUstream|CUdevice)$/ && !$p->{stars};
	return "\ta.$p->{name} = (uint64_t)(uintptr_t)$p->{name};\n"
		if $p->{info} && $p->{info}{what} eq 'handle';
	return "\ta.$p->{name} = $p->{name};\n";
}

sub inner_message {
	my ($e) = @_;
	my $n = $e->{name};
	my $o = declared($e) . "{\n\tstruct rgpu_args_$n a;\n";
	$o .= "\tstruct rgpu_res_$n res;\n" if @{ $e->{reply} };
	$o .= "\tuint64_t context = 0;\n\tCUresult r;\n\n";
	$o .= "\tmemset(&a, 0, sizeof(a));\n";
	if ($e->{order}) {
		$o .= "\tr = rgpu_client_stream($e->{order}, &context, "
			. "&a.$e->{order});\n\tif (r)\n\t\treturn r;\n";
	} elsif (!$e->{noctx}) {
		$o .= "\tr = rgpu_client_context(&context);\n"
			. "\tif (r)\n\t\treturn r;\n";
	}
	$o .= check($e, $_) for @{ $e->{params} };
	$o .= fill($e, $_) for @{ $e->{request} };
	my ($sender) = senders($e);
	my $res = @{ $e->{reply} } ? ', &res' : '';
	my ($event) = $e->{noctx}
		? grep { ($_->{info}{kind} || '') eq 'event' } @{ $e->{request} }
		: ();
	my $send = "$sender->[0](context, &a$res)";
	$send = "rgpu_event_saw(a.$event->{name}, $send)" if $event;
	$o .= "\tr = $send;\n";
	if (@{ $e->{reply} }) {
		$o .= "\tif (r)\n\t\treturn r;\n";
		for my $p (@{ $e->{reply} }) {
			my $v = "res.$p->{name}";
			my $cast = $p->{info}{what} eq 'enum' ? "($p->{type})" : '';
			$o .= "\tif ($p->{name})\n\t" if $p->{shape}{opt};
			$o .= "\t*$p->{name} = $cast$v;\n";
		}
	}
	return "$o\treturn r;\n}\n";
}

sub inner_via {
	my ($spec, $e) = @_;
	my $t = $spec->{by_name}{ $e->{mode_arg} };
	my $names = join ', ', map { $_->{name} } Text::c_params($t);
	return declared($e) . "{\n\treturn rgpu_do_$t->{name}($names);\n}\n";
}

sub inner_refuse {
	my ($e) = @_;
	my $o = declared($e);
	return "$o\{\n" . join('', map { "\t(void)$_->{name};\n" }
		Text::c_params($e))
		. ((($e->{pt} || '') eq 'ptds') ? "\t(void)hStream;\n" : '')
		. "\treturn rgpu_refuse(RGPU_OP_$e->{name});\n}\n";
}

sub inner {
	my ($spec, $e) = @_;
	return inner_refuse($e) if $e->{mode} eq 'refuse';
	return '' if Check::hand_client($e) || $e->{op};
	return inner_via($spec, $e) if $e->{mode} eq 'via';
	return inner_message($e) if Check::is_message($e);
	return '';
}

sub source {
	my ($spec) = @_;
	my $o = Text::banner('Messages out, and the inner functions that need '
		. 'no hand.');
	$o .= "#include \"config.h\"\n#include \"libclient/gen/send.h\"\n\n"
		. "#include <string.h>\n\n#include \"cudaabi/entry.h\"\n"
		. "#include \"cudaabi/gen/inner.h\"\n"
		. "#include \"cudaabi/gen/ops.h\"\n"
		. "#include \"libclient/client.h\"\n"
		. "#include \"libclient/context.h\"\n"
		. "#include \"libclient/objects.h\"\n"
		. "#include \"libclient/memory.h\"\n";
	for my $e (Wire::messages($spec)) {
		$o .= sender($e, @$_) for senders($e);
	}
	$o .= inner($spec, $_) for @{ $spec->{entries} };
	return $o;
}

1;
