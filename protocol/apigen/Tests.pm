# SPDX-License-Identifier: Apache-2.0
# Writes two tests. One sends every message through the codec: random fields in,
# the same fields out, and every truncation refused. The other is what a fuzz
# target needs of each message.
package Tests;
use strict;
use warnings;
use Text;
use Wire;

sub fill {
	my ($p) = @_;
	my $f = Wire::form($p);
	return "\ta.$p->{name} = random_string();\n" if $f eq 'cstr';
	if ($f =~ /^(bytes|bulk)$/) {
		my $n = Wire::length_name($p);
		return "\ta.$n = random_size();\n\ta.$p->{name} = bytes;\n";
	}
	return "\ta.$p->{name} = (float)random64();\n" if $f eq 'f32';
	return "\ta.$p->{name} = (__typeof__(a.$p->{name}))random64();\n";
}

sub compare {
	my ($p) = @_;
	my $f = Wire::form($p);
	return "\tCHECK_STR(b.$p->{name}, a.$p->{name});\n" if $f eq 'cstr';
	if ($f =~ /^(bytes|bulk)$/) {
		my $n = Wire::length_name($p);
		return "\tCHECK(b.$n == a.$n);\n"
			. "\tCHECK(!memcmp(b.$p->{name}, a.$p->{name}, a.$n));\n";
	}
	return "\tCHECK(b.$p->{name} == a.$p->{name});\n";
}

sub round_trip {
	my ($name, @f) = @_;
	my ($bulk) = grep { Wire::form($_) eq 'bulk' } @f;
	my $size = $bulk ? ' + a.' . Wire::length_name($bulk) : '';
	my $o = "\nstatic void\ntest_$name(void)\n{\n"
		. "\tstruct rgpu_$name a = {0}, b;\n\tstruct rgpu_enc e = start();\n"
		. "\tstruct rgpu_dec d;\n\n" . join('', map { fill($_) } @f)
		. "\trgpu_put_$name(&e, &a);\n";
	$o .= "\tappend(&e, a.$bulk->{name}, a." . Wire::length_name($bulk)
		. ");\n" if $bulk;
	$o .= "\tCHECK(!e.bad);\n\tCHECK(e.pos <= rgpu_size_$name(&a)$size);\n"
		. "\td = rgpu_dec_init(buffer, (e.pos + 7) & ~(size_t)7);\n"
		. "\tCHECK(rgpu_get_$name(&d, &b) == 0);\n"
		. join('', map { compare($_) } @f)
		. "\tfor (size_t n = 0; n < e.pos; n++) {\n"
		. "\t\td = rgpu_dec_init(buffer, n);\n"
		. "\t\tCHECK(rgpu_get_$name(&d, &b) == -1);\n\t}\n";
	return "$o}\n";
}

# [structure, fields] of every request and reply.
sub structures {
	return map {
		(["args_$_->{name}", @{ $_->{request} }],
			@{ $_->{reply} } ? ["res_$_->{name}", @{ $_->{reply} }]
				: ())
	} Wire::messages($_[0]);
}

sub roundtrip {
	my ($spec) = @_;
	my $o = Text::banner('Every message through the codec.');
	$o .= "#include \"config.h\"\n#include \"tests/unit/roundtrip.h\"\n";
	my @names;
	for my $s (structures($spec)) {
		push @names, $s->[0];
		$o .= round_trip(@$s);
	}
	$o .= "\nint\nmain(void)\n{\n\tfor (int i = 0; i < 50; i++) {\n";
	$o .= "\t\ttest_$_();\n" for @names;
	return "$o\t}\n\tprintf(\"%d messages\\n\", " . scalar(@names)
		. ");\n\treturn 0;\n}\n";
}

# What a decoder handed out, looked at: text ends, bytes lie in the message.
sub look {
	my ($p) = @_;
	my $f = Wire::form($p);
	return "\tlook_at_text(m, a.$p->{name});\n" if $f eq 'cstr';
	return "\tlook_at_bytes(m, a.$p->{name}, a." . Wire::length_name($p)
		. ");\n" if $f =~ /^(bytes|bulk)$/;
	return '';
}

sub check_message {
	my ($name, @f) = @_;
	my ($bulk) = grep { Wire::form($_) eq 'bulk' } @f;
	my $size = $bulk ? ' + a.' . Wire::length_name($bulk) : '';
	return "\nstatic bool\ncheck_$name(const struct message *m)\n{\n"
		. "\tstruct rgpu_$name a;\n"
		. "\tstruct rgpu_dec d = rgpu_dec_init(m->data, m->size);\n"
		. "\tstruct rgpu_enc e;\n\n"
		. "\tif (rgpu_get_$name(&d, &a))\n\t\treturn false;\n"
		. join('', map { look($_) } @f)
		. "\te = encode_again(rgpu_size_$name(&a)$size);\n"
		. "\trgpu_put_$name(&e, &a);\n"
		. ($bulk ? "\tappend(&e, a.$bulk->{name}, a."
			. Wire::length_name($bulk) . ");\n" : '')
		. "\tcompare(m, &e);\n\treturn true;\n}\n";
}

sub good_value {
	my ($p) = @_;
	my $f = Wire::form($p);
	my $to = "\ta.$p->{name} = ";
	return "${to}some_text(n);\n" if $f eq 'cstr';
	return "\ta." . Wire::length_name($p) . " = some_size(n);\n"
		. "${to}some_bytes();\n" if $f =~ /^(bytes|bulk)$/;
	return "${to}(__typeof__(a.$p->{name}))some_number(n);\n";
}

sub make_message {
	my ($name, @f) = @_;
	my ($bulk) = grep { Wire::form($_) eq 'bulk' } @f;
	return "\nstatic void\nmake_$name(struct rgpu_enc *e, unsigned n "
		. "RGPU_UNUSED)\n{\n"
		. "\tstruct rgpu_$name a = {0};\n\n"
		. join('', map { good_value($_) } @f)
		. "\trgpu_put_$name(e, &a);\n"
		. ($bulk ? "\tappend(e, a.$bulk->{name}, a."
			. Wire::length_name($bulk) . ");\n" : '')
		. "}\n";
}

sub fuzz {
	my ($spec) = @_;
	my $o = Text::banner('Every message, for a fuzz target.')
		. "#include \"config.h\"\n#include \"tests/fuzz/messages.h\"\n";
	my @structures = structures($spec);
	$o .= check_message(@$_) . make_message(@$_) for @structures;
	$o .= "\nconst struct rgpu_fuzz_message rgpu_fuzz_messages[] = {\n";
	$o .= "\t{\"$_->[0]\", check_$_->[0], make_$_->[0]},\n" for @structures;
	return "$o};\nconst size_t rgpu_fuzz_message_count =\n"
		. "\tRGPU_COUNT(rgpu_fuzz_messages);\n";
}

1;
