# SPDX-License-Identifier: Apache-2.0
# Writes the manual page that says which driver functions work, and how.
package Man;
use strict;
use warnings;
use Text;

my %how = (call => 'forwarded', post => 'forwarded', local => 'local',
	via => 'forwarded', same => 'forwarded');

my %why = (later => 'not in this release', abi32 => '32-bit interface',
	graphics => 'graphics interoperation', nvsci => 'NvSci',
	coredump => 'core dumps', checkpoint => 'checkpoints',
	handle => 'operating-system handles');

# cuda.h names each function once; older versions are symbols only.
sub functions_of_header {
	my ($spec) = @_;
	my %newest;
	for my $e (Text::functions($spec)) {
		my $f = Text::family($e->{name});
		$newest{$f} = $e if !$newest{$f}
			|| $newest{$f}{since} < $e->{since};
	}
	return map { $newest{$_} } sort keys %newest;
}

sub coverage {
	my ($spec) = @_;
	my @all = functions_of_header($spec);
	my $works = grep { $_->{mode} ne 'refuse' } @all;
	my $total = @all;
	my $o = Text::banner('', '.\\"');
	$o .= <<"PAGE";
.Dd November 21, 2026
.Dt RGPU-COVERAGE 7
.Os
.Sh NAME
.Nm rgpu-coverage
.Nd which functions of the CUDA driver API work
.Sh DESCRIPTION
Of the $total functions of the CUDA 13.0 driver API, $works work.
A refused function returns
.Dv CUDA_ERROR_NOT_SUPPORTED
and its name is logged once.
A
.Sq forwarded
function is executed by the server, a
.Sq local
one is answered by the client alone.
.Bl -column "cuOccupancyMaxActiveBlocksPerMultiprocessor" "forwarded"
PAGE
	for my $e (@all) {
		my $text = $e->{mode} eq 'refuse'
			? "refused: $why{ $e->{mode_arg} }" : $how{ $e->{mode} };
		$o .= '.It ' . Text::family($e->{name}) . " Ta $text\n";
	}
	return "$o.El\n.Sh SEE ALSO\n.Xr rgpu 7\n";
}

1;
