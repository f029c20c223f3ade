# SPDX-License-Identifier: Apache-2.0
# What several writers share: file heads, C signatures, wire names.
package Text;
use strict;
use warnings;

# The first lines of a generated file; comment is '/*', '#' or '.\"'.
sub banner {
	my ($what, $comment) = @_;
	my $made = 'Made by protocol/apigen.pl from protocol/spec: do not edit.';
	if (($comment || '/*') eq '/*') {
		return "/* SPDX-License-Identifier: Apache-2.0 */\n"
			. "/* $made */\n/* $what */\n";
	}
	return "$comment SPDX-License-Identifier: Apache-2.0\n"
		. "$comment $made\n";
}

# The parameters of the C function.
sub c_params {
	my ($e) = @_;
	return grep { $_->{dir} !~ /^wire/ } @{ $e->{params} };
}

sub c_args {
	my ($e, @more) = @_;
	my @d = ((map { $_->{decl} } c_params($e)), @more);
	return @d ? join(', ', @d) : 'void';
}

sub c_names {
	my ($e, @more) = @_;
	return join ', ', (map { $_->{name} } c_params($e)), @more;
}

sub functions { return grep { !$_->{op} } @{ $_[0]{entries} } }

# Every exported symbol: [symbol, entry, per-thread?].
sub symbols {
	my ($spec) = @_;
	my @out;
	for my $e (functions($spec)) {
		push @out, [$e->{name}, $e, 0];
		push @out, ["$e->{name}_$e->{pt}", $e, 1] if $e->{pt};
	}
	return @out;
}

# "cuMemAlloc_v2" -> "cuMemAlloc": the name cuGetProcAddress takes.
sub family {
	my ($name) = @_;
	$name =~ s/_v\d+$//;
	return $name;
}

# Wraps a list of words into lines that begin with $indent.
sub wrap {
	my ($indent, $words, $sep) = @_;
	my ($out, $line) = ('', '');
	for my $w (@$words) {
		my $next = $line eq '' ? $w : "$line$sep$w";
		if (length($indent) + length($next) > 72 && $line ne '') {
			(my $end = $sep) =~ s/\s+$//;
			$out .= "$indent$line$end\n";
			$next = $w;
		}
		$line = $next;
	}
	return $line eq '' ? $out : "$out$indent$line\n";
}

1;
