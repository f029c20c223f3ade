# SPDX-License-Identifier: Apache-2.0
# Writes the manual page that says which driver functions work, and how.
package Man;
use strict;
use warnings;
use Text;

my %where = (call => 'server', post => 'server', local => 'client');

my @why = (
	[later => 'not in this release'],
	[abi32 => 'the 32-bit interface before CUDA 3.2'],
	[graphics => 'graphics interoperation'],
	[nvsci => 'NvSci'],
	[coredump => 'core dumps'],
	[checkpoint => 'checkpoints'],
	[shared => 'memory that host and device share, which hosts do not'],
	[handle => 'handles of the operating system, which do not cross hosts'],
);

# Where a function is executed; an alias and a function made of others, where
# those are.
sub where {
	my ($spec, $e) = @_;
	while ($e->{mode} =~ /^(?:same|via)$/) {
		my ($first) = split /,\s*/, $e->{mode_arg};
		$e = $spec->{by_name}{$first};
	}
	return $where{ $e->{mode} };
}

sub summary {
	my ($all, $works, $refused) = @_;
	my $o = "Of the $all functions that the header of CUDA 13.0 declares,\n"
		. "counting each version of one, $works work and $refused are "
		. "refused.\n";
	return $o . <<'PAGE';
A refused function returns
.Dv CUDA_ERROR_NOT_SUPPORTED
and its name is logged once.
.Sh FUNCTIONS THAT WORK
A function of the server is executed there, in order with everything else; one of
the client is answered without asking the server.
Those with a stream have a second symbol that ends in _ptsz, and those with an implied
stream one in _ptds, for programs with per-thread default streams.
PAGE
}

sub works_table {
	my ($spec, @list) = @_;
	my $o = ".Bl -column \"cuOccupancyMaxActiveBlocksPerMultiprocessorWithFlags\""
		. " \"server\"\n";
	$o .= ".It $_->{name} Ta " . where($spec, $_) . "\n" for @list;
	return "$o.El\n";
}

sub refused_list {
	my ($title, @list) = @_;
	my $n = @list;
	my $o = ".Ss \u$title: $n\n.Bl -item -compact\n";
	$o .= ".It\n$_->{name}\n" for @list;
	return "$o.El\n";
}

sub coverage {
	my ($spec) = @_;
	my @all = sort { $a->{name} cmp $b->{name} } Text::functions($spec);
	my @works = grep { $_->{mode} ne 'refuse' } @all;
	my @refused = grep { $_->{mode} eq 'refuse' } @all;
	my $o = Text::banner('', '.\\"');
	$o .= <<'PAGE';
.Dd October 1, 2026
.Dt RGPU-COVERAGE 7
.Os
.Sh NAME
.Nm rgpu-coverage
.Nd which functions of the CUDA driver API work
.Sh DESCRIPTION
PAGE
	$o .= summary(scalar @all, scalar @works, scalar @refused);
	$o .= works_table($spec, @works);
	$o .= ".Sh FUNCTIONS THAT ARE REFUSED\n";
	for my $w (@why) {
		my @list = grep { $_->{mode_arg} eq $w->[0] } @refused;
		$o .= refused_list($w->[1], @list) if @list;
	}
	return $o . ".Sh SEE ALSO\n.Xr rgpu 7\n";
}

1;
