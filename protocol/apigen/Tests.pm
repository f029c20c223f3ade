# SPDX-License-Identifier: Apache-2.0
# Writes a test that sends every message through the codec: random fields in, the
# same fields out, and every truncation refused.
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

sub roundtrip {
	my ($spec) = @_;
	my $o = Text::banner('Every message through the codec.');
	$o .= "#include \"config.h\"\n#include \"tests/unit/roundtrip.h\"\n";
	my @names;
	for my $e (Wire::messages($spec)) {
		push @names, "args_$e->{name}";
		$o .= round_trip($names[-1], @{ $e->{request} });
		next unless @{ $e->{reply} };
		push @names, "res_$e->{name}";
		$o .= round_trip($names[-1], @{ $e->{reply} });
	}
	$o .= "\nint\nmain(void)\n{\n\tfor (int i = 0; i < 50; i++) {\n";
	$o .= "\t\ttest_$_();\n" for @names;
	return "$o\t}\n\tprintf(\"%d messages\\n\", " . scalar(@names)
		. ");\n\treturn 0;\n}\n";
}

1;
