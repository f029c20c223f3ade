# SPDX-License-Identifier: Apache-2.0
# Refuses a description that makes no sense, with place and reason, and adds
# what the writers need: resolved types, the fields of each message.
package Check;
use strict;
use warnings;

my %dirs = map { $_ => 1 } qw(in out client wire wireout);
my %shapes = map { $_ => 1 }
	qw(bytes bulk cstr opt new del range range2d later);
my %classes = map { $_ => 1 }
	qw(none launch h2d d2h d2d p2p memset alloc free module);
my %reasons = map { $_ => 1 }
	qw(later abi32 graphics nvsci coredump checkpoint handle shared);
my %customs = map { $_ => 1 } qw(client server both);

sub fail {
	my ($at, $text) = @_;
	die "$at->{file}:$at->{line}: $text\n";
}

sub is_message { return $_[0]{mode} eq 'call' || $_[0]{mode} eq 'post' }
sub hand_client { return ($_[0]{custom} || '') =~ /^(client|both)$/ }
sub hand_server { return ($_[0]{custom} || '') =~ /^(server|both)$/ }
sub request { return $_[0]{dir} =~ /^(in|wire)$/ }
sub reply { return $_[0]{dir} =~ /^(out|wireout)$/ }

sub signature { return grep { $_->{dir} !~ /^wire/ } @{ $_[0]{params} } }

sub resolve_type {
	my ($spec, $e, $p) = @_;
	my $t = $spec->{types}{ $p->{type} };
	$p->{info} = $t;
	return if $t;
	return if $p->{type} eq 'void' || $p->{type} eq 'char';
	fail($p->{at}, "$e->{name}: unknown type '$p->{type}'");
}

# A parameter of a function that travels must say how.
sub check_param {
	my ($spec, $e, $p) = @_;
	my $where = "$e->{name}: $p->{name}";
	my $s = $p->{shape};

	fail($p->{at}, "$where: unknown direction '$p->{dir}'")
		unless $dirs{ $p->{dir} };
	for (sort keys %$s) {
		fail($p->{at}, "$where: unknown shape '$_'") unless $shapes{$_};
	}
	resolve_type($spec, $e, $p);
	fail($p->{at}, "$where: out, but not a pointer")
		if reply($p) && !$p->{stars};
	fail($p->{at}, "$where: new is for a handle that goes out")
		if $s->{new} && ($p->{dir} ne 'out' || $p->{stars} != 1
			|| !$p->{info} || $p->{info}{what} ne 'handle');
	fail($p->{at}, "$where: del is for a handle that goes in")
		if $s->{del} && ($p->{dir} ne 'in' || !$p->{info}
			|| $p->{info}{what} ne 'handle');
	fail($p->{at}, "$where: range is for a CUdeviceptr that goes in")
		if ($s->{range} || $s->{range2d})
			&& ($p->{dir} ne 'in' || $p->{type} ne 'CUdeviceptr');
	fail($p->{at}, "$where: cstr is for a const char * that goes in")
		if $s->{cstr} && !($p->{const} && $p->{type} eq 'char'
			&& $p->{stars} == 1 && request($p));
	return if !is_message($e) || $p->{dir} eq 'client';
	fail($p->{at}, "$where: a pointer that travels needs bytes(…) or cstr")
		if $p->{stars} && request($p) && !$s->{bytes} && !$s->{cstr};
	fail($p->{at}, "$where: void * needs bytes(…)")
		if $p->{stars} && reply($p) && !$s->{bytes}
			&& ($p->{type} eq 'void' || $p->{type} eq 'char');
	fail($p->{at}, "$where: a structure does not travel yet")
		if $p->{info} && $p->{info}{what} =~ /^(struct|opaque|function)$/;
	fail($p->{at}, "$where: an output needs a reply: call, or later(…)")
		if $e->{mode} eq 'post' && reply($p) && !$s->{new} && !$s->{later};
}

sub find_param {
	my ($e, $name) = @_;
	return (grep { $_->{name} eq $name } @{ $e->{params} })[0];
}

# bytes(E) of a request names the parameter that holds the length.
sub check_lengths {
	my ($e) = @_;
	for my $p (grep { request($_) && $_->{shape}{bytes} } @{ $e->{params} }) {
		my $n = $p->{shape}{bytes};
		my $q = find_param($e, $n);
		fail($p->{at}, "$e->{name}: $p->{name}: bytes($n): no such parameter")
			unless $q && request($q) && !$q->{stars};
		fail($p->{at}, "$e->{name}: $n is the length of two parameters")
			if $q->{implied};
		$q->{implied} = $p->{name};
		$p->{length} = $q;
	}
}

