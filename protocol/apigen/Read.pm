# SPDX-License-Identifier: Apache-2.0
# Reads protocol/spec/*.api into one structure. Only what the text says; whether
# it makes sense is the business of Check.pm.
#
#   { types => {NAME => {...}}, type_order => [NAME...],
#     entries => [ {num, name, since, pt, pt_since, params, mode, args, ...} ],
#     by_name => {NAME => entry} }
package Read;
use strict;
use warnings;

our @WIRE = qw(u8 u16 u32 i32 u64 f32);

sub fail {
	my ($at, $text) = @_;
	die "$at->{file}:$at->{line}: $text\n";
}

# "13.0" -> 13000, "3.2" -> 3020: the form cuGetProcAddress uses.
sub version {
	my ($at, $text) = @_;
	$text =~ /^(\d+)\.(\d+)$/ or fail($at, "bad version '$text'");
	return $1 * 1000 + $2 * 10;
}

# Splits "a(b, c) d e(f)" into ([a, "b, c"], [d], [e, "f"]).
sub words {
	my ($at, $text) = @_;
	my @out;
	my $nested = qr/(\((?:[^()]++|(?-1))*+\))/;
	while ($text =~ /\S/) {
		if ($text =~ s/^\s*([\w|]+)$nested//) {
			push @out, [$1, substr($2, 1, -1)];
		} elsif ($text =~ s/^\s*([\w|]+)//) {
			push @out, [$1];
		} else {
			$text =~ s/^\s+//;
			fail($at, "cannot read '$text'");
		}
	}
	return @out;
}

# "const void *srcHost" -> base type, stars, name, array size.
sub declaration {
	my ($at, $text) = @_;
	my $d = $text;
	$d =~ s/\s+/ /g;
	$d =~ /^(const )?(.*?) ?(\**)(\w+)$/
		or fail($at, "cannot read the declaration '$text'");
	return { decl => $d, const => $1 ? 1 : 0, type => $2,
		stars => length($3), name => $4 };
}

sub param {
	my ($at, $line) = @_;
	my ($decl, $rest) = $line =~ /^\s+(\S.*?)\s{2,}(\S.*?)\s*$/
		or fail($at, "a parameter needs a direction, two blanks apart");
	my $p = declaration($at, $decl);
	my @w = words($at, $rest);
	my $dir = shift @w;
	$p->{dir} = $dir->[0];
	$p->{shape} = { map { $_->[0] => defined $_->[1] ? $_->[1] : 1 } @w };
	$p->{at} = { %$at };
	return $p;
}

sub head {
	my ($at, $line) = @_;
	my %e = (file => $at->{file}, line => $at->{line}, params => []);
	if ($line =~ /^op (0x[0-9a-f]{4}) (\w+)\s*$/) {
		@e{qw(op num name)} = (1, hex $1, $2);
		return \%e;
	}
	$line =~ /^fn (0x[0-9a-f]{4}) (\w+)\s*(.*?)\s*$/
		or fail($at, "expected 'fn 0xNUMB NAME since VERSION'");
	@e{qw(op num name)} = (0, hex $1, $2);
	my $rest = $3;
	$rest =~ s/^since (\S+)\s*// or fail($at, "$e{name}: no 'since VERSION'");
	$e{since} = version($at, $1);
	for my $w (words($at, $rest)) {
		$w->[0] =~ /^pt[sd][sz]$/
			or fail($at, "$e{name}: unknown word '$w->[0]'");
		$e{pt} = $w->[0];
		$e{pt_since} = defined $w->[1] ? version($at, $w->[1])
			: $e{since} > 7000 ? $e{since} : 7000;
	}
	return \%e;
}

my %flag = map { $_ => 1 } qw(noctx early always notify);
my %with = map { $_ => 1 } qw(custom order sync meter capture);
my %mode = map { $_ => 1 } qw(call post local via same refuse);

sub mode_words {
	my ($e, $at, $line) = @_;
	for my $w (words($at, $line)) {
		my ($name, $arg) = @$w;
		if ($mode{$name}) {
			fail($at, "$e->{name}: two modes") if $e->{mode};
			$e->{mode} = $name;
			$e->{mode_arg} = $arg;
		} elsif ($flag{$name}) {
			$e->{$name} = 1;
		} elsif ($with{$name}) {
			fail($at, "$e->{name}: $name needs (…)")
				unless defined $arg;
			$e->{$name} = $arg;
		} else {
			fail($at, "$e->{name}: unknown word '$name'");
		}
	}
}

