# SPDX-License-Identifier: Apache-2.0
# Writes the table of messages that stands in PROTOCOL.md, where a test compares.
package Protocol;
use strict;
use warnings;
use Wire;

sub field {
	my ($p) = @_;
	my $form = Wire::form($p);
	my $kind = $p->{info} && $p->{info}{kind} && $form eq 'u64'
		? "$p->{info}{kind} id" : $form;
	return ($p->{shape}{new} ? 'new ' : '') . "$kind $p->{name}";
}

sub row {
	my ($e) = @_;
	my $mode = join ' ', $e->{mode}, grep { $e->{$_} } qw(noctx always notify);
	my @reply = map { field($_) } @{ $e->{reply} };
	push @reply, map { "data $_->{name}" }
		grep { $_->{shape}{later} } @{ $e->{params} };
	return sprintf("| 0x%04x | %s | %s | %s | %s |\n", $e->{num}, $e->{name},
		$mode, join(', ', map { field($_) } @{ $e->{request} }),
		join(', ', @reply));
}

sub table {
	my ($spec) = @_;
	return "| number | name | mode | request | reply |\n|---|---|---|---|---|\n"
		. join '', map { row($_) } Wire::messages($spec);
}

1;