sub check_words {
	my ($e) = @_;
	my $n = $e->{name};

	fail($e, "$n: no mode") unless $e->{mode};
	fail($e, "$n: no meter(…)") unless defined $e->{meter};
	my ($class) = split /,/, $e->{meter};
	fail($e, "$n: unknown meter class '$class'") unless $classes{$class};
	fail($e, "$n: custom($e->{custom}): client, server or both")
		if defined $e->{custom} && !$customs{ $e->{custom} };
	fail($e, "$n: custom(…) is for call, post and via")
		if $e->{custom} && !is_message($e) && $e->{mode} ne 'via';
	fail($e, "$n: a message of our own is call or post")
		if $e->{op} && !is_message($e);
	fail($e, "$n: always is for a call with fields in its reply")
		if $e->{always} && ($e->{mode} ne 'call'
			|| !grep { reply($_) && !$_->{shape}{new} } @{ $e->{params} });
	fail($e, "$n: notify is for a call by hand on both sides without fields "
			. "in its reply")
		if $e->{notify} && ($e->{mode} ne 'call' || !hand_server($e)
			|| !($e->{op} || hand_client($e))
			|| grep { reply($_) } @{ $e->{params} });
	for my $w (qw(order sync)) {
		my $a = $e->{$w};
		next if !defined $a || ($w eq 'sync' && $a =~ /^(all|ctx)$/);
		my $p = find_param($e, $a)
			or fail($e, "$n: $w($a): no such parameter");
		fail($e, "$n: order($a): not a CUstream")
			if $w eq 'order' && $p->{type} ne 'CUstream';
	}
	fail($e, "$n: capture(take), (unsafe) or (sync)")
		if defined $e->{capture}
		&& $e->{capture} !~ /^(?:take|unsafe|sync)$/;
	fail($e, "$n: refuse needs a reason it knows, not '"
			. ($e->{mode_arg} // '') . "'")
		if $e->{mode} eq 'refuse' && !$reasons{ $e->{mode_arg} // '' };
	fail($e, "$n: ptsz needs a parameter of type CUstream")
		if ($e->{pt} || '') eq 'ptsz'
			&& !grep { $_->{type} eq 'CUstream' && !$_->{stars}
				|| $_->{type} =~ /CUlaunchConfig$/
				|| $_->{type} =~ /INSTANTIATE_PARAMS$/ } @{ $e->{params} };
}

sub check_references {
	my ($spec, $e) = @_;
	my $n = $e->{name};
	if ($e->{mode} eq 'same') {
		my $o = $spec->{by_name}{ $e->{mode_arg} // '' }
			or fail($e, "$n: same(): no such entry");
		my ($a, $b) = map { join ',', map { "$_->{type}$_->{stars}" }
			signature($_) } ($e, $o);
		fail($e, "$n: same($o->{name}): other parameters") if $a ne $b;
	}
	if ($e->{mode} eq 'via') {
		fail($e, "$n: via needs a name") unless $e->{mode_arg};
		for my $v (split /,\s*/, $e->{mode_arg}) {
			my $o = $spec->{by_name}{$v}
				or fail($e, "$n: via($v): no such entry");
			fail($e, "$n: via($v): not call or post")
				unless is_message($o);
		}
		check_via($spec, $e) unless hand_client($e);
	}
}

# A via without a hand needs every parameter of its one target.
sub check_via {
	my ($spec, $e) = @_;
	my $t = $spec->{by_name}{ $e->{mode_arg} };
	my %have = map { $_->{name} => 1 } @{ $e->{params} };
	$have{hStream} = 1 if ($e->{pt} || '') eq 'ptds';
	my @missing = $t ? grep { !$have{ $_->{name} } } signature($t) : 1;
	fail($e, "$e->{name}: via($e->{mode_arg}): the parameters do not fit: "
		. "custom(client)") if @missing || $t->{op};
}

# The fields of a request: what travels, bulk data last.
sub fields {
	my ($e) = @_;
	my @in = grep { request($_) && !$_->{implied} } @{ $e->{params} };
	my @new = grep { $_->{shape}{new} } @{ $e->{params} };
	my @bulk = grep { $_->{shape}{bulk} } @in;
	fail($e, "$e->{name}: two bulk parameters") if @bulk > 1;
	$e->{request} = [ @new, (grep { !$_->{shape}{bulk} } @in), @bulk ];
	$e->{reply} = [ grep { reply($_) && !$_->{shape}{new}
		&& !$_->{shape}{later} } @{ $e->{params} } ];
}

sub spec {
	my ($spec) = @_;
	my %num;
	for my $e (@{ $spec->{entries} }) {
		fail($e, sprintf "number 0x%04x of %s is taken by %s", $e->{num},
			$e->{name}, $num{ $e->{num} }) if $num{ $e->{num} };
		$num{ $e->{num} } = $e->{name};
		fail($e, "$e->{name} has an entry already")
			if $spec->{by_name}{ $e->{name} };
		$spec->{by_name}{ $e->{name} } = $e;
	}
	for my $e (@{ $spec->{entries} }) {
		check_words($e);
		check_param($spec, $e, $_) for @{ $e->{params} };
		if (is_message($e)) {
			check_lengths($e);
			fields($e);
		}
	}
	check_references($spec, $_) for @{ $spec->{entries} };
	return $spec;
}

1;