sub entry {
	my ($spec, $at, @lines) = @_;
	my $e = head($at, shift @lines);
	my $first = $at->{line};
	fail($at, "$e->{name}: no mode") unless @lines;
	my $last = pop @lines;
	for my $l (@lines) {
		$at->{line}++;
		push @{ $e->{params} }, param($at, $l);
	}
	$at->{line}++;
	mode_words($e, $at, $last);
	$at->{line} = $first;
	push @{ $spec->{entries} }, $e;
}

sub type_block {
	my ($spec, $at, $line, @body) = @_;
	my %t = (file => $at->{file}, line => $at->{line});
	my $name;
	if ($line =~ /^ctype "(.+)" : (\w+)$/) {
		($name, @t{qw(what wire)}) = ($1, 'ctype', $2);
	} elsif ($line =~ /^type (\w+) = (.+?) : (\w+)(?: : (\w+))?$/) {
		($name, @t{qw(what c wire)}) = ($1, 'type', $2, $3);
		$t{kind} = $4 if defined $4;
	} elsif ($line =~ /^enum (\w+)$/) {
		($name, @t{qw(what wire)}) = ($1, 'enum', 'u32');
		$t{values} = [map { enumerator($at, $_) } @body];
		@body = ();
	} elsif ($line =~ /^handle (\w+) = (\w+) : (\w+)$/) {
		($name, @t{qw(what tag kind wire)}) = ($1, 'handle', $2, $3, 'u64');
	} elsif ($line =~ /^(struct|union) (\w+)$/) {
		($name, @t{qw(what keyword members)})
			= ($2, 'struct', $1, [@body]);
		s/^\s+// for @{ $t{members} };
		@body = ();
	} elsif ($line =~ /^constant (\w+) = (\S.*)$/) {
		($name, @t{qw(what c)}) = ($1, 'constant', $2);
	} elsif ($line =~ /^opaque (\w+)$/) {
		($name, $t{what}) = ($1, 'opaque');
	} elsif ($line =~ /^function (\w+) = (\w+) (\(.*\))$/) {
		($name, @t{qw(what result args wire)}) = ($1, 'function', $2, $3, 'u64');
	} else {
		fail($at, "cannot read '$line'");
	}
	fail($at, "unexpected line after '$line'") if @body;
	fail($at, "type $name is there already") if $spec->{types}{$name};
	fail($at, "$name: unknown wire type '$t{wire}'")
		if $t{wire} && !grep { $_ eq $t{wire} } @WIRE;
	$t{name} = $name;
	$spec->{types}{$name} = \%t;
	push @{ $spec->{type_order} }, $name;
}

sub enumerator {
	my ($at, $line) = @_;
	$line =~ /^\s+(\w+) = (0x[0-9a-f]+|\d+)(?: "([^"\\]*)")?\s*$/
		or fail($at, "cannot read the enumerator '$line'");
	return { name => $1, value => $2, text => $3 };
}

# Cuts a file into blocks (a line at the margin and the indented ones after it).
sub file {
	my ($spec, $path, $name) = @_;
	open my $fh, '<', $path or die "$path: $!\n";
	my (@block, $start);
	my $flush = sub {
		return unless @block;
		my $at = { file => $name, line => $start };
		if ($block[0] =~ /^(?:fn|op)\b/) {
			entry($spec, $at, @block);
		} else {
			type_block($spec, $at, @block);
		}
		@block = ();
	};
	while (my $l = <$fh>) {
		chomp $l;
		next if $l =~ /^\s*#/;
		$l =~ s/\s*#.*$//;
		$l =~ s/\s+$//;
		if ($l eq '') {
			$flush->();
			next;
		}
		if ($l =~ /^\S/) {
			$flush->();
			$start = $.;
		} elsif (!@block) {
			die "$name:$.: an indented line without a head\n";
		}
		push @block, $l;
	}
	$flush->();
	close $fh;
}

sub spec {
	my ($dir) = @_;
	my %spec = (types => {}, type_order => [], entries => []);
	opendir my $dh, $dir or die "$dir: $!\n";
	my @files = sort grep { /\.api$/ } readdir $dh;
	closedir $dh;
	@files = ((grep { $_ eq 'types.api' } @files),
		(grep { $_ ne 'types.api' } @files));
	die "$dir: no .api files\n" unless @files;
	file(\%spec, "$dir/$_", $_) for @files;
	@{ $spec{entries} } = sort { $a->{num} <=> $b->{num} } @{ $spec{entries} };
	return \%spec;
}

1;
